//! Actors that change, go, or move.

use guildhall_domain::content::EntryState;
use guildhall_domain::membership::MembershipState;
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::json;

use crate::support::{With as _, World, activity, create, delete, follow, id, note, to_group, update};

on_both_engines! {
    async fn a_changed_actor_is_fetched_from_its_server_and_not_taken_from_the_activity(db: Db) {
        let world = World::with_member(db, "mastodon").await;
        let mut alice = world.alice.clone();
        alice.document = alice.document.with(json!({ "name": "Alice the Gardener" }));
        world.peer.serve_actor(&alice);
        let claimed = alice.document.clone().with(json!({ "name": "Admin", "inbox": "http://127.0.0.1:9/inbox" }));
        assert_eq!(world.send(&update(&world.alice, &claimed)).await, "applied");
        let known = world.here.actor(&world.alice.id).await.unwrap();
        assert_eq!(known.display_name.as_deref(), Some("Alice the Gardener"));
        assert_eq!(known.inbox, world.alice.inbox.as_str());
    }

    async fn nobody_changes_another_actor(db: Db) {
        let world = World::with_member(db, "mastodon").await;
        let mallory = world.peer.actor("mallory");
        let claimed = world.alice.document.clone().with(json!({ "name": "Mallory's" }));
        assert_eq!(world.send(&update(&mallory, &claimed)).await, "refused");
    }

    async fn a_deleted_actor_leaves_with_all_it_wrote(db: Db) {
        let world = World::with_member(db, "mastodon").await;
        let post = world.posted("Tulips").await;
        world.peer.bury(&world.alice.id);
        assert_eq!(world.send(&delete(&world.alice, world.alice.id.as_str())).await, "applied");
        assert!(world.here.actor(&world.alice.id).await.unwrap().deleted_at.is_some());
        assert_eq!(world.here.member_count(world.group.id).await, 0);
        let state = world.here.state(id(&post)).await;
        assert!(matches!(state, Some(EntryState::Removed | EntryState::Deleted)), "{state:?}");
    }

    async fn an_actor_that_was_never_known_goes_without_a_question(db: Db) {
        let world = World::new(db, "mastodon").await;
        let farewell = delete(&world.alice, world.alice.id.as_str());
        let before = world.peer.count_all();
        assert_eq!(world.send(&farewell).await, "unknown");
        assert_eq!(world.peer.count_all(), before);
    }

    async fn nobody_deletes_another_actor(db: Db) {
        let world = World::with_member(db, "mastodon").await;
        let mallory = world.peer.actor("mallory");
        assert_eq!(world.send(&delete(&mallory, world.alice.id.as_str())).await, "refused");
        assert!(world.here.actor(&world.alice.id).await.unwrap().deleted_at.is_none());
        assert_eq!(
            world.here.membership(world.group.id, &world.alice.id).await,
            Some(MembershipState::Member)
        );
    }

    async fn a_move_counts_when_the_target_names_the_mover(db: Db) {
        let world = World::with_member(db, "mastodon").await;
        let new_home = world.here.peer("mastodon").await;
        let mut alice = new_home.actor("alice");
        let moved = || activity(&world.alice, "Move", json!(world.alice.id)).with(json!({ "target": alice_id(&new_home) }));
        assert_eq!(world.send(&moved()).await, "refused");
        assert_eq!(world.here.actor(&world.alice.id).await.unwrap().moved_to, None);
        alice.document = alice.document.with(json!({ "alsoKnownAs": [world.alice.id] }));
        new_home.serve_actor(&alice);
        assert_eq!(world.send(&moved()).await, "applied");
        assert_eq!(world.here.actor(&world.alice.id).await.unwrap().moved_to, Some(alice.id.to_string()));
    }

    async fn a_key_that_was_rotated_is_found_again(db: Db) {
        let world = World::with_member(db, "mastodon").await;
        let mut document = world.alice.document.clone();
        document["publicKey"]["publicKeyPem"] = json!("");
        world.here.clock.advance(std::time::Duration::from_mins(15));
        let rotated = world.peer.own(document);
        let note = to_group(note(&rotated, "Tulips"), &world.group.ap_id);
        let status = world.peer.deliver_as(&rotated, &world.here.inbox(), &create(&rotated, &note)).await;
        assert_eq!(status.as_u16(), 202);
        world.here.run_until_idle().await;
        assert_eq!(world.here.state(id(&note)).await, Some(EntryState::Published));
    }

    async fn an_actor_that_lives_here_is_never_taken_from_elsewhere(db: Db) {
        let world = World::new(db, "mastodon").await;
        let ann = world.here.person("ann").await;
        let forged = follow(&world.alice, &world.group.ap_id).with(json!({ "actor": ann.ap_id }));
        let status = world.peer.deliver_as(&world.alice, &world.here.inbox(), &forged).await;
        assert!(status.is_client_error(), "{status}");
        assert_eq!(world.here.membership(world.group.id, &ann.ap_id).await, None);
    }
}

fn alice_id(peer: &guildhall_testkit::FakePeer) -> String {
    peer.iri("/users/alice").to_string()
}
