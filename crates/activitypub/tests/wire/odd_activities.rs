//! The odd shapes of activities, each with what it must be read as; and what must be refused, with the field's name.

use guildhall_activitypub::activity::{Announced, Inner, Payload, ReactionKind};
use guildhall_activitypub::{Activity, ActorKind, Document, FieldError, Object, Verb};
use serde_json::{Value, json};

use crate::support::iri;

const ACTOR: &str = "https://a.example/u";
const POST: &str = "https://b.example/post/1";

/// An activity with the given members besides `id` and `actor`.
fn read(mut members: Value) -> Result<Activity, FieldError> {
    let object = members.as_object_mut().unwrap();
    object.entry("id").or_insert(json!("https://a.example/act/1"));
    object.entry("actor").or_insert(json!(ACTOR));
    Activity::read(&Document::from_value(&members).unwrap())
}

fn verb(members: Value) -> Verb {
    read(members).unwrap().verb
}

/// The path of the field that was wrong.
fn wrong(members: Value) -> String {
    read(members).unwrap_err().field
}

#[test]
fn an_activity_needs_id_type_and_one_actor() {
    assert_eq!(wrong(json!({"type": "Follow", "id": null})), "id");
    assert_eq!(wrong(json!({"type": "Follow", "id": "acct:x"})), "id");
    assert_eq!(wrong(json!({"object": POST})), "type");
    assert_eq!(wrong(json!({"type": "Follow", "actor": null})), "actor");
    assert_eq!(wrong(json!({"type": "Follow", "actor": [ACTOR, "https://b.example/v"]})), "actor");
    let embedded = read(json!({"type": ["x:Odd", "as:Follow"], "actor": {"id": ACTOR}, "object": [POST]}));
    let activity = embedded.unwrap();
    assert_eq!(activity.actor, iri(ACTOR));
    assert_eq!(activity.verb, Verb::Follow { object: iri(POST) });
}

#[test]
fn an_unknown_type_is_read_and_a_malformed_known_one_is_not() {
    assert_eq!(verb(json!({"type": "View"})), Verb::Unknown("View".to_owned()));
    let name = "ChooseAnswer";
    assert_eq!(verb(json!({"type": name, "object": POST})), Verb::Unknown(name.to_owned()));
    for (name, field) in [
        ("Follow", "object"),
        ("Undo", "object"),
        ("Accept", "object"),
        ("Reject", "object"),
        ("Join", "object"),
        ("Leave", "object"),
        ("Invite", "object"),
        ("Create", "object"),
        ("Update", "object"),
        ("Delete", "object"),
        ("Like", "object"),
        ("Dislike", "object"),
        ("EmojiReact", "object"),
        ("Announce", "object"),
        ("Add", "target"),
        ("Remove", "target"),
        ("Lock", "object"),
        ("Block", "object"),
        ("Flag", "object"),
        ("Move", "object"),
        ("PollVote", "choice_text"),
    ] {
        assert_eq!(wrong(json!({"type": name})), field, "{name}");
        assert_eq!(wrong(json!({"type": name, "object": 7})), field, "{name}");
    }
    assert_eq!(wrong(json!({"type": "Add", "target": POST})), "object");
    assert_eq!(wrong(json!({"type": "Invite", "object": POST})), "target");
    assert_eq!(wrong(json!({"type": "Create", "object": {"type": "Note"}})), "object.id");
    assert_eq!(wrong(json!({"type": "Update", "object": {"type": "Person", "id": ACTOR}})), "object.inbox");
    let error = read(json!({"type": "Create", "object": [POST, POST]})).unwrap_err();
    assert_eq!(error.to_string(), "`object` must be one object or its id");
}

