//! Lemmy: a community that somebody here follows, and Lemmy's people in a group here.

use std::time::Duration;

use guildhall_domain::group::Admission;
use guildhall_store::{Db, testing::on_both_engines};
use guildhall_testkit::RecordedPeer;

use crate::stage::{Stage, instance};

const COMMUNITY: &str = "http://lemmy-beta:8551/c/capb1c43";
const ADMIN: &str = "http://lemmy-beta:8551/u/lemmy_beta";
/// Its account was gone when the documents were recorded.
const USER: &str = "http://lemmy-beta:8551/u/capuser";
const BOB: &str = "http://fake-remote2:9103/u/bob";
const BOOKS: &str = "http://fake-remote2:9103/c/books";
const FOLLOW: &str = "http://fake-remote2:9103/activities/follow/4b0ae547-9292-4c0d-9b54-142fa5f7cdc1";
const FOLLOW_AGAIN: &str = "http://fake-remote2:9103/activities/follow/99f3a24f-896a-45b1-9c90-e7b5ede65feb";
const OUR_POST: &str = "http://fake-remote2:9103/post/r347e4b";
const OUR_COMMENT: &str = "http://fake-remote2:9103/comment/nff4d44";

on_both_engines! {
    async fn a_community_that_is_followed_tells_what_happens_in_it(db: Db) {
        let here = instance(db).await;
        let (bob, ann) = (here.person("bob").await, here.person("ann").await);
        let theirs = RecordedPeer::start("lemmy", &here, &[(BOB, &bob.ap_id)]).await;
        theirs.own_like(ADMIN, USER);
        // Who goes on listening when bob is banned.
        here.follow(&ann, &theirs.iri(COMMUNITY)).await;
        let (community, follow) = here.follow(&bob, &theirs.iri(COMMUNITY)).await;
        let mut stage = Stage::begin(here, theirs).await;
        stage.note("ann and bob follow the community").await;
        stage.theirs.map(FOLLOW, &follow);
        for name in of_numbers(&stage.theirs, "01", "18") {
            stage.play(&name).await;
        }

        let post = stage.here.write(community, &bob, None, Some("Remote page"), "remote").await;
        let first = stage.here.entry(stage.theirs.iri("http://lemmy-beta:8551/post/1").as_str()).await.unwrap();
        let comment = stage.here.write(community, &bob, Some(first.id), None, "remote note").await;
        stage.note("bob writes a post and a comment").await;
        stage.theirs.map(OUR_POST, &post.ap_id);
        stage.theirs.map(OUR_COMMENT, &comment.ap_id);
        for name in of_numbers(&stage.theirs, "19", "37") {
            stage.play(&name).await;
        }

        let (_, again) = stage.here.follow(&bob, &stage.theirs.iri(COMMUNITY)).await;
        stage.note("bob, whose ban has ended his membership, follows again").await;
        stage.theirs.map(FOLLOW_AGAIN, &again);
        let actor = stage.theirs.peer.actor_with_id(stage.theirs.iri(COMMUNITY).as_str());
        stage.play("51").await;
        for (gone, back) in [("52", "53"), ("54", "55")] {
            stage.theirs.peer.bury(&actor.id);
            stage.play(gone).await;
            stage.theirs.peer.serve_actor(&actor);
            // What was gone is not asked for again at once.
            stage.here.clock.advance(Duration::from_mins(6));
            stage.play(back).await;
        }
        stage.tells("lemmy_community");
    }

    async fn people_of_lemmy_take_part_in_a_group_here(db: Db) {
        let here = instance(db).await;
        let books = here.group("books", Admission::Open).await;
        let theirs = RecordedPeer::start("lemmy", &here, &[(BOOKS, &books.ap_id)]).await;
        let user = theirs.own_like(ADMIN, USER);
        let mut stage = Stage::begin(here, theirs).await;
        for name in of_numbers(&stage.theirs, "40", "49") {
            stage.play(&name).await;
        }
        stage.theirs.peer.bury(&user.id);
        stage.play("56").await;
        stage.tells("lemmy_people");
    }
}

/// The names of deliveries from one number to another.
fn of_numbers(theirs: &RecordedPeer, first: &str, last: &str) -> Vec<String> {
    let is_in = |name: &String| (first..=last).contains(&&name[..2]);
    theirs.names().into_iter().filter(is_in).collect()
}
