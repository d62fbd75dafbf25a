//! What moderators of a group elsewhere do to what is mirrored here is honoured, and what others pretend is refused.

use std::pin::pin;

use guildhall_app::group::{self, SetModerator};
use guildhall_domain::{content::EntryState, event::Cause, moderation::NoticeKind};
use guildhall_store::{Db, notice, testing::on_both_engines};
use guildhall_testkit::{LocalPerson, PeerActor};
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use serde_json::{Value, json};

use crate::{
    announce::Followed,
    support::{With as _, activity, announce, create, delete, id, note, to_group, undo},
};

/// How often a forged act of a kind was counted as refused, for a reason, while some work was being done.
async fn refused_during(verb: &str, reason: &str, work: impl Future<Output = ()>) -> u64 {
    let recorder = DebuggingRecorder::new();
    let mut work = pin!(work);
    std::future::poll_fn(|context| metrics::with_local_recorder(&recorder, || work.as_mut().poll(context)))
        .await;
    let counted =
        recorder.snapshotter().snapshot().into_vec().into_iter().filter_map(|(key, _, _, value)| {
            let has = |name, wanted: &str| {
                key.key().labels().any(|label| label.key() == name && label.value() == wanted)
            };
            match value {
                DebugValue::Counter(count) if key.key().name() == "moderation_refused_total" => {
                    (has("verb", verb) && has("reason", reason)).then_some(count)
                }
                _ => None,
            }
        });
    counted.sum()
}

