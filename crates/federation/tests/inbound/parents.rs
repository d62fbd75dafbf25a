//! Replies whose thread is not known: the missing parents are fetched, within limits.

use std::time::Duration;

use guildhall_domain::content::{EntryKind, EntryState};
use guildhall_store::{Db, testing::on_both_engines};
use guildhall_testkit::{FixedClock, Reply, TestInstance};
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{With as _, World, create, delete, follow, id, mention, note, to_group};

on_both_engines! {
    async fn missing_parents_are_fetched_once_and_take_their_places(db: Db) {
        let world = World::new(db, "mastodon").await;
        let (lemmy, _) = world.follower("lemmy", "lou").await;
        let thread = served_thread(&world, 3, true);
        let replies: Vec<Value> = (0..2).map(|_| answer(&world, &thread[2])).collect();
        for reply in &replies {
            assert_eq!(world.send(&create(&world.alice, reply)).await, "applied");
        }
        let entries = world.here.entries(world.group.id).await;
        let places: Vec<(EntryKind, i64)> = entries.iter().map(|entry| (entry.kind, entry.depth)).collect();
        let comment = |depth| (EntryKind::Comment, depth);
        assert_eq!(places, [(EntryKind::Post, 0), comment(1), comment(2), comment(3), comment(3)]);
        for fetched in &thread {
            assert_eq!(world.peer.count(&iri(fetched)), 1, "{fetched}");
        }
        // Of what was fetched there is no activity to pass on: others look for themselves.
        let told = lemmy.take();
        let ids = [&thread[0]["id"], &thread[1]["id"], &thread[2]["id"]];
        let announced = told.all("Announce");
        assert!(ids.iter().all(|id| announced.iter().any(|announce| announce["object"] == **id)), "{announced:?}");
        assert_eq!(announced.len(), 5);
    }

    async fn a_thread_of_others_is_not_pulled_in_by_an_answer(db: Db) {
        let world = World::new(db, "mastodon").await;
        let thread = served_thread(&world, 2, false);
        let reply = answer(&world, &thread[1]);
        assert_eq!(world.send(&create(&world.alice, &reply)).await, "applied");
        let entries = world.here.entries(world.group.id).await;
        assert_eq!(entries.len(), 1, "the answer that mentions the group, alone");
        assert_eq!((entries[0].kind, entries[0].ap_id.as_str()), (EntryKind::Post, id(&reply)));
    }

    async fn an_answer_that_names_no_group_makes_us_fetch_nothing(db: Db) {
        let world = World::with_member(db, "mastodon").await;
        let thread = served_thread(&world, 2, true);
        let before = world.peer.count_all();
        let reply = world.reply(id(&thread[1]), "Deep.");
        assert_eq!(world.send(&create(&world.alice, &reply)).await, "ignored");
        assert_eq!(world.peer.count_all(), before);
    }

    async fn while_a_parent_cannot_be_reached_the_answer_waits(db: Db) {
        let world = World::new(db, "mastodon").await;
        let thread = served_thread(&world, 1, true);
        let path = iri(&thread[0]).path_and_query().to_owned();
        world.peer.answer(&path, Reply::status(StatusCode::BAD_GATEWAY));
        let reply = answer(&world, &thread[0]);
        assert_eq!(world.send(&create(&world.alice, &reply)).await, "queued");
        world.peer.put(&thread[0]);
        world.here.clock.advance(Duration::from_mins(1));
        world.here.run_until_idle().await;
        assert_eq!(world.here.entry(id(&reply)).await.unwrap().kind, EntryKind::Comment);
    }

    async fn a_deletion_does_not_overtake_what_it_deletes(db: Db) {
        let world = World::new(db, "mastodon").await;
        let thread = served_thread(&world, 1, true);
        let path = iri(&thread[0]).path_and_query().to_owned();
        world.peer.answer(&path, Reply::status(StatusCode::BAD_GATEWAY));
        let reply = answer(&world, &thread[0]);
        assert_eq!(world.send(&create(&world.alice, &reply)).await, "queued");
        assert_eq!(world.send(&delete(&world.alice, id(&reply))).await, "queued");
        world.peer.put(&thread[0]);
        for _ in 0..3 {
            world.here.clock.advance(Duration::from_mins(1));
            world.here.run_until_idle().await;
        }
        assert_eq!(world.here.state(id(&reply)).await, Some(EntryState::Deleted));
    }

    async fn a_parent_that_is_gone_leaves_the_answer_standing_alone(db: Db) {
        let world = World::new(db, "mastodon").await;
        let thread = served_thread(&world, 1, true);
        world.peer.bury(&iri(&thread[0]));
        let reply = answer(&world, &thread[0]);
        assert_eq!(world.send(&create(&world.alice, &reply)).await, "applied");
        assert_eq!(world.here.entry(id(&reply)).await.unwrap().kind, EntryKind::Post);
    }

    async fn a_chain_without_end_is_followed_as_far_as_the_limit(db: Db) {
        let clock = FixedClock::default();
        let here = TestInstance::with(db, clock, |config| config.limits.fetch.depth = 4).await;
        let world = World::on(here, "mastodon").await;
        let thread = served_thread(&world, 12, true);
        let before = world.peer.count_all();
        let reply = answer(&world, thread.last().unwrap());
        assert_eq!(world.send(&create(&world.alice, &reply)).await, "applied", "alone, and not tried again");
        let asked = thread.iter().map(|note| world.peer.count(&iri(note))).sum::<usize>();
        assert!(asked <= 6, "{asked} documents, {} requests", world.peer.count_all() - before);
    }

    async fn a_circle_of_answers_comes_to_an_end(db: Db) {
        let world = World::new(db, "mastodon").await;
        let (one, two) = (note(&world.alice, "One"), note(&world.alice, "Two"));
        let one = to_group(one.with(json!({ "inReplyTo": id(&two) })), &world.group.ap_id);
        let two = to_group(two.with(json!({ "inReplyTo": id(&one) })), &world.group.ap_id);
        world.peer.put(&one);
        world.peer.put(&two);
        world.send(&create(&world.alice, &one)).await;
        assert!(world.peer.count(&iri(&one)) + world.peer.count(&iri(&two)) <= 3);
    }

    async fn parents_of_another_server_are_fetched_there(db: Db) {
        let world = World::new(db, "mastodon").await;
        let third = world.here.peer("lemmy").await;
        let tom = third.actor("tom");
        let start = to_group(note(&tom, "Tulips"), &world.group.ap_id);
        third.put(&start);
        let reply = answer(&world, &start);
        assert_eq!(world.send(&create(&world.alice, &reply)).await, "applied");
        let tom = world.here.actor(&tom.id).await.unwrap();
        assert_eq!(world.here.entry(id(&start)).await.unwrap().author_id, tom.id);
        assert_eq!(world.here.entry(id(&reply)).await.unwrap().kind, EntryKind::Comment);
    }

    async fn a_parent_that_its_server_serves_for_another_author_is_not_taken_in(db: Db) {
        let world = World::new(db, "mastodon").await;
        let victim = world.here.peer("mastodon").await.actor("victim");
        let forged = to_group(note(&world.alice, "Buy!"), &world.group.ap_id);
        let forged = forged.with(json!({ "attributedTo": victim.id }));
        world.peer.put(&forged);
        world.send(&follow(&world.alice, &world.group.ap_id)).await;
        world.send(&create(&world.alice, &answer(&world, &forged))).await;
        assert!(world.here.entry(id(&forged)).await.is_none());
    }
}

/// A chain of notes on alice's server, the first of which is addressed to the group or to nobody.
fn served_thread(world: &World, length: usize, to_the_group: bool) -> Vec<Value> {
    let mut thread: Vec<Value> = Vec::new();
    for number in 0..length {
        let mut next = note(&world.alice, &format!("Number {number}"));
        match thread.last() {
            Some(parent) => next = next.with(json!({ "inReplyTo": id(parent) })),
            None if to_the_group => next = to_group(next, &world.group.ap_id),
            None => {}
        }
        world.peer.put(&next);
        thread.push(next);
    }
    thread
}

/// alice's answer that mentions the group.
fn answer(world: &World, to: &Value) -> Value {
    world.reply(id(to), "Deep.").with(json!({ "tag": [mention(&world.group.ap_id)] }))
}

fn iri(document: &Value) -> guildhall_activitypub::Iri {
    guildhall_activitypub::Iri::parse(id(document)).unwrap()
}
