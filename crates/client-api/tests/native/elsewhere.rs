//! What another server has a say in: its groups, and what it sends.

use guildhall_app::entry::{Poll, Texts, texts_from_markdown};
use guildhall_domain::Timestamp;
use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{Client, Here};

const WHERE: &str =
    "The moderators of @boats@far.example decide on its own server (https://far.example/@boats), not here.";

on_both_engines! {
    async fn a_group_elsewhere_is_shown_without_the_settings_of_its_door(db: Db) {
        let here = Here::start(db);
        here.far_group("boats").await;
        here.garden(json!({})).await;
        let boats = here.anybody().get("/groups/boats@far.example").await.ok();
        assert_eq!(boats["is_local"], false);
        for setting in ["admission", "posting", "review"] {
            assert_eq!(boats[setting], json!(null), "{setting}");
        }
        let garden = here.anybody().get("/groups/garden").await.ok();
        assert_eq!((&garden["admission"], &garden["posting"], &garden["review"]), (&json!("open"), &json!("everyone"), &json!("none")));
    }

    async fn what_moderators_do_elsewhere_is_asked_for_there(db: Db) {
        let here = Here::start(db);
        here.far_group("boats").await;
        let (alice, admin) = (here.person("alice").await, here.admin("chief").await);
        here.person("bob").await;
        let group = "/groups/boats@far.example";
        for somebody in [&alice, &admin] {
            let answers = [
                somebody.get(&format!("{group}/queue")).await,
                somebody.get(&format!("{group}/decisions")).await,
                somebody.call(&format!("{group}/queue/1/admit")).await,
                somebody.post(&format!("{group}/queue/1/refuse"), json!({ "reason": "x" })).await,
                somebody.patch(group, json!({ "title": "x" })).await,
                somebody.set(&format!("{group}/bans/bob")).await,
                somebody.delete(&format!("{group}/bans/bob")).await,
                somebody.set(&format!("{group}/moderators/bob")).await,
                somebody.delete(&format!("{group}/moderators/bob")).await,
            ];
            for answer in answers {
                assert_eq!(answer.problem(409, "group-elsewhere")["detail"], WHERE);
            }
        }
        here.anybody().get(&format!("{group}/queue")).await.problem(401, "token-wanted");
    }

    async fn somebody_here_may_moderate_a_group_elsewhere(db: Db) {
        let here = Here::start(db);
        here.far_group("boats").await;
        let alice = here.person("alice").await;
        let bob = here.person("bob").await;
        here.appoint("boats@far.example", "alice").await;
        alice.put("/groups/boats@far.example/bans/bob", json!({ "reason": "Spam." })).await.done();
        let place = bob.get("/groups/boats@far.example/membership").await.ok();
        assert_eq!((&place["state"], &place["reason"]), (&json!("banned"), &json!("Spam.")));
        alice.set("/groups/boats@far.example/moderators/bob").await.done();
        alice.get("/groups/boats@far.example/queue").await.problem(409, "group-elsewhere");
    }

    async fn moderators_see_what_will_be_passed_on_not_only_what_we_show_of_it(db: Db) {
        let here = Here::start(db);
        let (alice, _) = here.garden(json!({ "review": "all" })).await;
        let object = json!({
            "id": "https://far.example/notes/1",
            "type": "Question",
            "content": "<p>Which?</p><script>alert(1)</script>",
            "attachment": [{ "type": "Image", "url": "https://far.example/1.png", "mediaType": "image/png", "name": "A tulip" }],
        });
        let texts = Texts {
            title: Some("Which?".into()),
            content_html: "<p>Which?</p>".into(),
            image_url: Some("https://far.example/1.png".into()),
            language: Some("nl".into()),
            sensitive: true,
            ..Texts::default()
        };
        let poll = Poll { options: vec![("Red".into(), 2), ("Blue".into(), 0)], multiple: true, closes_at: None };
        let activity = json!({ "id": "https://far.example/creates/1", "type": "Create", "object": object });
        here.far_post("garden", texts, Some(poll), &activity).await;

        let item = only(&alice).await;
        assert_eq!((&item["content_html"], &item["source"]), (&json!("<p>Which?</p>"), &json!(null)));
        assert_eq!((&item["image_url"], &item["language"], &item["sensitive"]), (&json!("https://far.example/1.png"), &json!("nl"), &json!(true)));
        let options = json!([{ "name": "Red", "votes": 2 }, { "name": "Blue", "votes": 0 }]);
        let poll = json!({ "options": options, "multiple": true, "closes_at": null });
        assert_eq!(item["poll"], poll);
        let attachments = json!([{ "url": "https://far.example/1.png", "media_type": "image/png", "name": "A tulip" }]);
        assert_eq!((&item["attachments"], &item["original"]), (&attachments, &object));
    }

    async fn a_question_is_shown_with_its_options_and_their_votes(db: Db) {
        let here = Here::start(db);
        let (_, bob) = here.garden(json!({})).await;
        let texts = || texts_from_markdown(Some("Which?".into()), "Choose.", None);
        let closes_at = Some(Timestamp(1_772_366_460_000));
        let poll = Poll { options: vec![("Red".into(), 2), ("Blue".into(), 0)], multiple: false, closes_at };
        let question = here.far_post("garden", texts(), Some(poll), &json!({})).await.to_string();
        let plain = here.far_post("garden", texts(), None, &json!({})).await.to_string();
        let options = json!([{ "name": "Red", "votes": 2 }, { "name": "Blue", "votes": 0 }]);
        let poll = json!({ "options": options, "multiple": false, "closes_at": "2026-03-01T12:01:00.000Z" });
        for reader in [&bob, &here.anybody()] {
            assert_eq!(reader.get(&format!("/posts/{question}")).await.ok()["poll"], poll);
            assert_eq!(reader.get(&format!("/posts/{plain}")).await.ok()["poll"], json!(null));
            let listed = reader.get("/groups/garden/posts").await.ok();
            assert_eq!((&listed["items"][0]["poll"], &listed["items"][1]["poll"]), (&json!(null), &poll));
        }
    }

    async fn of_an_edit_moderators_see_the_edit(db: Db) {
        let here = Here::start(db);
        let (alice, _) = here.garden(json!({})).await;
        let sent = |content: &str| json!({ "type": "Update", "object": { "content": content } });
        let old = texts_from_markdown(Some("Old".into()), "Old.", None);
        let post = here.far_post("garden", old, None, &sent("<p>Old.</p>")).await;
        alice.patch("/groups/garden", json!({ "review": "all" })).await.ok();
        here.advance_seconds(60);
        let new = texts_from_markdown(Some("New".into()), "*New.*", Some("https://a.example/x".into()));
        here.far_edit(post, new, &sent("<p><em>New.</em></p>")).await;
        let item = only(&alice).await;
        assert_eq!((&item["kind"], &item["title"], &item["source"]), (&json!("edit"), &json!("New"), &json!("*New.*")));
        assert_eq!(item["link_url"], "https://a.example/x");
        assert_eq!(item["original"], json!({ "content": "<p><em>New.</em></p>" }));
    }

    async fn what_is_written_here_has_no_original(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "review": "all", "admission": "approval" })).await;
        let post = json!({ "title": "Tulips", "content": "*When?*", "url": "https://a.example/x" });
        bob.post("/groups/garden/posts", post).await.created();
        let item = only(&alice).await;
        assert_eq!((&item["source"], &item["link_url"]), (&json!("*When?*"), &json!("https://a.example/x")));
        assert_eq!((&item["original"], &item["attachments"], &item["poll"]), (&json!(null), &json!([]), &json!(null)));
    }
}

/// The only thing that waits.
async fn only(moderator: &Client) -> Value {
    let queue = moderator.get("/groups/garden/queue").await.ok();
    let items = queue["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{queue}");
    items[0].clone()
}
