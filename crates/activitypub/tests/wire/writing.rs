//! What we write: one snapshot for each kind, and each is read back as what it says.

use guildhall_activitypub::activity::{Announced, Payload};
use guildhall_activitypub::actor::Moderators;
use guildhall_activitypub::proof::Proof;
use guildhall_activitypub::write::{
    self, Actor, Address, Content, ContentKind, Envelope, GroupFields, Listing, Media, MentionTag, Public,
    Replies,
};
use guildhall_activitypub::{
    Activity, ActorDocument, ActorKind, Collection, Document, Iri, KeyPair, Object, ObjectKind, PublicKey,
    Verb,
};
use serde_json::{Value, json};

use crate::support::iri;

const PUBLISHED_MS: i64 = 1_795_305_028_123;
const RSA_PEM: &str = include_str!("keys/spki.pem");
const ED25519: &str = "z6Mkniojw12mZkTEczzztYvrVhRUmVjFWmnWebeztJAG3Ueh";

fn activity(value: &Value) -> Activity {
    Activity::read(&Document::from_value(value).unwrap()).unwrap()
}

struct Names {
    group: Iri,
    person: Iri,
    post: Iri,
    id: Iri,
    followers: Vec<Iri>,
}

fn names() -> Names {
    Names {
        group: iri("https://a.example/g/books"),
        person: iri("https://a.example/u/alice"),
        post: iri("https://a.example/p/1"),
        id: iri("https://a.example/activities/1"),
        followers: vec![iri("https://a.example/g/books/followers")],
    }
}

impl Names {
    fn envelope(&self) -> Envelope<'_> {
        let address = Address { public: Public::To, cc: &self.followers, ..Address::default() };
        Envelope { id: &self.id, actor: &self.group, address, published: Some(PUBLISHED_MS) }
    }
}

#[test]
fn a_group_document_says_all_that_others_look_for() {
    let names = names();
    let (rsa, ed25519) = (PublicKey::from_pem(RSA_PEM).unwrap(), PublicKey::from_multikey(ED25519).unwrap());
    let at = |rest: &str| iri(&format!("https://a.example/g/books{rest}"));
    let picture = at("/icon.png");
    let group = Actor {
        id: &names.group,
        kind: ActorKind::Group,
        username: "books",
        host: "a.example",
        name: Some("Books"),
        summary_html: Some("<p>All about books</p>"),
        source_markdown: Some("All about books"),
        url: Some(&iri("https://a.example/books")),
        inbox: &at("/inbox"),
        shared_inbox: &iri("https://a.example/inbox"),
        outbox: &at("/outbox"),
        followers: Some(&names.followers[0]),
        following: None,
        icon: Some(Media { url: &picture, media_type: Some("image/png"), name: None }),
        image: None,
        rsa_key: (&at("#main-key"), &rsa),
        ed25519_key: (&at("#ed25519-key"), &ed25519),
        published: PUBLISHED_MS,
        updated: Some(PUBLISHED_MS + 1000),
        manually_approves: true,
        discoverable: true,
        indexable: false,
        also_known_as: &[iri("https://b.example/g/books")],
        moved_to: None,
        group: Some(GroupFields {
            moderators: &at("/moderators"),
            featured: &at("/featured"),
            posting_restricted_to_mods: false,
            sensitive: false,
            language: Some(("en", "English")),
        }),
    };
    let value = group.to_value();
    insta::assert_json_snapshot!("written_group", value);

    let read = ActorDocument::read(&value).unwrap();
    assert_eq!((read.kind, read.preferred_username.as_str()), (ActorKind::Group, "books"));
    assert_eq!(read.moderators, Moderators::Collection(at("/moderators")));
    assert_eq!(read.key(&at("#main-key")).unwrap().key, rsa);
    assert_eq!(read.key(&at("#ed25519-key")).unwrap().key, ed25519);
    assert_eq!(read.shared_inbox, Some(iri("https://a.example/inbox")));
    assert_eq!(read.webfinger.as_deref(), Some("books@a.example"));
    assert!(read.manually_approves && read.discoverable == Some(true) && read.indexable == Some(false));

    let person = Actor { kind: ActorKind::Person, group: None, ..group };
    insta::assert_json_snapshot!("written_person", person.to_value(), { ".publicKey.publicKeyPem" => "[pem]" });
    assert_eq!(ActorDocument::read(&person.to_value()).unwrap().moderators, Moderators::Unknown);
}

