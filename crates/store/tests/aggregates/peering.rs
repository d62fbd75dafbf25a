//! Lists of hosts.

use guildhall_domain::{
    GroupId,
    peering::{Peering, PeeringAction, decide_peering},
};
use guildhall_store::{Db, peering, testing::on_both_engines};

use crate::set_up::{FAR_GROUP, GROUP, NOW, people};

async fn set(db: &Db, group: Option<GroupId>, host: &str, action: PeeringAction) {
    let mut tx = db.begin().await.unwrap();
    peering::set(&mut tx, group, host, action, Some("spam"), NOW).await.unwrap();
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn the_entries_that_cover_a_host_are_found_for_instance_and_group(db: Db) {
        people(&db).await;
        set(&db, None, "example.org", PeeringAction::Block).await;
        set(&db, None, "good.example.org", PeeringAction::Allow).await;
        set(&db, None, "127.0.0.1:8081", PeeringAction::Limit).await;
        set(&db, None, "ample.org", PeeringAction::Block).await;
        set(&db, Some(GROUP), "example.org", PeeringAction::Limit).await;
        set(&db, Some(FAR_GROUP), "example.org", PeeringAction::Block).await;

        let decide = async |group, host| {
            let (of_instance, of_group) = peering::list_covering(&db, group, host).await.unwrap();
            (decide_peering(&of_instance, host, false, NOW), decide_peering(&of_group, host, false, NOW))
        };
        assert_eq!(decide(Some(GROUP), "a.example.org").await, (Peering::Blocked, Peering::Limited));
        assert_eq!(decide(None, "a.example.org:444").await, (Peering::Blocked, Peering::Open));
        assert_eq!(decide(None, "x.good.example.org").await, (Peering::Open, Peering::Open));
        assert_eq!(decide(None, "127.0.0.1:8081").await, (Peering::Limited, Peering::Open));
        assert_eq!(decide(Some(GROUP), "127.0.0.1:8082").await, (Peering::Open, Peering::Open));
        let (of_instance, of_group) = peering::list_covering(&db, None, "example.org").await.unwrap();
        assert_eq!((of_instance.len(), of_group.len()), (1, 0));
    }

    async fn all_lists_are_asked_about_one_host(db: Db) {
        people(&db).await;
        set(&db, Some(GROUP), "example.org", PeeringAction::Limit).await;
        set(&db, None, "a.example.org", PeeringAction::Block).await;
        set(&db, None, "ample.org", PeeringAction::Block).await;
        let found = peering::list_of_host(&db, "a.example.org:8443").await.unwrap();
        let found: Vec<_> = found.iter().map(|(group, entry)| (*group, entry.host.as_str(), entry.action)).collect();
        assert_eq!(
            found,
            [(None, "a.example.org", PeeringAction::Block), (Some(GROUP), "example.org", PeeringAction::Limit)]
        );
    }

    async fn a_new_action_takes_the_place_of_the_old_one(db: Db) {
        people(&db).await;
        set(&db, Some(GROUP), "b.example", PeeringAction::Block).await;
        set(&db, None, "a.example", PeeringAction::Block).await;
        set(&db, None, "a.example", PeeringAction::Limit).await;
        let all = peering::list_all(&db).await.unwrap();
        let listed: Vec<_> =
            all.iter().map(|listed| (listed.group, listed.entry.host.as_str(), listed.entry.action)).collect();
        assert_eq!(
            listed,
            [(None, "a.example", PeeringAction::Limit), (Some(GROUP), "b.example", PeeringAction::Block)]
        );
        assert_eq!((all[0].reason.as_deref(), all[0].created_at), (Some("spam"), NOW));

        let mut tx = db.begin().await.unwrap();
        assert!(!peering::delete(&mut tx, None, "b.example").await.unwrap());
        assert!(peering::delete(&mut tx, Some(GROUP), "b.example").await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(peering::list_all(&db).await.unwrap().len(), 1);
    }
}
