//! `Update` of posts and comments.

use guildhall_domain::Timestamp;
use guildhall_domain::group::{Admission, Policy, Posting, Review};
use guildhall_store::queue::QueueKind;
use guildhall_store::{Db, testing::on_both_engines};
use guildhall_testkit::Reply;
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{With as _, World, create, id, note, to_group, update};

on_both_engines! {
    async fn a_newer_text_replaces_the_older_one(db: Db) {
        let world = World::new(db, "mastodon").await;
        let post = world.posted("Tulips").await;
        assert_eq!(world.send(&update(&world.alice, &edited(&post, "Roses", "11:59:30"))).await, "applied");
        let entry = world.here.entry(id(&post)).await.unwrap();
        assert_eq!((entry.title.as_deref(), entry.content_html.as_str()), (Some("Roses"), "<p>Roses</p>"));
        assert_eq!(entry.edited_at, Some(Timestamp(1_772_366_370_000)));
    }

    async fn an_edit_that_is_older_than_what_is_known_changes_nothing(db: Db) {
        let world = World::new(db, "mastodon").await;
        let post = world.posted("Tulips").await;
        world.send(&update(&world.alice, &edited(&post, "Second", "11:59:40"))).await;
        assert_eq!(world.send(&update(&world.alice, &edited(&post, "First", "11:59:20"))).await, "ignored");
        assert_eq!(world.here.entry(id(&post)).await.unwrap().title.as_deref(), Some("Second"));
    }

    async fn an_edit_from_the_future_does_not_shut_out_later_ones(db: Db) {
        let world = World::new(db, "mastodon").await;
        let post = world.posted("Tulips").await;
        let ahead = edited(&post, "Ahead", "11:59:20").with(json!({ "updated": "2036-01-01T00:00:00Z" }));
        world.send(&update(&world.alice, &ahead)).await;
        world.here.clock.advance(std::time::Duration::from_mins(1));
        assert_eq!(world.send(&update(&world.alice, &edited(&post, "Now", "12:00:30"))).await, "applied");
        assert_eq!(world.here.entry(id(&post)).await.unwrap().title.as_deref(), Some("Now"));
    }

    async fn nobody_edits_what_another_wrote(db: Db) {
        let world = World::new(db, "mastodon").await;
        let post = world.posted("Tulips").await;
        let mallory = world.peer.actor("mallory");
        let stolen = edited(&post, "Buy!", "11:59:30");
        assert_eq!(world.status(&update(&mallory, &stolen)).await.as_u16(), 403);
        let claimed = stolen.with(json!({ "attributedTo": mallory.id }));
        assert_eq!(world.send(&update(&mallory, &claimed)).await, "refused");
        assert_eq!(world.here.entry(id(&post)).await.unwrap().title.as_deref(), Some("Tulips"));
    }

    async fn nobody_edits_what_was_written_here(db: Db) {
        let world = World::new(db, "mastodon").await;
        let ann = world.here.person("ann").await;
        let post = world.here.post(&world.group, &ann, "Tulips", "How deep?").await;
        let forged = json!({ "id": post.ap_id, "type": "Page", "name": "Buy!", "attributedTo": world.alice.id });
        assert_eq!(world.status(&update(&world.alice, &forged)).await.as_u16(), 403);
        assert_eq!(world.here.entry(post.ap_id.as_str()).await.unwrap().title.as_deref(), Some("Tulips"));
    }

    async fn an_edit_of_something_unknown_brings_it_in(db: Db) {
        let world = World::new(db, "mastodon").await;
        let note = to_group(note(&world.alice, "Tulips"), &world.group.ap_id);
        assert_eq!(world.send(&update(&world.alice, &note)).await, "applied");
        // The Create that it overtook has nothing left to do.
        assert_eq!(world.send(&create(&world.alice, &note)).await, "ignored");
        assert_eq!(world.here.entries(world.group.id).await.len(), 1);
    }

    async fn an_edit_waits_for_a_create_that_was_put_off(db: Db) {
        let world = World::new(db, "mastodon").await;
        let (lemmy, _) = world.follower("lemmy", "lou").await;
        let elsewhere = world.here.peer("mastodon").await;
        let carol = elsewhere.actor("carol");
        let above = to_group(note(&carol, "Bulbs"), &world.group.ap_id);
        let path = id(&above).split_once(carol.id.authority()).unwrap().1.to_owned();
        elsewhere.answer(&path, Reply::status(StatusCode::SERVICE_UNAVAILABLE));
        let answer = to_group(world.reply(id(&above), "Tulips"), &world.group.ap_id);
        assert_eq!(world.send(&create(&world.alice, &answer)).await, "queued");
        let edit = update(&world.alice, &edited(&answer, "Roses", "11:59:30"));
        assert_eq!(world.send(&edit).await, "queued");
        elsewhere.put(&above);
        world.here.clock.advance(std::time::Duration::from_mins(1));
        world.here.run_until_idle().await;
        assert_eq!(world.here.outcome(id(&edit)).await, "applied");
        let told = lemmy.take().all("Announce");
        let inner = told.iter().map(|told| &told["object"]).filter(|inner| inner["object"]["id"] == answer["id"]);
        assert_eq!(inner.map(|inner| inner["type"].clone()).collect::<Vec<_>>(), ["Create", "Update"]);
    }

    async fn an_edit_whose_create_never_came_is_passed_on_as_it_came(db: Db) {
        let world = World::new(db, "mastodon").await;
        let (lemmy, _) = world.follower("lemmy", "lou").await;
        let edit = update(&world.alice, &to_group(note(&world.alice, "Tulips"), &world.group.ap_id));
        assert_eq!(world.send(&edit).await, "applied");
        assert_eq!(lemmy.take().only("Announce")["object"], edit);
    }

    async fn an_edit_keeps_author_group_and_place(db: Db) {
        let world = World::new(db, "mastodon").await;
        let other = world.here.group("other", Admission::Open).await;
        let post = world.posted("Tulips").await;
        let moved = to_group(edited(&post, "Roses", "11:59:30"), &other.ap_id);
        world.send(&update(&world.alice, &moved)).await;
        assert_eq!(world.here.entry(id(&post)).await.unwrap().group_id, world.group.id);
        assert!(world.here.entries(other.id).await.is_empty());
    }

    async fn an_edit_under_review_waits_while_the_old_text_is_shown(db: Db) {
        let world = World::new(db, "mastodon").await;
        let policy = Policy { admission: Admission::Open, posting: Posting::Everyone, review: Review::All, ..Policy::default() };
        let group = world.here.group_with("careful", policy).await;
        let note = to_group(note(&world.alice, "Tulips"), &group.ap_id);
        assert_eq!(world.send(&create(&world.alice, &note)).await, "held");
        world.here.admit(world.here.queue(group.id).await[0].id).await;
        assert_eq!(world.send(&update(&world.alice, &edited(&note, "Roses", "11:59:30"))).await, "held");
        assert_eq!(world.here.entry(id(&note)).await.unwrap().title.as_deref(), Some("Tulips"));
        let waiting = world.here.queue(group.id).await;
        assert_eq!((waiting.len(), waiting[0].kind), (1, QueueKind::Edit));
        world.here.admit(waiting[0].id).await;
        assert_eq!(world.here.entry(id(&note)).await.unwrap().title.as_deref(), Some("Roses"));
    }

    async fn group_aware_followers_get_the_edit_as_it_came_and_microblogs_nothing(db: Db) {
        let world = World::new(db, "mastodon").await;
        let post = world.posted("Tulips").await;
        let (lemmy, _) = world.follower("lemmy", "lou").await;
        let (masto, _) = world.follower("mastodon", "mia").await;
        let update = update(&world.alice, &edited(&post, "Roses", "11:59:30"));
        world.send(&update).await;
        assert_eq!(lemmy.take().only("Announce")["object"], update);
        assert_eq!(masto.take().shapes(), [""; 0], "the author's own server tells them");
    }
}

/// The note with another text, changed on the morning of the test.
fn edited(note: &Value, text: &str, time: &str) -> Value {
    note.clone()
        .with(json!({ "content": format!("<p>{text}</p>"), "updated": format!("2026-03-01T{time}Z") }))
}
