//! Who looks after a group, and may act for it now.

use guildhall_domain::{
    ActorId, AppealId, DecisionId, GroupId, Timestamp,
    admission::{End, Sanction},
    staff::{Office, Permission, StaffRole},
};
use guildhall_store::{
    Db, actor,
    appeal::{self, Appeal},
    notice,
    staff::{self, Staff},
    standing,
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, GROUP, LATER, NOW, people};

async fn appoint(db: &Db, actor: ActorId, role: StaffRole) {
    let mut tx = db.begin().await.unwrap();
    let one = Staff { actor, office: Office::of(role), since: NOW, by: None, reason: None };
    staff::set(&mut tx, GROUP, &one).await.unwrap();
    tx.commit().await.unwrap();
}

async fn ban(db: &Db, group: Option<GroupId>, actor: ActorId, end: End) {
    let mut tx = db.begin().await.unwrap();
    standing::set(&mut tx, group, actor, Sanction::Ban, end).await.unwrap();
    tx.commit().await.unwrap();
}

async fn judges(db: &Db, now: Timestamp) -> Vec<(ActorId, bool)> {
    let mut tx = db.begin().await.unwrap();
    notice::list_keepers(&mut tx, Some(GROUP), Permission::Appeals, now).await.unwrap()
}

on_both_engines! {
    async fn a_group_is_looked_after_by_those_who_may_do_what_it_takes(db: Db) {
        people(&db).await;
        appoint(&db, BOB, StaffRole::Helper).await;
        appoint(&db, ANN, StaffRole::Moderator).await;
        assert_eq!(judges(&db, NOW).await, [(ANN, true)]);
        appoint(&db, BOB, StaffRole::Owner).await;
        assert_eq!(judges(&db, NOW).await, [(ANN, true), (BOB, false)]);
    }

    async fn who_is_banned_or_gone_looks_after_nothing(db: Db) {
        people(&db).await;
        appoint(&db, ANN, StaffRole::Moderator).await;
        appoint(&db, BOB, StaffRole::Moderator).await;
        ban(&db, Some(GROUP), BOB, End::Open).await;
        assert_eq!(judges(&db, NOW).await, [(ANN, true)]);
        ban(&db, None, ANN, End::At(LATER)).await;
        assert_eq!(judges(&db, NOW).await, []);
        assert_eq!(judges(&db, LATER).await, [(ANN, true)], "the ban is over");
        let mut tx = db.begin().await.unwrap();
        actor::mark_deleted(&mut tx, ANN, LATER).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(judges(&db, LATER).await, []);
    }

    async fn who_is_banned_is_nobody_else_to_judge(db: Db) {
        people(&db).await;
        appoint(&db, ANN, StaffRole::Moderator).await;
        let open = Appeal {
            id: AppealId(1),
            decision: DecisionId(1),
            group: Some(GROUP),
            actor: BOB,
            text: "No.".to_owned(),
            created_at: NOW,
            settled: None,
        };
        let has_others = async || {
            let mut tx = db.begin().await.unwrap();
            appeal::has_other_judges(&mut tx, &open, None, ActorId(99), NOW).await.unwrap()
        };
        assert!(has_others().await);
        ban(&db, Some(GROUP), ANN, End::Open).await;
        assert!(!has_others().await);
    }
}
