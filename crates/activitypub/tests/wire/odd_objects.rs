//! The odd shapes of objects, actors and collections, each with what it must be read as.

use guildhall_activitypub::{ActorDocument, ActorKind, Collection, Object, ObjectKind};
use guildhall_activitypub::{actor::Moderators, collection::MAX_ITEMS};
use serde_json::{Value, json};

use crate::support::iri;

const ACTOR: &str = "https://a.example/u";
const POST: &str = "https://b.example/post/1";

#[test]
fn an_object_takes_every_odd_shape() {
    let object = Object::read(&json!({
        "@id": POST,
        "@type": "as:Article",
        "attributedTo": [{"type": "Group", "id": "https://b.example/c"}, {"type": "Person", "id": ACTOR}],
        "nameMap": {"de": "Titel"},
        "content": "",
        "contentMap": {"de": "<p>Text</p>"},
        "source": "what nobody knows the type of",
        "to": "as:Public",
        "cc": {"id": "https://b.example/c"},
        "tag": {"type": "Hashtag", "name": "#Rust"},
        "attachment": {"type": "Document", "mediaType": "image/png", "url": "https://b.example/i.png", "name": "A picture"},
        "url": [{"type": "Link", "href": "https://b.example/page"}],
        "inReplyTo": [null],
        "replies": {"id": "https://b.example/r", "type": "Collection"},
        "sensitive": "true",
        "published": "2026-11-21T23:52:39.1+00:00",
        "conversation": null,
    }))
    .unwrap();
    assert_eq!(object.kind, ObjectKind::Article);
    assert_eq!(object.author(), Some(&iri(ACTOR)));
    assert_eq!(object.name.as_deref(), Some("Titel"));
    assert_eq!(object.content_html.as_deref(), Some("<p>Text</p>"));
    assert_eq!(object.source_markdown, None);
    assert_eq!(object.language.as_deref(), Some("de"));
    assert!(object.addressing.is_public() && !object.addressing.is_unlisted());
    assert_eq!(object.hashtags, ["Rust"]);
    assert_eq!(object.image, Some(iri("https://b.example/i.png")));
    assert_eq!(object.link_url, None);
    assert_eq!(object.url, Some(iri("https://b.example/page")));
    assert_eq!(object.in_reply_to, None);
    assert_eq!(object.replies, Some(iri("https://b.example/r")));
    assert!(object.sensitive);
    assert_eq!(object.published, Some(1_795_305_159_100));
}

#[test]
fn one_broken_tag_or_attachment_does_not_spoil_the_others() {
    let object = Object::read(&json!({
        "id": POST, "type": "Note",
        "tag": [7, {"type": "Emoji"}, {"type": "Mention"}, {"type": "Mention", "href": ACTOR, "name": "@u"},
            {"type": "Hashtag"}, {"type": "Hashtag", "name": "a"}, null],
        "attachment": [null, "javascript:alert(1)", {"type": "Link"}, {"type": "Link", "href": "https://c.example/"}],
    }))
    .unwrap();
    assert!(object.mentions(&iri(ACTOR)) && object.mentions.len() == 1);
    assert_eq!(object.hashtags, ["a"]);
    assert_eq!(object.link_url, Some(iri("https://c.example/")));
}

#[test]
fn floods_are_cut() {
    let many: Vec<_> =
        (0..10_000).map(|n| json!({"type": "Mention", "href": format!("https://c.example/{n}")})).collect();
    let links: Vec<_> =
        (0..10_000).map(|n| json!({"type": "Link", "href": format!("https://c.example/{n}")})).collect();
    let options: Vec<_> = (0..10_000).map(|n| json!({"type": "Note", "name": n.to_string()})).collect();
    let object = Object::read(&json!({
        "id": POST, "type": "Question", "tag": many, "attachment": links, "oneOf": options,
    }))
    .unwrap();
    assert_eq!((object.mentions.len(), object.attachments.len()), (64, 32));
    assert_eq!(object.poll.unwrap().options.len(), 64);
}

#[test]
fn a_poll_has_its_counts() {
    let poll = Object::read(&json!({
        "id": POST, "type": "Question", "votersCount": "3", "endTime": "2026-11-22T00:52:39Z", "oneOf": [],
        "anyOf": [{"name": "Tea", "replies": {"totalItems": 2}}, {"name": "Coffee", "replies": null}],
    }))
    .unwrap()
    .poll
    .unwrap();
    assert!(poll.multiple);
    assert_eq!((poll.voters, poll.closes_at), (Some(3), Some(1_795_308_759_000)));
    let options: Vec<_> = poll.options.iter().map(|option| (option.name.as_str(), option.votes)).collect();
    assert_eq!(options, [("Tea", 2), ("Coffee", 0)]);
}

