//! What one activity may make us fetch: documents and the actors behind them, on one account.

use std::time::Duration;

use guildhall_store::{Db, testing::on_both_engines};
use guildhall_testkit::{FakePeer, FixedClock, TestInstance};
use serde_json::{Value, json};

use crate::support::{With as _, World, create, id, note, to_group};

/// Documents for one cause.
const COUNT: usize = 10;

on_both_engines! {
    async fn authors_are_paid_for_like_the_posts_they_wrote(db: Db) {
        let world = limited(db).await;
        let home = world.here.peer("mastodon").await;
        let thread = thread_of_many(&world, &home, 8);
        let answer = to_group(note(&world.alice, "Deep."), &world.group.ap_id)
            .with(json!({ "inReplyTo": id(thread.last().unwrap()) }));
        world.here.remote(&world.alice.id).await;
        assert_eq!(world.send(&create(&world.alice, &answer)).await, "queued", "the rest another time");
        assert_eq!(home.count_all(), COUNT);
        // A new try has a new account, and begins where the one before came to.
        for _ in 0..2 {
            let before = home.count_all();
            world.here.clock.advance(Duration::from_mins(1));
            world.here.run_until_idle().await;
            assert!(home.count_all() - before <= COUNT);
        }
        assert_eq!(world.here.entries(world.group.id).await.len(), 9);
    }

    async fn a_spent_account_is_no_mark_against_who_was_not_asked(db: Db) {
        let world = limited(db).await;
        let home = world.here.peer("mastodon").await;
        let thread = thread_of_many(&world, &home, 8);
        let answer = to_group(note(&world.alice, "Deep."), &world.group.ap_id)
            .with(json!({ "inReplyTo": id(thread.last().unwrap()) }));
        world.send(&create(&world.alice, &answer)).await;
        // The author of the last one, whom nothing was left for, writes themselves a moment later.
        let last = home.actor_with_id(thread.last().unwrap()["attributedTo"].as_str().unwrap());
        let own = to_group(note(&last, "Tulips"), &world.group.ap_id);
        assert_eq!(world.send_from(&home, &create(&last, &own)).await, "applied");
    }
}

async fn limited(db: Db) -> World {
    let count = u32::try_from(COUNT).unwrap();
    let here =
        TestInstance::with(db, FixedClock::default(), |config| config.limits.fetch.count = count).await;
    World::on(here, "mastodon").await
}

/// Notes in the group, each the answer to the one before, each by somebody else.
fn thread_of_many(world: &World, home: &FakePeer, length: usize) -> Vec<Value> {
    let mut thread: Vec<Value> = Vec::new();
    for number in 0..length {
        let author = home.actor(&format!("author{number}"));
        let mut note = to_group(note(&author, "Deep?"), &world.group.ap_id);
        if let Some(parent) = thread.last() {
            note = note.with(json!({ "inReplyTo": id(parent) }));
        }
        home.put(&note);
        thread.push(note);
    }
    thread
}
