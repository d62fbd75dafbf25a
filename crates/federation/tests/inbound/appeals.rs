//! What people elsewhere are told of decisions about them, and what becomes of their answers.

use std::time::Duration;

use guildhall_app::{
    Viewer,
    appeal::{self as appeals, DecideAppeal},
    ending,
    group::{self, SetBan},
};
use guildhall_domain::{event::Cause, moderation::AppealOutcome};
use guildhall_store::{Db, appeal, testing::on_both_engines};
use guildhall_testkit::LocalPerson;
use serde_json::{Value, json};

use crate::support::{With as _, World, create, id, mention, note, to_group};

on_both_engines! {
    async fn a_ban_is_appealed_by_reply_and_taken_back_by_another_moderator(db: Db) {
        let (world, mona, olga) = moderated(db, "nodebb").await;
        ban(&world, &mona, true).await;
        let came = world.peer.take();
        let block = came.only("Announce")["object"].clone();
        assert_eq!((&block["type"], &block["summary"]), (&json!("Block"), &json!("spam")));
        assert_eq!(block["endTime"], "2026-03-01T13:00:00Z");
        assert_eq!(block["expires"], block["endTime"]);
        let message = came.only("Create")["object"].clone();
        assert_eq!((&message["attributedTo"], &message["to"]), (&json!(world.group.ap_id), &json!([world.alice.id])));
        assert_eq!(message["tag"][0]["href"], json!(world.alice.id));
        let text = message["content"].as_str().unwrap();
        for said in ["You are banned from The gardening group: spam", "Until 2026-03-01 13:00 UTC.", "reply to this message"] {
            assert!(text.contains(said), "{said}: {text}");
        }

        let reply = answer(&world, &message, "Those were my own tulips.");
        assert_eq!(world.send(&private(&world, &reply)).await, "applied");
        let more = answer(&world, &message, "And nice ones.");
        assert_eq!(world.send(&private(&world, &more)).await, "applied");
        assert!(world.here.entries(world.group.id).await.is_empty(), "never a comment");
        assert!(world.peer.take().all("Announce").is_empty(), "never passed on");
        let open = appeal::list_open(&world.here.app.store, Some(world.group.id), None, 10).await.unwrap();
        let [made] = &open[..] else { panic!("one appeal") };
        assert_eq!(made.text, "Those were my own tulips.\n\nAnd nice ones.");

        let reversed = DecideAppeal {
            appeal: made.id, outcome: AppealOutcome::Reversed, reason: "You are right.".into(), until: None,
        };
        let viewer = |who: &LocalPerson| Viewer { actor: Some(who.id), ..Viewer::default() };
        assert!(appeals::decide(&world.here.app, &viewer(&mona), reversed.clone()).await.is_err(), "her own decision");
        appeals::decide(&world.here.app, &viewer(&olga), reversed).await.unwrap();
        world.here.run_until_idle().await;
        let came = world.peer.take();
        let undone = came.only("Announce")["object"].clone();
        assert_eq!((&undone["type"], &undone["object"]["type"]), (&json!("Undo"), &json!("Block")));
        let told = came.only("Create")["object"]["content"].as_str().unwrap().to_owned();
        assert!(told.contains("the decision is taken back: You are right."), "{told}");
        let post = to_group(note(&world.alice, "Tulips"), &world.group.ap_id);
        assert_eq!(world.send(&create(&world.alice, &post)).await, "applied");
    }

    async fn what_others_say_to_a_notice_or_in_public_is_no_appeal(db: Db) {
        let (world, mona, _) = moderated(db, "mastodon").await;
        ban(&world, &mona, true).await;
        let message = world.peer.take().only("Create")["object"].clone();
        let stranger = world.peer.actor("stranger");
        let theirs = note(&stranger, "Let her in.").with(json!({ "inReplyTo": id(&message), "to": [world.group.ap_id] }));
        assert_eq!(world.send(&create(&stranger, &theirs)).await, "ignored");
        let public = to_group(note(&world.alice, "See this!"), &world.group.ap_id)
            .with(json!({ "inReplyTo": id(&message), "tag": [mention(&world.group.ap_id)] }));
        assert_eq!(world.send(&create(&world.alice, &public)).await, "ignored");
        assert!(world.here.entries(world.group.id).await.is_empty());
        assert!(appeal::list_open(&world.here.app.store, Some(world.group.id), None, 10).await.unwrap().is_empty());
    }

    async fn lemmys_people_are_told_by_the_block_alone(db: Db) {
        let (world, mona, _) = moderated(db, "lemmy").await;
        ban(&world, &mona, true).await;
        let came = world.peer.take();
        assert_eq!(came.only("Announce")["object"]["type"], "Block");
        assert!(came.all("Create").is_empty(), "it takes messages of persons alone");
    }

    async fn the_end_of_a_ban_is_told_once_though_the_server_slept_over_it(db: Db) {
        let (world, mona, _) = moderated(db, "nodebb").await;
        ban(&world, &mona, true).await;
        world.peer.take();
        world.here.clock.advance(Duration::from_hours(5));
        for _ in 0..2 {
            ending::end_what_is_over(&world.here.app).await.unwrap();
            world.here.run_until_idle().await;
        }
        let came = world.peer.take();
        assert_eq!(came.only("Announce")["object"]["object"]["type"], "Block");
        assert!(came.only("Create")["object"]["content"].as_str().unwrap().contains("no longer banned"));
    }
}

/// A world whose group has two moderators here, and a member on a server of `software`.
async fn moderated(db: Db, software: &str) -> (World, LocalPerson, LocalPerson) {
    let world = World::with_member(db, software).await;
    let (mona, olga) = (world.here.person("mona").await, world.here.person("olga").await);
    for moderator in [&mona, &olga] {
        world.here.moderator(&world.group, moderator.id).await;
    }
    // Another member, so that the server goes on hearing of the group.
    let other = world.peer.actor("other");
    assert_eq!(world.send(&crate::support::follow(&other, &world.group.ap_id)).await, "applied");
    world.here.run_until_idle().await;
    world.peer.take();
    (world, mona, olga)
}

/// Bans alice, for an hour where it `has_end`.
async fn ban(world: &World, by: &LocalPerson, has_end: bool) {
    let alice = world.here.actor(&world.alice.id).await.unwrap();
    let now = world.here.app.now();
    let command = SetBan {
        group: world.group.id,
        actor: alice.id,
        by: by.id,
        banned: true,
        until: has_end.then(|| now.plus(Duration::from_hours(1))),
        reason: Some("spam".into()),
        remove_content: false,
        cause: Cause::Local,
    };
    group::set_ban(&world.here.app, command).await.unwrap();
    world.here.run_until_idle().await;
}

/// What brings it.
fn private(world: &World, answer: &Value) -> Value {
    create(&world.alice, answer).with(json!({ "to": [world.group.ap_id] }))
}

/// What alice answers in private, as a microblog writes it.
fn answer(world: &World, message: &Value, text: &str) -> Value {
    note(&world.alice, text).with(json!({
        "content": format!("<p><a href=\"{}\">@gardening</a> {text}</p>", world.group.ap_id),
        "inReplyTo": id(message),
        "to": [world.group.ap_id],
        "tag": [mention(&world.group.ap_id)],
    }))
}