#[test]
fn an_event_says_when_and_where() {
    let event = Object::read(&json!({
        "id": POST, "type": "Event", "name": "Meeting", "startTime": "2026-12-01T18:00:00+01:00",
        "endTime": "2026-12-01T20:00:00+01:00", "timezone": "Europe/Berlin", "joinMode": "restricted",
        "externalParticipationUrl": "https://tickets.example/1",
        "location": [
            {"type": "VirtualLocation", "url": "https://meet.example/x"},
            {"type": "Place", "name": "Town hall", "address": {"type": "PostalAddress",
                "streetAddress": "Market 1", "addressLocality": "Dresden", "addressCountry": null}},
        ],
    }))
    .unwrap()
    .event
    .unwrap();
    assert_eq!((event.start, event.end), (1_796_144_400_000, Some(1_796_151_600_000)));
    assert_eq!(event.location.as_deref(), Some("Town hall, Market 1, Dresden"));
    assert_eq!(event.online_url, Some(iri("https://tickets.example/1")));
    assert_eq!(
        (event.timezone.as_deref(), event.join_mode.as_deref()),
        (Some("Europe/Berlin"), Some("restricted"))
    );
}

#[test]
fn an_actor_needs_little() {
    let actor =
        ActorDocument::read(&json!({"id": "https://a.example/@bob/", "type": "Service", "inbox": ACTOR}))
            .unwrap();
    assert_eq!((actor.kind, actor.preferred_username.as_str()), (ActorKind::Service, "bob"));
    assert_eq!(actor.moderators, Moderators::Unknown);
    for (document, field) in [
        (json!({"id": ACTOR, "inbox": ACTOR, "type": "Note"}), "type"),
        (json!({"type": "Person", "inbox": ACTOR}), "id"),
        (json!({"type": "Person", "id": ACTOR}), "inbox"),
    ] {
        assert_eq!(ActorDocument::read(&document).unwrap_err().field, field);
    }
}

#[test]
fn moderators_are_a_collection_or_listed() {
    let group = |fields: Value| {
        let mut document = json!({"id": ACTOR, "type": "Group", "inbox": ACTOR});
        document.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        ActorDocument::read(&document).unwrap().moderators
    };
    let collection = Moderators::Collection(iri(POST));
    assert_eq!(group(json!({"attributedTo": POST})), collection);
    assert_eq!(group(json!({"moderators": POST, "attributedTo": ACTOR})), collection);
    assert_eq!(group(json!({"attributedTo": {"type": "Collection", "id": POST}})), collection);
    let listed = Moderators::Listed(vec![iri(POST)]);
    assert_eq!(group(json!({"attributedTo": [{"type": "Person", "id": POST}]})), listed);
    assert_eq!(group(json!({"attributedTo": {"type": "Person", "id": POST}})), listed);
    assert_eq!(group(json!({"attributedTo": null})), Moderators::Unknown);
    assert_eq!(group(json!({})), Moderators::Unknown);
}

#[test]
fn collections_hold_ids_objects_and_pages() {
    let collection = Collection::read(&json!({
        "type": "OrderedCollection", "id": POST, "totalItems": "2", "attributedTo": ACTOR,
        "first": {"type": "OrderedCollectionPage", "orderedItems": [ACTOR, {"id": POST}, null, 7], "next": POST},
    }))
    .unwrap();
    assert_eq!((collection.total_items, collection.is_page), (Some(2), false));
    assert_eq!(collection.ids(), [iri(ACTOR), iri(POST)]);
    assert_eq!(collection.first_page.unwrap().next, Some(iri(POST)));
    let page = Collection::read(&json!({"type": "CollectionPage", "items": ACTOR, "partOf": POST})).unwrap();
    assert_eq!((page.is_page, page.ids(), page.part_of), (true, vec![iri(ACTOR)], Some(iri(POST))));
    assert_eq!(Collection::read(&json!({"type": "Note"})).unwrap_err().field, "type");
    for (count, read) in [(MAX_ITEMS, (MAX_ITEMS, false)), (MAX_ITEMS + 1, (MAX_ITEMS, true))] {
        let many: Vec<_> = (0..count).map(|n| format!("https://c.example/{n}")).collect();
        let found = Collection::read(&json!({"type": "Collection", "items": many})).unwrap();
        assert_eq!((found.items.len(), found.is_cut), read, "and whoever reads knows whether that is all");
    }
}

#[test]
fn authors_are_all_read_or_none() {
    let by = |authors: Value| {
        Object::read(&json!({ "id": "https://a.example/1", "type": "Note", "attributedTo": authors }))
            .map(|object| object.attributed_to.len())
            .map_err(|error| error.to_string())
    };
    let [alice, bob] = ["https://a.example/alice", "https://a.example/bob"];
    assert_eq!(by(json!([alice, { "id": bob }, alice])), Ok(2));
    assert_eq!(by(json!(null)), Ok(0));
    assert_eq!(by(json!([])), Ok(0));
    let many: Vec<_> = (0..9).map(|number| format!("{alice}/{number}")).collect();
    for odd in [
        json!(""),
        json!("https://a.example@b.example/alice"),
        json!("did:key:z6Mk"),
        json!([alice, "https:\\\\b.example/alice"]),
        json!([alice, 7]),
        json!({ "type": "Person" }),
        json!(many),
    ] {
        assert!(by(odd.clone()).unwrap_err().contains("attributedTo"), "{odd}");
    }
}
