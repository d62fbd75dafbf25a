//! The same thing comes wrapped, bare and directly, in any order: it has one effect.

use std::time::Duration;

use guildhall_activitypub::Iri;
use guildhall_domain::GroupId;
use guildhall_domain::content::EntryState;
use guildhall_store::{Db, testing::on_both_engines};
use guildhall_testkit::{RecordedPeer, TestInstance};

use crate::stage::instance;

const WRAPPED_REPLY: &str = "05_reply_comment_mention.announce";
const DIRECT_REPLY: &str = "05_reply_comment_mention.create";
const WRAPPED_BAN: &str = "27_ban_remote_from_community.announce";
const DIRECT_BAN: &str = "27_ban_remote_from_community.block";

on_both_engines! {
    async fn a_topic_of_nodebb_is_one_post_in_whatever_order_it_comes(db: Db) {
        let here = instance(db).await;
        for (number, order) in permutations(["inbox-03", "inbox-04", "inbox-05"]).into_iter().enumerate() {
            let world = World::following(&here, number, "nodebb", "https://nodebb.test/category/2").await;
            for name in order {
                world.theirs.send(name).await;
                here.run_until_idle().await;
            }
            let entries = here.entries(world.group).await;
            assert_eq!(entries.len(), 1, "{order:?}");
            assert_eq!(entries[0].title.as_deref(), Some("A topic about Rust servers"), "{order:?}");
        }
    }

    async fn a_reply_of_lemmy_is_one_comment_in_whatever_order_it_comes(db: Db) {
        let here = instance(db).await;
        for (number, order) in both_ways(WRAPPED_REPLY, DIRECT_REPLY) {
            let world = World::with_thread(&here, number).await;
            for name in order {
                world.theirs.send(name).await;
                here.run_until_idle().await;
            }
            let entries = here.entries(world.group).await;
            assert_eq!(entries.len(), 3, "{order:?}");
            assert!(entries.iter().all(|entry| entry.state == EntryState::Published), "{order:?}");
            assert_eq!(entries[0].comment_count, 2, "{order:?}");
        }
    }

    // Both are kept before the worker looks at either.
    async fn a_reply_that_comes_both_ways_at_once_is_one_comment(db: Db) {
        let here = instance(db).await;
        for (number, order) in both_ways(WRAPPED_REPLY, DIRECT_REPLY) {
            let world = World::with_thread(&here, number).await;
            for name in order {
                world.theirs.send(name).await;
            }
            here.run_until_idle().await;
            // What is wrapped may have to wait for what came directly.
            here.clock.advance(Duration::from_secs(10));
            here.run_until_idle().await;
            assert_eq!(here.entries(world.group).await.len(), 3, "{order:?}");
        }
    }

    async fn a_ban_from_a_community_ends_the_membership_in_whatever_order_it_comes(db: Db) {
        let here = instance(db).await;
        for (number, order) in both_ways(WRAPPED_BAN, DIRECT_BAN) {
            let mut world = World::with_thread(&here, number).await;
            world.theirs.map("http://fake-remote2:9103/u/bob", &world.reader);
            for name in order {
                world.theirs.send(name).await;
                here.run_until_idle().await;
            }
            assert_eq!(here.membership(world.group, &world.reader).await, None, "{order:?}");
        }
    }
}

/// A recorded group, on a server of its own each time, that somebody here follows.
struct World {
    theirs: RecordedPeer,
    group: GroupId,
    reader: Iri,
}

impl World {
    async fn following(here: &TestInstance, number: usize, software: &str, group: &str) -> Self {
        let theirs = RecordedPeer::start(software, here, &[]).await;
        let reader = here.person(&format!("reader{number}")).await;
        let (group, _) = here.follow(&reader, &theirs.iri(group)).await;
        here.run_until_idle().await;
        Self { theirs, group, reader: reader.ap_id }
    }

    /// The recorded community with a post and a comment.
    async fn with_thread(here: &TestInstance, number: usize) -> Self {
        let world = Self::following(here, number, "lemmy", "http://lemmy-beta:8551/c/capb1c43").await;
        world.theirs.own_like("http://lemmy-beta:8551/u/lemmy_beta", "http://lemmy-beta:8551/u/capuser");
        for name in ["02_local_user_create_post_in_local_community.announce-create", "04"] {
            world.theirs.send(name).await;
        }
        here.run_until_idle().await;
        world
    }
}

/// Both orders, numbered.
fn both_ways<'a>(one: &'a str, other: &'a str) -> [(usize, [&'a str; 2]); 2] {
    [(0, [one, other]), (1, [other, one])]
}

fn permutations([a, b, c]: [&str; 3]) -> [[&str; 3]; 6] {
    [[a, b, c], [a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]]
}