#[test]
fn an_undo_may_embed_what_it_undoes_or_name_it() {
    let Verb::Undo(undo) = verb(json!({"type": "Undo", "object": "https://a.example/act/0"})) else {
        panic!()
    };
    assert_eq!(undo.object, Inner::Id(iri("https://a.example/act/0")));
    let Verb::Undo(undo) = verb(json!({"type": "Undo", "object": {"id": "https://a.example/act/0"}})) else {
        panic!()
    };
    assert_eq!(undo.object, Inner::Id(iri("https://a.example/act/0")));

    let block = json!({"type": "Block", "actor": ACTOR, "object": {"id": POST}, "target": [POST]});
    let Verb::Undo(undo) = verb(json!({"type": "Undo", "object": [block], "summary": "mistake"})) else {
        panic!()
    };
    let inner = undo.object.embedded().unwrap();
    assert_eq!((inner.kind.as_str(), inner.id.as_ref()), ("Block", None));
    assert_eq!(
        (&inner.actor, &inner.object, &inner.target),
        (&Some(iri(ACTOR)), &Some(iri(POST)), &Some(iri(POST)))
    );
    assert_eq!(undo.reason.as_deref(), Some("mistake"));

    let add =
        json!({"type": "Add", "object": {"type": "Note", "id": POST}, "target": "https://b.example/wall"});
    let Verb::Reject(reject) = verb(json!({"type": "Reject", "object": add, "summary": "no"})) else {
        panic!()
    };
    assert_eq!(reject.reason.as_deref(), Some("no"));
    let note = reject.object.embedded().unwrap().inner.as_ref().unwrap();
    assert_eq!((note.kind.as_str(), &note.id), ("Note", &Some(iri(POST))));
}

#[test]
fn reactions_keep_their_emoji() {
    for (members, kind, emoji) in [
        (json!({"type": "Like", "object": {"id": POST, "type": "Note"}}), ReactionKind::Like, None),
        (
            json!({"type": "Like", "object": POST, "_misskey_reaction": ":cat:"}),
            ReactionKind::Like,
            Some(":cat:"),
        ),
        (
            json!({"type": "EmojiReact", "object": POST, "content": "🎉"}),
            ReactionKind::EmojiReact,
            Some("🎉"),
        ),
        (
            json!({"type": "Dislike", "object": [POST], "content": "x".repeat(101)}),
            ReactionKind::Dislike,
            None,
        ),
    ] {
        let Verb::React(reaction) = verb(members.clone()) else { panic!("{members}") };
        assert_eq!((reaction.kind, reaction.emoji.as_deref()), (kind, emoji), "{members}");
        assert_eq!(reaction.object, iri(POST));
    }
}

#[test]
fn an_announce_carries_an_id_an_object_or_an_activity() {
    let Verb::Announce(Announced::Id(id)) = verb(json!({"type": "Announce", "object": POST})) else {
        panic!()
    };
    assert_eq!(id, iri(POST));
    // Lemmy gives announced pages an actor.
    let page = json!({"type": "Page", "id": POST, "actor": ACTOR, "name": "A title"});
    let Verb::Announce(announced) = verb(json!({"type": "Announce", "object": page})) else { panic!() };
    assert_eq!(announced.id(), Some(iri(POST)));
    assert!(matches!(announced, Announced::Object(object) if object.author() == Some(&iri(ACTOR))));
    let like = json!({"type": "Like", "id": "https://a.example/act/0", "actor": ACTOR, "object": POST});
    let Verb::Announce(Announced::Activity(inner)) = verb(json!({"type": "Announce", "object": like})) else {
        panic!()
    };
    assert_eq!(inner.actor(), Some(iri(ACTOR)));
    assert!(matches!(Activity::read(&inner).unwrap().verb, Verb::React(_)));
    // Something of the future is passed on as an activity too.
    let odd = json!({"type": "x:Odd", "id": "https://a.example/act/0", "actor": ACTOR, "object": POST});
    assert!(matches!(
        verb(json!({"type": "Announce", "object": odd})),
        Verb::Announce(Announced::Activity(_))
    ));
}

#[test]
fn a_delete_may_name_embed_or_bury_its_object() {
    for object in [json!(POST), json!({"id": POST}), json!({"type": "Tombstone", "id": POST})] {
        let Verb::Delete(delete) = verb(json!({"type": "Delete", "object": object, "removeData": "true"}))
        else {
            panic!()
        };
        assert_eq!((delete.object, delete.remove_data), (iri(POST), true));
    }
    let Verb::Delete(delete) = verb(json!({"type": "Delete", "object": POST, "summary": "spam"})) else {
        panic!()
    };
    assert_eq!(delete.reason.as_deref(), Some("spam"));
}