/// A post with everything on it.
fn post(names: &Names) -> Value {
    let link = iri("https://news.example/story");
    let page = iri("https://a.example/books/1");
    let context = iri("https://a.example/p/1/context");
    let replies = iri("https://a.example/p/1/replies");
    let tag_page = iri("https://a.example/tags/rust");
    let to = [names.group.clone()];
    Content {
        id: &names.post,
        kind: ContentKind::Post {
            title: "A title",
            summary: Some("An excerpt"),
            link: Some(&link),
            image: None,
        },
        author: &names.person,
        content_html: "<p>Some <em>text</em></p>",
        source_markdown: Some("Some *text*"),
        url: Some(&page),
        address: Address { public: Public::To, to: &to, cc: &[], audience: Some(&names.group) },
        mentions: &[MentionTag { href: &names.group, name: "@books@a.example" }],
        hashtags: &[("rust", &tag_page)],
        context: Some(&context),
        replies: Some(Replies { id: &replies, total: 2 }),
        language: Some(("en", "English")),
        sensitive: false,
        published: PUBLISHED_MS,
        updated: Some(PUBLISHED_MS + 5000),
    }
    .to_value()
}

#[test]
fn a_post_is_a_page_that_mentions_its_group() {
    let names = names();
    let value = post(&names);
    insta::assert_json_snapshot!("written_page", value);
    let read = Object::read(&value).unwrap();
    assert_eq!((read.kind.clone(), read.name.as_deref()), (ObjectKind::Page, Some("A title")));
    assert!(read.is_titled() && read.mentions(&names.group) && read.addressing.names(&names.group));
    assert_eq!(read.link_url, Some(iri("https://news.example/story")));
    assert_eq!(read.source_markdown.as_deref(), Some("Some *text*"));
    assert_eq!((read.published, read.updated), (Some(PUBLISHED_MS), Some(PUBLISHED_MS + 5000)));
    assert_eq!((read.language.as_deref(), read.hashtags), (Some("en"), vec!["rust".to_owned()]));
}

#[test]
fn a_comment_is_a_note_without_title() {
    let names = names();
    let value = Content {
        id: &iri("https://a.example/c/1"),
        kind: ContentKind::Comment { in_reply_to: Some(&names.post) },
        author: &names.person,
        content_html: "<p>Yes</p>",
        source_markdown: None,
        url: None,
        address: Address { public: Public::Cc, to: &names.followers, ..Address::default() },
        mentions: &[],
        hashtags: &[],
        context: None,
        replies: None,
        language: None,
        sensitive: true,
        published: PUBLISHED_MS,
        updated: None,
    }
    .to_value();
    insta::assert_json_snapshot!("written_note", value);
    let read = Object::read(&value).unwrap();
    assert_eq!((read.kind.clone(), read.in_reply_to.clone()), (ObjectKind::Note, Some(names.post)));
    assert!(!read.is_titled() && read.as_poll_vote().is_none() && read.sensitive);
    assert!(read.addressing.is_unlisted());
}

#[test]
fn activities_are_read_back_as_what_they_say() {
    let names = names();
    let envelope = names.envelope();
    let (post_id, person) = (&names.post, &names.person);
    let target = iri("https://a.example/g/books/moderators");
    let listing = Listing { object: person, target: &target };
    let follow = write::follow(&envelope, post_id);
    let written = [
        ("create", write::create(&envelope, post(&names))),
        ("update", write::update(&envelope, post(&names))),
        ("delete", write::delete(&envelope, post_id, Some("spam"))),
        ("undo", write::undo(&envelope, follow.clone())),
        ("accept", write::accept(&envelope, follow.clone())),
        ("accept_by_id", write::accept(&envelope, json!(post_id.as_str()))),
        ("reject", write::reject(&envelope, follow.clone(), Some("members only"))),
        ("follow", follow),
        ("announce", write::announce_id(&envelope, post_id)),
        ("like", write::like(&envelope, post_id)),
        ("dislike", write::dislike(&envelope, post_id)),
        ("add", write::add(&envelope, listing)),
        ("remove", write::remove(&envelope, listing)),
        ("block", write::block(&envelope, person, &names.group, Some(PUBLISHED_MS), Some("spam"), true)),
        ("lock", write::lock(&envelope, post_id, Some("done"))),
        ("flag", write::flag(&envelope, &[person.clone(), post_id.clone()], "spam")),
    ];
    let read: Vec<_> = written.iter().map(|(_, value)| activity(value)).collect();
    for (read, (name, _)) in read.iter().zip(&written) {
        assert_eq!((&read.id, &read.actor), (&names.id, &names.group), "{name}");
        assert!(read.addressing.public_to && read.addressing.names(&names.followers[0]), "{name}");
        assert_eq!(read.published, Some(PUBLISHED_MS), "{name}");
    }
    let verbs: Vec<_> = read.iter().map(|activity| kind_of(&activity.verb)).collect();
    assert_eq!(
        verbs,
        [
            "Create Page",
            "Update Page",
            "Delete spam",
            "Undo Follow",
            "Accept Follow",
            "Accept id",
            "Reject Follow members only",
            "Follow",
            "Announce id",
            "Like",
            "Dislike",
            "Add",
            "Remove",
            "Block 1795305028123 spam",
            "Lock done",
            "Flag 2 spam",
        ]
    );
    insta::assert_json_snapshot!(
        "written_activities",
        written.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Value>()
    );
}

