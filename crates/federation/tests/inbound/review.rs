//! What a group holds, admits and refuses: who sees it, and who is told.

use guildhall_app::{Viewer, read};
use guildhall_domain::GroupId;
use guildhall_domain::content::{EntryState, Sort};
use guildhall_domain::group::{Admission, Policy, Posting, Review};
use guildhall_store::{Db, testing::on_both_engines};
use guildhall_testkit::{LocalGroup, TestInstance};
use serde_json::{Value, json};

use crate::support::{World, create, follow, id, like, note, to_group};

on_both_engines! {
    async fn what_is_held_is_told_and_shown_to_nobody(db: Db) {
        let world = reviewing(db, "mastodon").await;
        let (lemmy, _) = world.follower("lemmy", "lou").await;
        let note = to_group(note(&world.alice, "Tulips"), &world.group.ap_id);
        assert_eq!(world.send(&create(&world.alice, &note)).await, "held");
        assert_eq!(world.here.state(id(&note)).await, Some(EntryState::Held));
        assert_eq!(shown(&world.here, world.group.id).await, 0);
        assert_eq!(lemmy.take().shapes(), [""; 0]);
        assert_eq!(world.peer.take().shapes(), [""; 0]);
        assert_eq!(world.send(&like(&world.alice, id(&note))).await, "waiting");
        let reply = world.reply(id(&note), "Deep.");
        assert_eq!(world.send(&create(&world.alice, &reply)).await, "waiting", "there is nothing to answer yet");
        assert_eq!(world.here.state(id(&reply)).await, None);
    }

    async fn what_is_held_here_cannot_be_fetched(db: Db) {
        let world = reviewing(db, "mastodon").await;
        let ann = world.here.person("ann").await;
        let post = world.here.post(&world.group, &ann, "Tulips", "How deep?").await;
        assert_eq!(world.peer.fetch_status(&post.ap_id).await.as_u16(), 404);
        world.here.admit(world.here.queue(world.group.id).await[0].id).await;
        assert_eq!(world.peer.fetch_status(&post.ap_id).await.as_u16(), 200);
    }

    async fn what_is_admitted_is_announced_under_its_own_id_with_the_original_bytes(db: Db) {
        let world = reviewing(db, "mastodon").await;
        let (lemmy, _) = world.follower("lemmy", "lou").await;
        let (masto, _) = world.follower("mastodon", "mia").await;
        let note = to_group(note(&world.alice, "Tulips"), &world.group.ap_id);
        let create = create(&world.alice, &note);
        // In a spelling that we would never write.
        let bytes = serde_json::to_string_pretty(&create).unwrap().replace("\"type\"", "\"\\u0074ype\"");
        world.peer.deliver_bytes(&world.alice, &world.here.inbox(), bytes.clone().into_bytes()).await;
        world.here.run_until_idle().await;
        world.here.admit(world.here.queue(world.group.id).await[0].id).await;
        world.here.run_until_idle().await;

        assert_eq!(world.here.state(id(&note)).await, Some(EntryState::Published));
        assert_eq!(shown(&world.here, world.group.id).await, 1);
        let wrapped = lemmy.take();
        assert_eq!(wrapped.only("Announce")["object"]["id"], create["id"]);
        let body = String::from_utf8(wrapped.deliveries()[0].body.to_vec()).unwrap();
        assert!(body.contains(&bytes), "byte for byte");
        assert_eq!(masto.take().only("Announce")["object"], note["id"]);
    }

    async fn what_a_moderator_refuses_is_rejected_with_a_note_to_microblog_authors(db: Db) {
        let world = reviewing(db, "mastodon").await;
        let (lemmy, _) = world.follower("lemmy", "lou").await;
        let note = to_group(note(&world.alice, "Buy!"), &world.group.ap_id);
        let create = create(&world.alice, &note);
        world.send(&create).await;
        world.here.refuse(world.here.queue(world.group.id).await[0].id, "No advertising.").await;
        world.here.run_until_idle().await;

        assert_eq!(world.here.state(id(&note)).await, Some(EntryState::Refused));
        let told = world.peer.inbox_of(&world.alice);
        let reject = told.only("Reject");
        assert_eq!(reject["actor"], json!(world.group.ap_id));
        assert_eq!((&reject["object"]["id"], &reject["summary"]), (&create["id"], &json!("No advertising.")));
        let notice = told.only("Create");
        assert_eq!((&notice["to"], &notice["cc"]), (&json!([world.alice.id]), &Value::Null));
        assert_eq!(notice["object"]["inReplyTo"], note["id"]);
        assert_eq!(notice["object"]["tag"][0]["href"], json!(world.alice.id));
        assert!(notice["object"]["content"].as_str().unwrap().contains("No advertising."));
        assert_eq!(lemmy.take().shapes(), [""; 0]);
    }

    async fn authors_on_group_aware_servers_get_the_reject_alone(db: Db) {
        let world = reviewing(db, "lemmy").await;
        world.send(&create(&world.alice, &to_group(note(&world.alice, "Buy!"), &world.group.ap_id))).await;
        world.here.refuse(world.here.queue(world.group.id).await[0].id, "No advertising.").await;
        world.here.run_until_idle().await;
        assert_eq!(world.peer.take().shapes(), ["Reject{Create}"]);
    }

    async fn the_first_post_waits_and_the_next_does_not(db: Db) {
        let world = World::new(db, "mastodon").await;
        let group = with_policy(&world.here, Posting::Everyone, Review::First).await;
        let posts: Vec<Value> = (0..3).map(|_| to_group(note(&world.alice, "Tulips"), &group.ap_id)).collect();
        assert_eq!(world.send(&create(&world.alice, &posts[0])).await, "held");
        assert_eq!(world.send(&create(&world.alice, &posts[1])).await, "held");
        world.here.admit(world.here.queue(group.id).await[0].id).await;
        assert_eq!(world.send(&create(&world.alice, &posts[2])).await, "applied");
    }

    async fn where_members_post_strangers_are_told_to_follow_first(db: Db) {
        let world = World::new(db, "mastodon").await;
        let group = with_policy(&world.here, Posting::Members, Review::None).await;
        let post = || create(&world.alice, &to_group(note(&world.alice, "Tulips"), &group.ap_id));
        assert_eq!(world.send(&post()).await, "refused");
        let reject = world.peer.inbox_of(&world.alice).only("Reject");
        assert!(reject["summary"].as_str().unwrap().contains("Follow the group"), "{reject}");
        world.send(&follow(&world.alice, &group.ap_id)).await;
        assert_eq!(world.send(&post()).await, "applied");
    }

    async fn a_banned_author_is_refused_with_the_reason(db: Db) {
        let world = World::new(db, "mastodon").await;
        let alice = world.here.remote(&world.alice.id).await;
        world.here.ban(&world.group, alice.id).await;
        let note = to_group(note(&world.alice, "Tulips"), &world.group.ap_id);
        assert_eq!(world.send(&create(&world.alice, &note)).await, "refused");
        assert_eq!(world.peer.take().only("Reject")["summary"], "You are banned from this group.");
        assert_eq!(shown(&world.here, world.group.id).await, 0);
    }

    async fn a_held_post_that_its_author_deletes_waits_no_longer(db: Db) {
        let world = reviewing(db, "mastodon").await;
        let note = to_group(note(&world.alice, "Tulips"), &world.group.ap_id);
        world.send(&create(&world.alice, &note)).await;
        assert_eq!(world.send(&crate::support::delete(&world.alice, id(&note))).await, "applied");
        assert!(world.here.queue(world.group.id).await.is_empty());
        assert_eq!(world.peer.take().shapes(), [""; 0], "what was never told is not taken back");
    }
}

/// A world whose group reviews everything.
async fn reviewing(db: Db, software: &str) -> World {
    let world = World::new(db, software).await;
    let group = with_policy(&world.here, Posting::Everyone, Review::All).await;
    World { group, ..world }
}

async fn with_policy(here: &TestInstance, posting: Posting, review: Review) -> LocalGroup {
    here.group_with("careful", Policy { admission: Admission::Open, posting, review, ..Policy::default() })
        .await
}

/// How many posts anybody sees.
async fn shown(here: &TestInstance, group: GroupId) -> usize {
    let request = read::PageRequest::default();
    let page = read::entries::posts(&here.app, &Viewer::anonymous(), group, Sort::New, request).await;
    page.unwrap().items.len()
}