#[test]
fn moderation_is_read_in_old_and_new_spellings() {
    for field in ["endTime", "expires"] {
        let block = json!({"type": "Block", "object": ACTOR, "target": POST, "removeData": true,
            "summary": "spam", field: "2026-11-23T00:33:37+01:00"});
        let Verb::Block(block) = verb(block) else { panic!() };
        assert_eq!(block.until, Some(1_795_390_417_000));
        assert_eq!((block.target, block.remove_data), (Some(iri(POST)), true));
        assert_eq!(block.reason.as_deref(), Some("spam"));
    }
    let Verb::Remove(remove) = verb(json!({"type": "Remove", "object": ACTOR, "origin": POST})) else {
        panic!()
    };
    assert_eq!(remove.target, iri(POST));
    let Verb::Add(add) =
        verb(json!({"type": "Add", "object": {"id": ACTOR}, "target": {"type": "Collection", "id": POST}}))
    else {
        panic!()
    };
    assert_eq!((add.object, add.target), (iri(ACTOR), iri(POST)));
    let Verb::Lock(lock) = verb(json!({"type": "Lock", "object": POST, "summary": "done"})) else { panic!() };
    assert_eq!((lock.object, lock.reason.as_deref()), (iri(POST), Some("done")));
    let thread = json!({"type": "Move", "object": POST, "origin": "https://b.example/g1", "target": "https://b.example/g2"});
    let Verb::Move(moving) = verb(thread) else { panic!() };
    assert_eq!(
        (moving.origin, moving.target),
        (Some(iri("https://b.example/g1")), iri("https://b.example/g2"))
    );
}

#[test]
fn a_report_lists_what_it_is_about() {
    let flags = [
        json!({"type": "Flag", "object": POST, "summary": "spam", "content": null}),
        json!({"type": "Flag", "object": [{"type": "Note", "id": POST}], "content": "spam"}),
    ];
    for flag in flags {
        let Verb::Flag(report) = verb(flag) else { panic!() };
        assert_eq!((report.objects, report.text.as_deref()), (vec![iri(POST)], Some("spam")));
    }
}

#[test]
fn joining_leaving_and_inviting_are_read() {
    let join = json!({"type": "TentativeJoin", "object": {"type": "Group", "id": POST}, "participationMessage": "hi"});
    let Verb::Join(join) = verb(join) else { panic!() };
    assert_eq!((join.object, join.tentative, join.message.as_deref()), (iri(POST), true, Some("hi")));
    assert_eq!(verb(json!({"type": "Leave", "object": POST})), Verb::Leave { object: iri(POST) });
    let invite = json!({"type": "Invite", "object": POST, "target": ACTOR});
    assert_eq!(verb(invite), Verb::Invite { object: iri(POST), target: iri(ACTOR) });
}

fn created(object: &Value) -> Object {
    match verb(json!({"type": "Create", "object": object})) {
        Verb::Create(Payload::Object(object)) => *object,
        other => panic!("{other:?}"),
    }
}

#[test]
fn votes_in_polls_are_told_from_posts() {
    let vote =
        created(&json!({"type": "Note", "id": POST, "name": "Tea", "content": null, "inReplyTo": ACTOR}));
    assert_eq!(vote.as_poll_vote(), Some("Tea"));
    assert!(!vote.is_titled());
    let titled = created(&json!({"type": "Note", "id": POST, "name": "Tea", "content": "About tea"}));
    assert_eq!(titled.as_poll_vote(), None);
    assert!(titled.is_titled());
    // NodeBB repeats the topic's title in every answer.
    let answer = json!({"type": "Note", "id": POST, "name": "Tea", "content": "Yes", "inReplyTo": ACTOR});
    let answer = created(&answer);
    assert_eq!(answer.as_poll_vote(), None);
    assert!(!answer.is_titled());
    let Verb::PollVote(choice) = verb(json!({"type": "PollVote", "object": POST, "choice_text": "Tea"}))
    else {
        panic!()
    };
    assert_eq!((choice.object, choice.choice.as_str()), (iri(POST), "Tea"));
}

#[test]
fn a_create_may_name_its_object_only() {
    assert_eq!(verb(json!({"type": "Create", "object": POST})), Verb::Create(Payload::Id(iri(POST))));
    let update = verb(json!({"type": "Update", "object": {"type": "Group", "id": ACTOR, "inbox": ACTOR}}));
    assert!(matches!(update, Verb::Update(Payload::Actor(group)) if group.kind == ActorKind::Group));
}

#[test]
fn a_reason_is_read_as_far_as_people_would() {
    let Verb::Delete(gone) = verb(json!({"type": "Delete", "object": POST, "summary": "é".repeat(5_000)}))
    else {
        panic!()
    };
    assert_eq!(gone.reason.unwrap().chars().count(), 1_000);
}
