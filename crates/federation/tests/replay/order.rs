//! The same thing comes wrapped, bare and directly, in any order: it has one effect.

use std::time::Duration;

use guildhall_activitypub::Iri;
use guildhall_domain::GroupId;
use guildhall_domain::content::EntryState;
use guildhall_store::testing::{self, TestDb};
use guildhall_testkit::{RecordedPeer, TestInstance};

use crate::stage::instance;

const WRAPPED_REPLY: &str = "05_reply_comment_mention.announce";
const DIRECT_REPLY: &str = "05_reply_comment_mention.create";
const WRAPPED_BAN: &str = "27_ban_remote_from_community.announce";
const DIRECT_BAN: &str = "27_ban_remote_from_community.block";

#[tokio::test]
async fn a_topic_of_nodebb_is_one_post_in_whatever_order_it_comes() {
    for order in permutations(["inbox-03", "inbox-04", "inbox-05"]) {
        let world = World::following("nodebb", "https://nodebb.test/category/2").await;
        for name in order {
            world.theirs.send(name).await;
            world.here.run_until_idle().await;
        }
        let entries = world.here.entries(world.group).await;
        assert_eq!(entries.len(), 1, "{order:?}");
        assert_eq!(entries[0].title.as_deref(), Some("A topic about Rust servers"), "{order:?}");
    }
}

#[tokio::test]
async fn a_reply_of_lemmy_is_one_comment_in_whatever_order_it_comes() {
    for order in [[WRAPPED_REPLY, DIRECT_REPLY], [DIRECT_REPLY, WRAPPED_REPLY]] {
        let world = World::with_thread().await;
        for name in order {
            world.theirs.send(name).await;
            world.here.run_until_idle().await;
        }
        let entries = world.here.entries(world.group).await;
        assert_eq!(entries.len(), 3, "{order:?}");
        assert!(entries.iter().all(|entry| entry.state == EntryState::Published), "{order:?}");
        assert_eq!(entries[0].comment_count, 2, "{order:?}");
    }
}

// Both are kept before the worker looks at either.
#[tokio::test]
async fn a_reply_that_comes_both_ways_at_once_is_one_comment() {
    for order in [[WRAPPED_REPLY, DIRECT_REPLY], [DIRECT_REPLY, WRAPPED_REPLY]] {
        let world = World::with_thread().await;
        for name in order {
            world.theirs.send(name).await;
        }
        world.here.run_until_idle().await;
        // What is wrapped may have to wait for what came directly.
        world.here.clock.advance(Duration::from_secs(10));
        world.here.run_until_idle().await;
        assert_eq!(world.here.entries(world.group).await.len(), 3, "{order:?}");
    }
}

#[tokio::test]
async fn a_ban_from_a_community_ends_the_membership_in_whatever_order_it_comes() {
    for order in [[WRAPPED_BAN, DIRECT_BAN], [DIRECT_BAN, WRAPPED_BAN]] {
        let mut world = World::with_thread().await;
        world.theirs.map("http://fake-remote2:9103/u/bob", &world.reader);
        for name in order {
            world.theirs.send(name).await;
            world.here.run_until_idle().await;
        }
        assert_eq!(world.here.membership(world.group, &world.reader).await, None, "{order:?}");
    }
}

/// An instance where somebody follows a recorded group.
struct World {
    here: TestInstance,
    theirs: RecordedPeer,
    group: GroupId,
    reader: Iri,
    /// Kept for its drop.
    _db: TestDb,
}

impl World {
    async fn following(software: &str, group: &str) -> Self {
        let db = testing::sqlite().await;
        let here = instance(db.db().clone()).await;
        let theirs = RecordedPeer::start(software, &here, &[]).await;
        let reader = here.person("reader").await;
        let (group, _) = here.follow(&reader, &theirs.iri(group)).await;
        here.run_until_idle().await;
        Self { here, theirs, group, reader: reader.ap_id, _db: db }
    }

    /// The recorded community with a post and a comment.
    async fn with_thread() -> Self {
        let world = Self::following("lemmy", "http://lemmy-beta:8551/c/capb1c43").await;
        world.theirs.own_like("http://lemmy-beta:8551/u/lemmy_beta", "http://lemmy-beta:8551/u/capuser");
        for name in ["02_local_user_create_post_in_local_community.announce-create", "04"] {
            world.theirs.send(name).await;
        }
        world.here.run_until_idle().await;
        world
    }
}

fn permutations([a, b, c]: [&str; 3]) -> [[&str; 3]; 6] {
    [[a, b, c], [a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]]
}
