//! Actors: one row an id on the wire, one name here.

use guildhall_domain::{ActorId, ApId, actor::ActorKind};
use guildhall_store::{
    Db,
    actor::{self, ActorFields},
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, GROUP, LATER, NOW, fields, people};

async fn upsert(db: &Db, new_id: i64, fields: &ActorFields) -> ActorId {
    let mut tx = db.begin().await.unwrap();
    let id = actor::upsert_remote(&mut tx, ActorId(new_id), fields, LATER).await.unwrap();
    tx.commit().await.unwrap();
    id
}

fn full() -> ActorFields {
    let text = |what: &str| Some(format!("https://far.example/{what}"));
    ActorFields {
        display_name: Some("Bob, the \u{1F33B}".to_owned()),
        summary_html: Some("<p>hi</p>".to_owned()),
        page_url: text("@bob"),
        icon_url: text("bob.png"),
        shared_inbox: text("inbox"),
        outbox: text("outbox"),
        followers: text("followers"),
        moderators_url: text("moderators"),
        featured_url: text("featured"),
        wall_url: text("wall"),
        also_known_as: vec!["https://old.example/bob".to_owned()],
        moved_to: text("new"),
        remote_updated_at: Some(NOW),
        published_at: None,
        ..fields("far.example", ActorKind::Person, "Bob")
    }
}

on_both_engines! {
    async fn what_a_remote_actor_says_of_itself_replaces_what_was_known(db: Db) {
        people(&db).await;
        let new = ActorFields { ap_id: fields("far.example", ActorKind::Person, "bob").ap_id, ..full() };
        assert_eq!(upsert(&db, 99, &new).await, BOB, "it keeps its key");

        let kept = actor::find(&db, BOB).await.unwrap().unwrap();
        let told = ActorFields {
            ap_id: kept.ap_id,
            kind: kept.kind,
            username: kept.username,
            host: kept.host,
            display_name: kept.display_name,
            summary_html: kept.summary_html,
            page_url: kept.page_url,
            icon_url: kept.icon_url,
            inbox: kept.inbox,
            shared_inbox: kept.shared_inbox,
            outbox: kept.outbox,
            followers: kept.followers,
            moderators_url: kept.moderators_url,
            featured_url: kept.featured_url,
            wall_url: kept.wall_url,
            also_known_as: kept.also_known_as,
            moved_to: kept.moved_to,
            remote_updated_at: kept.remote_updated_at,
            published_at: None,
        };
        assert_eq!(format!("{told:?}"), format!("{new:?}"));
        assert_eq!((kept.created_at, kept.fetched_at, kept.is_local), (NOW, Some(LATER), false));
    }

    async fn nobody_elsewhere_can_speak_over_a_local_actor_or_change_kind(db: Db) {
        people(&db).await;
        let over_ann = ActorFields {
            ap_id: fields("here.example", ActorKind::Person, "ann").ap_id,
            inbox: "https://evil.example/inbox".to_owned(),
            ..full()
        };
        assert_eq!(upsert(&db, 98, &over_ann).await, ANN);
        let ann = actor::find(&db, ANN).await.unwrap().unwrap();
        assert_eq!((ann.username.as_str(), ann.is_local, ann.display_name), ("ann", true, None));

        let as_group = ActorFields {
            ap_id: fields("far.example", ActorKind::Person, "bob").ap_id,
            kind: ActorKind::Group,
            ..full()
        };
        assert_eq!(upsert(&db, 99, &as_group).await, BOB);
        let bob = actor::find(&db, BOB).await.unwrap().unwrap();
        assert_eq!((bob.kind, bob.display_name), (ActorKind::Person, None));
    }

    async fn persons_and_groups_here_share_one_namespace_in_any_case(db: Db) {
        people(&db).await;
        let mut tx = db.begin().await.unwrap();
        for (kind, name) in
            [(ActorKind::Person, "GARDEN"), (ActorKind::Group, "Ann"), (ActorKind::Person, "ann")]
        {
            let taken = ActorFields { ap_id: ApId::new(format!("x:{name}")), ..fields("here.example", kind, name) };
            assert!(!actor::insert_local(&mut tx, ActorId(99), &taken, NOW).await.unwrap(), "{kind:?} {name}");
        }
        let elsewhere = fields("far.example", ActorKind::Person, "garden");
        assert_eq!(actor::upsert_remote(&mut tx, ActorId(30), &elsewhere, NOW).await.unwrap(), ActorId(30));
        tx.commit().await.unwrap();

        let named = actor::find_local_by_name(&db, "Garden").await.unwrap().unwrap();
        assert_eq!((named.id, named.username.as_str()), (GROUP.actor(), "garden"));
        assert!(actor::find_local_by_name(&db, "bob").await.unwrap().is_none(), "bob lives elsewhere");
    }

    async fn a_handle_finds_actors_of_one_host_in_any_case_newest_first(db: Db) {
        people(&db).await;
        let twin = fields("far.example", ActorKind::Group, "Bob");
        upsert(&db, 40, &twin).await;
        upsert(&db, 41, &fields("other.example", ActorKind::Person, "bob")).await;

        let found = actor::list_by_handle(&db, "bOB", "far.example").await.unwrap();
        assert_eq!(found.iter().map(|actor| actor.id).collect::<Vec<_>>(), [ActorId(40), BOB]);
        assert_eq!(actor::find_by_handle(&db, "bob", "far.example").await.unwrap().unwrap().id, ActorId(40));
        assert!(actor::find_by_handle(&db, "carol", "far.example").await.unwrap().is_none());
    }

    async fn a_deleted_actor_is_a_tombstone_until_it_is_fetched_again(db: Db) {
        people(&db).await;
        let bob = fields("far.example", ActorKind::Person, "bob");
        let mut tx = db.begin().await.unwrap();
        actor::mark_deleted(&mut tx, BOB, NOW).await.unwrap();
        actor::mark_deleted(&mut tx, BOB, LATER).await.unwrap();
        tx.commit().await.unwrap();
        let gone = actor::find_by_ap_id(&db, &bob.ap_id).await.unwrap().unwrap();
        assert_eq!(gone.deleted_at, Some(NOW), "the first time counts");
        assert!(actor::find_by_handle(&db, "bob", "far.example").await.unwrap().is_none());

        upsert(&db, 99, &bob).await;
        assert_eq!(actor::find(&db, BOB).await.unwrap().unwrap().deleted_at, None);
    }

    async fn the_rest_is_found_noted_and_counted(db: Db) {
        people(&db).await;
        let mut tx = db.begin().await.unwrap();
        actor::touch(&mut tx, BOB, LATER).await.unwrap();
        actor::set_moved(&mut tx, BOB, &ApId::new("https://new.example/bob")).await.unwrap();
        tx.commit().await.unwrap();

        let mut found = actor::list_by_ids(&db, &[BOB, ANN, ActorId(999)]).await.unwrap();
        found.sort_by_key(|actor| actor.id);
        assert_eq!(found.iter().map(|actor| actor.id).collect::<Vec<_>>(), [ANN, BOB]);
        assert_eq!(found[1].fetched_at, Some(LATER));
        assert_eq!(found[1].moved_to.as_deref(), Some("https://new.example/bob"));
        assert!(actor::list_by_ids(&db, &[]).await.unwrap().is_empty());

        assert_eq!(actor::count_local_persons(&db).await.unwrap(), 1, "neither groups nor people elsewhere");
        let mut tx = db.begin().await.unwrap();
        actor::mark_deleted(&mut tx, ANN, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(actor::count_local_persons(&db).await.unwrap(), 0);
    }
}
