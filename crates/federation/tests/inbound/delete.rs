//! `Delete` by authors and moderators, and its `Undo`.

use guildhall_domain::content::EntryState;
use guildhall_domain::moderation::DecisionAction;
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{With as _, World, activity, create, delete, id, undo};

on_both_engines! {
    async fn an_author_deletes_by_id_or_tombstone(db: Db) {
        let world = World::new(db, "mastodon").await;
        for by_tombstone in [false, true] {
            let post = world.posted("Tulips").await;
            let object = json!({ "id": id(&post), "type": "Tombstone", "formerType": "Note" });
            let deletion = if by_tombstone {
                activity(&world.alice, "Delete", object)
            } else {
                delete(&world.alice, id(&post))
            };
            assert_eq!(world.send(&deletion).await, "applied");
            assert_eq!(world.here.state(id(&post)).await, Some(EntryState::Deleted));
        }
    }

    async fn a_moderator_elsewhere_removes_with_a_reason(db: Db) {
        let world = World::new(db, "mastodon").await;
        let post = world.posted("Buy!").await;
        let (lemmy, lou) = world.follower("lemmy", "lou").await;
        world.here.moderator(&world.group, world.here.remote(&lou.id).await.id).await;
        let deletion = delete(&lou, id(&post)).with(json!({ "summary": "advertising" }));
        assert_eq!(world.send_from(&lemmy, &deletion).await, "applied");
        let entry = world.here.entry(id(&post)).await.unwrap();
        assert_eq!((entry.state, entry.state_reason.as_deref()), (EntryState::Removed, Some("advertising")));
        let decisions = world.here.decisions(world.group.id).await;
        let removed = decisions.iter().find(|decision| decision.action == DecisionAction::Remove).unwrap();
        assert_eq!(removed.reason.as_deref(), Some("advertising"));
        assert_eq!(removed.by, Some(world.here.remote(&lou.id).await.id));
        let announced = lemmy.take().all("Announce");
        assert!(announced.iter().any(|announce| announce["object"] == deletion), "{announced:?}");
    }

    async fn a_stranger_deletes_nothing(db: Db) {
        let world = World::new(db, "mastodon").await;
        let post = world.posted("Tulips").await;
        let neighbour = world.peer.actor("mallory");
        let (lemmy, lou) = world.follower("lemmy", "lou").await;
        assert_eq!(world.send(&delete(&neighbour, id(&post))).await, "refused");
        let with_reason = delete(&lou, id(&post)).with(json!({ "summary": "because" }));
        assert_eq!(world.send_from(&lemmy, &with_reason).await, "refused");
        assert_eq!(world.here.state(id(&post)).await, Some(EntryState::Published));
    }

    async fn who_removed_it_brings_it_back_and_nobody_else(db: Db) {
        let world = World::new(db, "mastodon").await;
        let post = world.posted("Tulips").await;
        let (lemmy, lou) = world.follower("lemmy", "lou").await;
        world.here.moderator(&world.group, world.here.remote(&lou.id).await.id).await;
        let removal = delete(&lou, id(&post)).with(json!({ "summary": "mistake" }));
        world.send_from(&lemmy, &removal).await;
        let by_author = undo(&world.alice, &delete(&world.alice, id(&post)));
        assert_eq!(world.send(&by_author).await, "refused");
        assert_eq!(world.here.state(id(&post)).await, Some(EntryState::Removed));
        assert_eq!(world.send_from(&lemmy, &undo(&lou, &removal)).await, "applied");
        assert_eq!(world.here.state(id(&post)).await, Some(EntryState::Published));

        let own = delete(&world.alice, id(&post));
        world.send(&own).await;
        assert_eq!(world.send_from(&lemmy, &undo(&lou, &delete(&lou, id(&post)))).await, "refused");
        assert_eq!(world.send(&undo(&world.alice, &own["id"])).await, "applied");
        assert_eq!(world.here.state(id(&post)).await, Some(EntryState::Published));
    }

    async fn counters_follow_what_goes_and_comes_back(db: Db) {
        let world = World::new(db, "mastodon").await;
        let post = world.posted("Tulips").await;
        let reply = world.reply(id(&post), "Deep.");
        world.send(&create(&world.alice, &reply)).await;
        let count = async || world.here.entry(id(&post)).await.unwrap().comment_count;
        assert_eq!(count().await, 1);
        let deletion = delete(&world.alice, id(&reply));
        world.send(&deletion).await;
        assert_eq!(count().await, 0);
        world.send(&undo(&world.alice, &deletion)).await;
        assert_eq!(count().await, 1);
    }

    async fn deleting_twice_or_the_unknown_does_nothing(db: Db) {
        let world = World::new(db, "mastodon").await;
        let post = world.posted("Tulips").await;
        assert_eq!(world.send(&delete(&world.alice, id(&post))).await, "applied");
        assert_eq!(world.send(&delete(&world.alice, id(&post))).await, "ignored");
        let unknown = format!("{}/notes/none", world.peer.base);
        assert_eq!(world.send(&delete(&world.alice, &unknown)).await, "ignored");
    }

    async fn what_was_deleted_does_not_come_back_by_its_create(db: Db) {
        let world = World::new(db, "mastodon").await;
        let post: Value = world.posted("Tulips").await;
        world.send(&delete(&world.alice, id(&post))).await;
        assert_eq!(world.send(&create(&world.alice, &post)).await, "ignored");
        assert_eq!(world.here.state(id(&post)).await, Some(EntryState::Deleted));
    }
}
