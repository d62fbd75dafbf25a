//! Lists of hosts.

use guildhall_domain::{
    ActorId, BlockListId, GroupId, Timestamp,
    actor::ActorKind,
    content::EntryState,
    peering::{Peering, PeeringAction, decide_peering},
};
use guildhall_store::{
    Db, actor,
    entry::NewEntry,
    peering::{self, Effects, ListedHost},
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, FAR_GROUP, GROUP, LATER, NOW, add, comment, fields, people, post};

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

    async fn what_a_list_wants_stands_beside_what_was_decided_here(db: Db) {
        let entry = |list: Option<i64>, action| ListedHost {
            list: list.map(BlockListId),
            public_comment: Some("why".into()),
            private_comment: Some("secret".into()),
            by: Some(ActorId(3)),
            ..ListedHost::new(None, "bad.example", action, NOW)
        };
        let from_list = |mut listed: ListedHost| { listed.entry.is_from_list = true; listed };
        let all = [
            entry(None, PeeringAction::Limit),
            from_list(entry(Some(7), PeeringAction::Block)),
            from_list(entry(Some(8), PeeringAction::MuteMedia)),
        ];
        let mut tx = db.begin().await.unwrap();
        peering::put_all(&mut tx, &all).await.unwrap();
        assert_eq!(peering::list_named(&mut tx, None, "bad.example").await.unwrap(), all);
        assert!(peering::delete(&mut tx, None, "bad.example").await.unwrap());
        assert!(!peering::delete(&mut tx, None, "bad.example").await.unwrap(), "a list's is not ours to take back");
        peering::delete_of_list(&mut tx, BlockListId(7), &["bad.example", "other.example"]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(peering::list_of(&db, None).await.unwrap(), [all[2].clone()]);
        assert_eq!(peering::list_of_list(&db, BlockListId(8)).await.unwrap(), [all[2].clone()]);
    }

    async fn entries_whose_end_is_past_are_deleted_and_no_others(db: Db) {
        let ending = |host: &str, until: Option<Timestamp>| {
            let mut listed = ListedHost::new(None, host, PeeringAction::Block, NOW);
            listed.entry.until = until;
            listed
        };
        let all = [ending("a.example", Some(NOW)), ending("b.example", Some(LATER)), ending("c.example", None)];
        let mut tx = db.begin().await.unwrap();
        peering::put_all(&mut tx, &all).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!peering::has_over(&db, Timestamp(NOW.0 - 1)).await.unwrap());
        assert!(peering::has_over(&db, NOW).await.unwrap());
        let mut tx = db.begin().await.unwrap();
        assert_eq!(peering::delete_over(&mut tx, NOW, 10).await.unwrap(), [all[0].clone()]);
        tx.commit().await.unwrap();
        assert_eq!(peering::list_of(&db, None).await.unwrap(), all[1..]);
    }

    async fn a_list_is_read_page_by_page(db: Db) {
        people(&db).await;
        set(&db, Some(GROUP), "other.example", PeeringAction::Block).await;
        for host in ["c.example", "a.example", "b.example"] {
            set(&db, None, host, PeeringAction::Block).await;
        }
        let listed = ListedHost { list: Some(BlockListId(7)), ..ListedHost::new(None, "a.example", PeeringAction::Limit, NOW) };
        let mut tx = db.begin().await.unwrap();
        peering::put(&mut tx, &listed).await.unwrap();
        tx.commit().await.unwrap();
        let mut seen: Vec<(String, i64)> = Vec::new();
        let mut after: Option<(String, i64)> = None;
        loop {
            let position = after.as_ref().map(|(host, list)| (host.as_str(), *list));
            let page = peering::list_page(&db, None, position, 2).await.unwrap();
            let page = page.into_iter().map(|listed| (listed.entry.host, listed.list.map_or(0, |list| list.0)));
            let page: Vec<_> = page.collect();
            after = page.last().cloned();
            if after.is_none() {
                break;
            }
            seen.extend(page);
        }
        let expected = [("a.example", 0), ("a.example", 7), ("b.example", 0), ("c.example", 0)];
        assert_eq!(seen, expected.map(|(host, list)| (host.to_owned(), list)));
    }

    async fn the_effects_of_a_decision_are_counted_by_the_most_specific_host(db: Db) {
        people(&db).await;
        let mut tx = db.begin().await.unwrap();
        let carl = ActorId(31);
        actor::upsert_remote(&mut tx, carl, &fields("sub.far.example", ActorKind::Person, "carl"), NOW).await.unwrap();
        for (group, person) in [(GROUP, BOB), (GROUP, carl), (FAR_GROUP, ANN)] {
            tx.query("INSERT INTO memberships (group_id, actor_id, state, created_at) VALUES ($1, $2, 'member', $3)")
                .bind(group.0).bind(person.0).bind(NOW.0).execute().await.unwrap();
        }
        tx.commit().await.unwrap();
        let (seen, other) = (NewEntry { author_id: BOB, ..post(1) }, NewEntry { author_id: carl, ..post(2) });
        let held = NewEntry { author_id: BOB, state: EntryState::Held, ..post(3) };
        add(&db, &[&seen, &comment(4, &seen), &other, &held, &post(5)]).await;
        let count = |members, followed_groups, posts| Effects { members, followed_groups, posts };
        let of = async |group, hosts: &[&str]| peering::effects_of(&db, group, hosts).await.unwrap();
        assert_eq!(of(None, &["far.example"]).await, [("far.example".into(), count(2, 1, 3))].into());
        let both = of(None, &["far.example", "sub.far.example", "nowhere.example"]).await;
        assert_eq!(both, [("far.example".into(), count(1, 1, 2)), ("sub.far.example".into(), count(1, 0, 1))].into());
        assert_eq!(of(Some(GROUP), &["far.example"]).await, [("far.example".into(), count(2, 0, 3))].into());
        assert_eq!(of(Some(FAR_GROUP), &["far.example"]).await, [].into());
    }
}
