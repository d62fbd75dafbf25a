//! Reports are found by the group they concern.

use guildhall_domain::{EntryId, Timestamp};
use guildhall_store::{
    Db,
    report::{self, NewReport, Report},
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, FAR_GROUP, GROUP, NOW, add, people, post};

fn about_post(id: i64) -> NewReport {
    NewReport {
        id,
        ap_id: None,
        group: Some(GROUP),
        case: None,
        is_named: false,
        reporter: ANN,
        entry: Some(EntryId(1)),
        actor: Some(BOB),
        text: format!("number {id}"),
    }
}

on_both_engines! {
    async fn reports_of_a_group_are_listed_newest_first(db: Db) {
        people(&db).await;
        add(&db, &[&post(1)]).await;
        let mut tx = db.begin().await.unwrap();
        let reports = [
            about_post(1),
            NewReport { group: Some(FAR_GROUP), ..about_post(2) },
            NewReport { entry: None, ..about_post(3) },
            NewReport { actor: None, ..about_post(4) },
        ];
        for (report, minute) in reports.iter().zip(0..) {
            assert!(report::insert(&mut tx, report, Timestamp(NOW.0 + minute)).await.unwrap());
        }
        tx.commit().await.unwrap();
        let list = async |before, limit| report::list_of_group_before(&db, GROUP, None, before, limit).await.unwrap();
        let kept = |id: i64, entry, actor| Report {
            id,
            ap_id: None,
            reporter: ANN,
            entry,
            actor,
            text: format!("number {id}"),
            at: Timestamp(NOW.0 + id - 1),
            withdrawn_at: None,
            case: None,
        };
        let (about, whom) = (Some(EntryId(1)), Some(BOB));
        assert_eq!(list(None, 10).await, [kept(4, about, None), kept(3, None, whom), kept(1, about, whom)]);
        assert_eq!(list(None, 1).await, [kept(4, about, None)]);
        assert_eq!(list(Some(4), 1).await, [kept(3, None, whom)]);
        assert_eq!(list(Some(1), 10).await, []);
        let but_bob = report::list_of_group_before(&db, GROUP, Some(BOB), None, 10).await.unwrap();
        assert_eq!(but_bob, [kept(4, about, None)]);
    }
}
