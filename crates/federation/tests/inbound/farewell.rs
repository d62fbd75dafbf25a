//! Accounts that go, with what they wrote or without.

use std::time::Duration;

use guildhall_app::{Viewer, read::entries};
use guildhall_domain::content::EntryState;
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{With as _, World, delete, id};

on_both_engines! {
    async fn who_leaves_what_it_wrote_is_shown_as_gone_beside_it(db: Db) {
        let (world, post) = leaving(db, json!({ "removeData": false })).await;
        let gone = world.here.actor(&world.alice.id).await.unwrap();
        assert!(gone.deleted_at.is_some());
        assert_eq!(world.here.member_count(world.group.id).await, 0);
        let kept = world.here.entry(id(&post)).await.unwrap();
        assert_eq!(kept.state, EntryState::Published);
        let seen = entries::find(&world.here.app, &Viewer::anonymous(), kept.id).await.unwrap().unwrap();
        assert_eq!(seen.author.unwrap().display_name, "deleted account");

        // Looked for again, its server says no more than that it is gone.
        let refreshed = world.here.federation.fetcher.refresh_actor(&gone.ap_id).await;
        assert!(refreshed.is_err());
        assert_eq!(world.here.state(id(&post)).await, Some(EntryState::Published));
    }

    async fn who_takes_it_along_leaves_nothing(db: Db) {
        let (world, post) = leaving(db, json!({ "removeData": true })).await;
        assert_eq!(world.here.state(id(&post)).await, Some(EntryState::Removed));
    }
}

/// alice has written a post, a long time passes, and she takes leave with these words.
async fn leaving(db: Db, words: Value) -> (World, Value) {
    let world = World::with_member(db, "lemmy").await;
    let post = world.posted("Tulips").await;
    // Older than what is believed without asking again.
    world.here.clock.advance(Duration::from_hours(48));
    world.peer.bury(&world.alice.id);
    let farewell = delete(&world.alice, world.alice.id.as_str()).with(words);
    assert_eq!(world.send(&farewell).await, "applied");
    (world, post)
}
