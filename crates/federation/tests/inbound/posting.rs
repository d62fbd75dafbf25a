//! The ways in which each platform posts to a group, and what the post becomes.

use guildhall_activitypub::PUBLIC;
use guildhall_app::group::{self, ChangeGroup};
use guildhall_domain::{
    content::{EntryKind, EntryState},
    group::Visibility,
};
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{With as _, World, create, id, mention, note, to_group};

on_both_engines! {
    async fn a_note_reaches_its_group_by_every_way_of_addressing(db: Db) {
        let world = World::new(db, "mastodon").await;
        let group = &world.group.ap_id;
        let wall = json!({ "type": "Collection", "id": format!("{group}/wall"), "attributedTo": group });
        let ways: [(&str, Value); 7] = [
            ("in to", json!({ "to": [PUBLIC, group] })),
            ("in cc", json!({ "cc": [group] })),
            ("alone in to, public in cc", json!({ "to": group, "cc": "as:Public" })),
            ("audience", json!({ "audience": group })),
            ("mention only", json!({ "tag": [mention(group)] })),
            ("mention without a list", json!({ "tag": mention(group) })),
            ("wall", json!({ "target": wall })),
        ];
        for (way, fields) in ways {
            let note = note(&world.alice, "How deep do tulips go?").with(fields);
            assert_eq!(world.send(&create(&world.alice, &note)).await, "applied", "{way}");
            let entry = world.here.entry(id(&note)).await.unwrap();
            assert_eq!((entry.group_id, entry.kind), (world.group.id, EntryKind::Post), "{way}");
            assert_eq!(entry.title.as_deref(), Some("How deep do tulips go?"), "{way}");
        }
    }

    async fn a_group_for_its_members_takes_what_is_addressed_to_its_members_alone(db: Db) {
        let world = World::with_member(db, "lemmy").await;
        let change = ChangeGroup { visibility: Some(Visibility::Members), ..ChangeGroup::default() };
        group::change(&world.here.app, world.group.id, world.group.id.actor(), change).await.unwrap();
        // As Lemmy 1.0 addresses what is for a private community.
        let members = json!([world.group.ap_id, format!("{}/followers", world.group.ap_id)]);
        let to_members = json!({ "to": members, "cc": [], "audience": world.group.ap_id });
        let post = note(&world.alice, "Only we know").with(to_members.clone());
        assert_eq!(world.send(&create(&world.alice, &post).with(to_members.clone())).await, "applied");
        let answer = note(&world.alice, "So it is").with(to_members.clone()).with(json!({ "inReplyTo": id(&post) }));
        assert_eq!(world.send(&create(&world.alice, &answer).with(to_members)).await, "applied");
        for entry in [&post, &answer] {
            assert_eq!(world.here.state(id(entry)).await, Some(EntryState::Published));
        }
    }

    async fn the_envelope_may_name_the_group_alone(db: Db) {
        let world = World::new(db, "mastodon").await;
        let note = note(&world.alice, "How deep?");
        let create = create(&world.alice, &note).with(json!({ "cc": [world.group.ap_id] }));
        assert_eq!(world.send(&create).await, "applied");
        assert_eq!(world.here.entry(id(&note)).await.unwrap().group_id, world.group.id);
    }

    async fn the_personal_inbox_of_the_group_will_do_as_well(db: Db) {
        let world = World::new(db, "mitra").await;
        let note = to_group(note(&world.alice, "How deep?"), &world.group.ap_id);
        let status = world.peer.deliver(&world.group.inbox, &create(&world.alice, &note)).await;
        assert_eq!(status.as_u16(), 202);
        world.here.run_until_idle().await;
        assert!(world.here.entry(id(&note)).await.is_some());
    }

    async fn the_title_is_the_first_line_without_mentions(db: Db) {
        let world = World::new(db, "mastodon").await;
        let link = format!("<a class=\"u-url mention\" href=\"{}\">@<span>gardening</span></a>", world.group.ap_id);
        let content = format!("<p>{link} Tulips<br>How deep?</p><p>More.</p>");
        let note = to_group(note(&world.alice, "").with(json!({ "content": content })), &world.group.ap_id);
        world.send(&create(&world.alice, &note)).await;
        let entry = world.here.entry(id(&note)).await.unwrap();
        assert_eq!(entry.title.as_deref(), Some("Tulips"));
        assert!(entry.content_html.contains("How deep?"));
    }

    async fn a_picture_without_words_is_titled_by_its_author(db: Db) {
        let world = World::new(db, "pixelfed").await;
        let picture = json!([{ "type": "Document", "mediaType": "image/jpeg", "url": "https://pics.example/1.jpg" }]);
        let note = note(&world.alice, "").with(json!({ "content": "", "attachment": picture }));
        let note = to_group(note, &world.group.ap_id);
        world.send(&create(&world.alice, &note)).await;
        let entry = world.here.entry(id(&note)).await.unwrap();
        assert_eq!(entry.title, Some(world.alice.handle()));
        assert_eq!(entry.image_url.as_deref(), Some("https://pics.example/1.jpg"));
    }

    async fn a_content_warning_makes_a_post_sensitive(db: Db) {
        let world = World::new(db, "mastodon").await;
        let note = note(&world.alice, "Slugs").with(json!({ "summary": "slugs" }));
        let note = to_group(note, &world.group.ap_id);
        world.send(&create(&world.alice, &note)).await;
        assert!(world.here.entry(id(&note)).await.unwrap().sensitive);
    }

    async fn a_reply_to_something_known_needs_no_address(db: Db) {
        let world = World::new(db, "mastodon").await;
        let ann = world.here.person("ann").await;
        let post = world.here.post(&world.group, &ann, "Tulips", "How deep?").await;
        let reply = world.reply(post.ap_id.as_str(), "Three times their height.");
        assert_eq!(world.send(&create(&world.alice, &reply)).await, "applied");
        let answer = world.reply(id(&reply), "Or twice.");
        assert_eq!(world.send(&create(&world.alice, &answer)).await, "applied");
        let entries = world.here.entries(world.group.id).await;
        let kinds: Vec<(EntryKind, i64, i64)> =
            entries.iter().map(|entry| (entry.kind, entry.depth, entry.comment_count)).collect();
        assert_eq!(kinds, [(EntryKind::Post, 0, 2), (EntryKind::Comment, 1, 1), (EntryKind::Comment, 2, 0)]);
    }

    async fn a_reply_with_the_threads_title_is_a_comment(db: Db) {
        let world = World::new(db, "nodebb").await;
        let ann = world.here.person("ann").await;
        let post = world.here.post(&world.group, &ann, "Tulips", "How deep?").await;
        let reply = world.reply(post.ap_id.as_str(), "Deep.").with(json!({ "name": "Tulips" }));
        assert_eq!(world.send(&create(&world.alice, &reply)).await, "applied");
        let entry = world.here.entry(id(&reply)).await.unwrap();
        assert_eq!((entry.kind, entry.title), (EntryKind::Comment, None));
    }

    async fn a_note_for_followers_is_refused_with_a_reason(db: Db) {
        let world = World::new(db, "mastodon").await;
        let fields = json!({ "to": [format!("{}/followers", world.alice.id)], "cc": [world.group.ap_id] });
        let note = note(&world.alice, "Psst.").with(fields.clone());
        let create = create(&world.alice, &note).with(fields);
        assert_eq!(world.send(&create).await, "refused");
        let told = world.peer.inbox_of(&world.alice);
        assert_eq!(told.only("Reject")["object"]["id"], create["id"]);
        let notice = told.only("Create");
        assert_eq!(notice["to"], json!([world.alice.id]));
        let text = notice["object"]["content"].as_str().unwrap();
        assert!(text.contains("address your post to the public"), "{text}");
        assert_ne!(world.here.state(id(&note)).await, Some(EntryState::Published));
    }

    async fn what_is_for_no_group_here_is_not_kept_as_an_entry(db: Db) {
        let world = World::with_member(db, "mastodon").await;
        let note = note(&world.alice, "Breakfast.");
        assert_eq!(world.send(&create(&world.alice, &note)).await, "ignored");
        assert!(world.here.entry(id(&note)).await.is_none());
    }

    async fn a_create_that_names_its_object_by_id_is_fetched_from_its_origin(db: Db) {
        let world = World::new(db, "mastodon").await;
        let note = to_group(note(&world.alice, "How deep?"), &world.group.ap_id);
        world.peer.put(&note);
        assert_eq!(world.send(&create(&world.alice, &json!(id(&note)))).await, "applied");
        assert!(world.here.entry(id(&note)).await.is_some());
    }

    async fn nobody_posts_in_the_name_of_another(db: Db) {
        let world = World::new(db, "mastodon").await;
        let mallory = world.peer.actor("mallory");
        let note = to_group(note(&world.alice, "I am alice."), &world.group.ap_id);
        assert_eq!(world.status(&create(&mallory, &note)).await.as_u16(), 403);
        world.peer.put(&note);
        assert_eq!(world.send(&create(&mallory, &json!(id(&note)))).await, "refused");
        assert!(world.here.entry(id(&note)).await.is_none());
    }

    async fn html_that_would_do_harm_is_taken_out(db: Db) {
        let world = World::new(db, "mastodon").await;
        let note = note(&world.alice, "Tulips<script>alert(1)</script><b onclick=\"x()\">!</b>");
        let note = to_group(note, &world.group.ap_id);
        world.send(&create(&world.alice, &note)).await;
        assert_eq!(world.here.entry(id(&note)).await.unwrap().content_html, "<p>Tulips<b>!</b></p>");
    }
}