/// A word or two on what was read.
fn kind_of(verb: &Verb) -> String {
    let text = |reason: &Option<String>| reason.clone().unwrap_or_default();
    match verb {
        Verb::Create(Payload::Object(object)) => format!("Create {}", object.kind.as_str()),
        Verb::Update(Payload::Object(object)) => format!("Update {}", object.kind.as_str()),
        Verb::Delete(delete) => format!("Delete {}", text(&delete.reason)),
        Verb::Undo(undo) => format!("Undo {}", undo.object.embedded().unwrap().kind),
        Verb::Accept(accept) => {
            format!("Accept {}", accept.object.embedded().map_or("id", |inner| &inner.kind))
        }
        Verb::Reject(reject) => {
            format!("Reject {} {}", reject.object.embedded().unwrap().kind, text(&reject.reason))
        }
        Verb::Follow { .. } => "Follow".to_owned(),
        Verb::Announce(Announced::Id(_)) => "Announce id".to_owned(),
        Verb::React(reaction) => format!("{:?}", reaction.kind),
        Verb::Add(_) => "Add".to_owned(),
        Verb::Remove(_) => "Remove".to_owned(),
        Verb::Block(block) => format!("Block {} {}", block.until.unwrap(), text(&block.reason)),
        Verb::Lock(lock) => format!("Lock {}", text(&lock.reason)),
        Verb::Flag(flag) => format!("Flag {} {}", flag.objects.len(), text(&flag.text)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_announce_carries_the_original_bytes() {
    let names = names();
    // Spaces, order and number spelling of another program.
    let original = b"{ \"type\" : \"Create\",\n\t\"id\":\"https://b.example/1\", \"actor\":\"https://b.example/u\", \"n\": 1.00,\
        \"object\":{\"type\":\"Note\",\"id\":\"https://b.example/2\"} }";
    let bytes = write::announce_activity(&names.envelope(), original).unwrap();
    let at = bytes.windows(original.len()).position(|window| window == original);
    assert!(at.is_some(), "{}", String::from_utf8_lossy(&bytes));
    let Verb::Announce(Announced::Activity(inner)) =
        Activity::read(&Document::parse(&bytes).unwrap()).unwrap().verb
    else {
        panic!()
    };
    assert_eq!(inner.id(), Some(iri("https://b.example/1")));
    assert!(write::announce_activity(&names.envelope(), b"no json").is_err());
}

#[test]
fn an_announce_may_have_a_proof_of_its_own() {
    let names = names();
    let key = KeyPair::generate_ed25519().unwrap();
    let method = iri("https://a.example/g/books#ed25519-key");
    let original = b"{\"type\":\"Like\",\"id\":\"https://b.example/1\",\"actor\":\"https://b.example/u\",\"object\":\"https://a.example/p/1\",\"n\":1.0}";
    let bytes =
        write::announce_activity_proved(&names.envelope(), original, &method, &key, PUBLISHED_MS).unwrap();
    assert!(bytes.windows(original.len()).any(|window| window == original));
    let document = Document::parse(&bytes).unwrap();
    let proof = Proof::read(document.value()).unwrap();
    assert_eq!(proof.verification_method(), Ok(method));
    assert_eq!(proof.verify(key.public(), PUBLISHED_MS), Ok(()));
}

#[test]
fn collections_and_tombstones_are_read_back() {
    let names = names();
    let page_id = iri("https://a.example/g/books/outbox?page=1");
    let next = iri("https://a.example/g/books/outbox?page=2");
    let outbox = iri("https://a.example/g/books/outbox");
    let collection =
        write::Collection { id: &outbox, total: 3, first: Some(&page_id), attributed_to: Some(&names.group) };
    let page = write::CollectionPage { id: &page_id, part_of: &outbox, next: Some(&next), prev: None };
    let items = vec![json!(names.post.as_str()), post(&names)];
    let tombstone = write::tombstone(&names.post, &ObjectKind::Page, PUBLISHED_MS);
    insta::assert_json_snapshot!(
        "written_collections",
        json!({
            "collection": collection.to_value(),
            "with_items": collection.with_items(vec![json!(names.person.as_str())]),
            "page": page.to_value(vec![json!(names.post.as_str())]),
            "tombstone": tombstone,
        })
    );

    let read = Collection::read(&collection.to_value()).unwrap();
    assert_eq!(
        (read.total_items, read.first, read.attributed_to),
        (Some(3), Some(page_id.clone()), Some(names.group.clone()))
    );
    let read = Collection::read(&page.to_value(items)).unwrap();
    assert!(read.is_page && read.next == Some(next) && read.part_of == Some(outbox));
    assert_eq!(read.ids(), [names.post.clone(), names.post.clone()]);
    assert_eq!(Object::read(&tombstone).unwrap().kind, ObjectKind::Tombstone);
}