on_both_engines! {
    async fn forged_acts_of_moderation_are_counted(db: Db) {
        let followed = Followed::joined(db).await;
        let world = &followed.world;
        let post = posted(&followed).await;
        let nell = world.peer.actor("nell");
        let forged = [activity(&nell, "Lock", json!(id(&post))), activity(&nell, "Lock", json!(id(&post)))];
        let counted = refused_during("lock", "not-moderator", async {
            for lock in &forged {
                assert_eq!(world.send(lock).await, "refused");
            }
        });
        assert_eq!(counted.await, 2);
        let honest = refused_during("lock", "not-moderator", async {
            assert_eq!(world.send(&activity(&followed.books, "Lock", json!(id(&post)))).await, "applied");
        });
        assert_eq!(honest.await, 0);
    }

    async fn a_moderator_of_a_group_elsewhere_bans_and_warns_one_of_ours_directly(db: Db) {
        let followed = Followed::joined(db).await;
        let (world, ann) = (&followed.world, followed.world.here.person("bea").await);
        world.here.follow(&ann, &followed.books.id).await;
        let lou = moderator(&followed, "lou").await;
        let block = activity(&lou, "Block", json!(ann.ap_id))
            .with(json!({ "target": followed.books.id, "summary": "spam", "endTime": "2026-03-02T12:00:00Z" }));
        assert_eq!(world.send(&block).await, "applied");
        assert!(told(&followed, &ann).await[0].starts_with("You are banned from books: spam"));
        assert_eq!(world.send(&undo(&lou, &block)).await, "applied");
        assert_eq!(told(&followed, &ann).await.len(), 2);
        let warn = activity(&lou, "Warn", json!(ann.ap_id))
            .with(json!({ "summary": "Be kind.", "to": [ann.ap_id], "audience": followed.books.id }));
        assert_eq!(world.send(&warn).await, "applied");
        assert!(told(&followed, &ann).await[2].contains("Be kind."));
        assert!(told(&followed, &ann).await.iter().all(|text| !text.contains("appeal")), "its own server answers for it");
    }

    async fn nobody_is_told_by_a_group_elsewhere_that_they_never_had_to_do_with(db: Db) {
        let followed = Followed::joined(db).await;
        let (world, ann) = (&followed.world, followed.world.here.person("bea").await);
        let bea = followed.world.here.person("ben").await;
        world.here.follow(&bea, &followed.books.id).await;
        let books = &followed.books;
        for person in [&ann, &bea] {
            let block = || activity(books, "Block", json!(person.ap_id))
                .with(json!({ "target": books.id, "summary": "Buy my pills." }));
            for _ in 0..3 {
                world.send(&announce(books, &block())).await;
            }
            let warn = activity(books, "Warn", json!(person.ap_id))
                .with(json!({ "summary": "Buy my pills.", "to": [person.ap_id], "audience": books.id }));
            world.send(&announce(books, &warn)).await;
        }
        assert_eq!(told(&followed, &ann).await, Vec::<String>::new());
        let told = told(&followed, &bea).await;
        let [ban, warning] = &told[..] else { panic!("{told:?}") };
        assert!(ban.starts_with("You are banned from books") && warning.contains("warn you"), "{told:?}");
    }

    async fn who_is_no_moderator_of_a_group_elsewhere_is_refused(db: Db) {
        let followed = Followed::joined(db).await;
        let (world, ann) = (&followed.world, followed.world.here.person("bea").await);
        let post = posted(&followed).await;
        // A neighbour of the group's on its own server: the same host is not the same person.
        let nell = world.peer.actor("nell");
        let books = &followed.books;
        let post = json!(id(&post));
        let forged = [
            delete(&nell, post.as_str().unwrap()).with(json!({ "summary": "off topic" })),
            activity(&nell, "Lock", post.clone()),
            activity(&nell, "Warn", post.clone()).with(json!({ "summary": "Mind." })),
            activity(&nell, "Warn", json!(ann.ap_id)).with(json!({ "audience": books.id })),
            activity(&nell, "Block", json!(ann.ap_id)).with(json!({ "target": books.id })),
            activity(&nell, "Add", json!(nell.id)).with(json!({ "target": format!("{}/moderators", books.id) })),
            activity(&nell, "Remove", json!(nell.id)).with(json!({ "target": format!("{}/moderators", books.id) })),
            activity(&nell, "Add", post.clone()).with(json!({ "target": format!("{}/featured", books.id) })),
        ];
        for act in &forged {
            assert_eq!(world.send(act).await, "refused", "{act}");
            let undone = world.send(&undo(&nell, act)).await;
            assert!(["refused", "ignored"].contains(&undone.as_str()), "{undone}: {act}");
        }
        assert_eq!(world.here.state(post.as_str().unwrap()).await, Some(EntryState::Published));
        let entry = world.here.entry(post.as_str().unwrap()).await.unwrap();
        assert!(!entry.locked && !entry.featured);
        assert_eq!(told(&followed, &ann).await, Vec::<String>::new());
    }

    async fn another_group_does_not_speak_for_what_is_not_its_own(db: Db) {
        let followed = Followed::joined(db).await;
        let world = &followed.world;
        let post = posted(&followed).await;
        let (films, lou) = (world.peer.group("films"), world.peer.actor("lou"));
        let ann = world.here.person("bea").await;
        world.here.follow(&ann, &films.id).await;
        world.here.run_until_idle().await;
        let forged = [
            delete(&lou, id(&post)).with(json!({ "summary": "off topic" })),
            activity(&lou, "Lock", json!(id(&post))),
            activity(&lou, "Warn", json!(id(&post))),
            activity(&lou, "Block", json!(ann.ap_id)).with(json!({ "target": followed.books.id })),
        ];
        for act in &forged {
            world.send(&announce(&films, act)).await;
            assert_eq!(world.here.outcome(id(act)).await, "refused", "{act}");
        }
        let entry = world.here.entry(id(&post)).await.unwrap();
        assert_eq!((entry.state, entry.locked), (EntryState::Published, false));
    }
}

/// A post in the group elsewhere, by somebody of its server.
async fn posted(followed: &Followed) -> Value {
    let pat = followed.world.peer.actor("pat");
    let post = to_group(note(&pat, "Dune"), &followed.books.id);
    assert_eq!(followed.announced(&create(&pat, &post)).await, "applied");
    post
}

/// A moderator of the group elsewhere, as its own list has it.
async fn moderator(followed: &Followed, name: &str) -> PeerActor {
    let peer_actor = followed.world.peer.actor(name);
    let actor = followed.world.here.remote(&peer_actor.id).await.id;
    let group = followed.group;
    let command = SetModerator { group, actor, by: group.actor(), appointed: true, cause: Cause::Local };
    group::set_moderator(&followed.world.here.app, command).await.unwrap();
    peer_actor
}

/// What somebody here was told was decided about them, oldest first.
async fn told(followed: &Followed, person: &LocalPerson) -> Vec<String> {
    let store = &followed.world.here.app.store;
    let found = notice::list_of_actor_before(store, person.id, None, 100).await.unwrap();
    let decided = found.into_iter().rev().filter(|notice| notice.kind == NoticeKind::Decision);
    decided.map(|notice| notice.text).collect()
}
