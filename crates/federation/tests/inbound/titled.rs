//! Objects with a title of their own: articles, events, videos, questions, links.

use guildhall_domain::content::Form;
use guildhall_store::{Db, entry::Entry, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{With as _, World, create, fresh, id, to_group};

on_both_engines! {
    async fn an_article_keeps_its_name_and_markdown(db: Db) {
        let world = World::new(db, "nodebb").await;
        let article = titled(&world, "Article", "Pruning roses").with(json!({
            "content": "<p>In <strong>March</strong>.</p>",
            "summary": "<p>In March.</p>",
            "source": { "content": "In **March**.", "mediaType": "text/markdown" },
            "preview": { "type": "Note", "content": "<p>Another text</p>" },
            "url": format!("{}/roses", world.peer.base),
        }));
        let entry = adopted(&world, &article).await;
        assert_eq!((entry.title.as_deref(), entry.wire_type.as_str()), (Some("Pruning roses"), "Article"));
        assert_eq!(entry.content_source.as_deref(), Some("In **March**."));
        assert_eq!(entry.page_url, Some(format!("{}/roses", world.peer.base)));
        assert!(!entry.sensitive, "a summary of an article is an excerpt");
    }

    async fn a_page_of_lemmy_keeps_its_link_and_language(db: Db) {
        let world = World::new(db, "lemmy").await;
        let page = titled(&world, "Page", "Roses on the web").with(json!({
            "attachment": [{ "type": "Link", "href": "https://roses.example/" }],
            "image": { "type": "Image", "url": "https://roses.example/1.png" },
            "language": { "identifier": "fr", "name": "Français" },
            "sensitive": true,
        }));
        let entry = adopted(&world, &page).await;
        assert_eq!(entry.link_url.as_deref(), Some("https://roses.example/"));
        assert_eq!(entry.image_url.as_deref(), Some("https://roses.example/1.png"));
        assert_eq!((entry.language.as_deref(), entry.sensitive), (Some("fr"), true));
    }

    async fn an_event_says_when_and_where(db: Db) {
        let world = World::new(db, "mobilizon").await;
        let organisers = world.peer.group("organisers");
        let event = titled(&world, "Event", "Plant swap").with(json!({
            "actor": world.alice.id,
            "attributedTo": organisers.id,
            "content": "<p>Bring seeds.</p>",
            "startTime": "2026-04-01T14:00:00+02:00",
            "endTime": "2026-04-01T16:00:00+02:00",
            "location": { "type": "Place", "name": "Town hall" },
        }));
        let entry = adopted(&world, &event).await;
        assert_eq!(entry.title.as_deref(), Some("Plant swap"));
        assert_eq!(entry.author_id, world.here.actor(&world.alice.id).await.unwrap().id);
        for said in ["2026-04-01 12:00 UTC", "2026-04-01 14:00 UTC", "Town hall", "Bring seeds."] {
            assert!(entry.content_html.contains(said), "{said}: {}", entry.content_html);
        }
    }

    async fn a_video_has_authors_and_links_in_lists(db: Db) {
        let world = World::new(db, "peertube").await;
        let channel = world.peer.group("channel");
        let video = titled(&world, "Video", "Grafting").with(json!({
            "attributedTo": [
                { "type": "Group", "id": channel.id },
                { "type": "Person", "id": world.alice.id },
            ],
            "content": "How to graft.",
            "mediaType": "text/markdown",
            "url": [
                { "type": "Link", "mediaType": "text/html", "href": format!("{}/w/1", world.peer.base) },
                { "type": "Link", "mediaType": "video/mp4", "href": "http://tube.example/1.mp4" },
            ],
            "icon": [{ "type": "Image", "url": "http://tube.example/1.jpg" }],
        }));
        let entry = adopted(&world, &video).await;
        assert_eq!(entry.title.as_deref(), Some("Grafting"));
        assert_eq!(entry.content_html.trim(), "<p>How to graft.</p>");
        assert_eq!(entry.page_url, Some(format!("{}/w/1", world.peer.base)));
        assert_eq!(entry.image_url.as_deref(), Some("http://tube.example/1.jpg"));
        let alice = world.here.actor(&world.alice.id).await.unwrap();
        assert_eq!(entry.author_id, alice.id);
    }

    async fn what_an_object_brings_is_told_by_its_type_or_by_what_hangs_on_it(db: Db) {
        let world = World::new(db, "mastodon").await;
        let file = |media: &str| json!({ "type": "Document", "mediaType": media, "url": "https://a.example/1" });
        let link = json!({ "type": "Link", "href": "https://roses.example/" });
        let none = json!([]);
        let options = json!([{ "type": "Note", "name": "Red" }, { "type": "Note", "name": "White" }]);
        for (kind, attachment, media, form) in [
            ("Note", none.clone(), 0, Form::Text),
            ("Page", json!([link]), 0, Form::Link),
            ("Note", json!([file("image/png"), file("image/jpeg"), file("image/webp")]), 3, Form::Image),
            ("Note", json!([{ "type": "Image", "url": "https://a.example/1.png" }, file("text/plain")]), 1, Form::Image),
            ("Note", json!([file("image/png"), file("video/mp4")]), 2, Form::Video),
            ("Note", json!([file("audio/ogg")]), 1, Form::Audio),
            ("Video", none.clone(), 1, Form::Video),
            ("Question", none.clone(), 0, Form::Poll),
            ("Event", none, 0, Form::Event),
        ] {
            let object = titled(&world, kind, "Roses").with(json!({
                "content": "<p>Look</p>", "attachment": attachment, "startTime": "2026-04-01T14:00:00Z", "oneOf": options,
            }));
            let entry = adopted(&world, &object).await;
            assert_eq!((entry.media, entry.form), (media, Some(form)), "{kind} with {attachment}");
        }
    }

    async fn a_note_with_a_name_and_any_titled_object_are_posts(db: Db) {
        let world = World::new(db, "discourse").await;
        for kind in ["Note", "Audio", "Document", "Recipe"] {
            let entry = adopted(&world, &titled(&world, kind, "Compost")).await;
            assert_eq!((entry.title.as_deref(), entry.wire_type.as_str()), (Some("Compost"), kind));
        }
    }

    async fn a_name_in_several_languages_gives_one_title(db: Db) {
        let world = World::new(db, "wordpress").await;
        let article = titled(&world, "Article", "x");
        let mut article = article.with(json!({ "nameMap": { "en": "Compost" }, "contentMap": { "en": "<p>Heap.</p>" } }));
        article.as_object_mut().unwrap().remove("name");
        let entry = adopted(&world, &article).await;
        assert_eq!(entry.title.as_deref(), Some("Compost"));
    }

    async fn a_title_without_end_is_cut(db: Db) {
        let world = World::new(db, "lemmy").await;
        let entry = adopted(&world, &titled(&world, "Page", &"rose ".repeat(100))).await;
        assert!(entry.title.unwrap().chars().count() <= 200);
    }
}

fn titled(world: &World, kind: &str, name: &str) -> Value {
    let object = json!({
        "id": fresh(&world.alice, "objects"),
        "type": kind,
        "attributedTo": world.alice.id,
        "name": name,
        "content": "<p>Text.</p>",
        "published": "2026-03-01T11:59:00Z",
    });
    to_group(object, &world.group.ap_id)
}

async fn adopted(world: &World, object: &Value) -> Entry {
    assert_eq!(world.send(&create(&world.alice, object)).await, "applied", "{object}");
    world.here.entry(id(object)).await.expect("the object has become an entry")
}
