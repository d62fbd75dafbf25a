//! From JSON to [`Activity`]: which fields each type needs, and where else they may be.

use serde_json::Value;

use super::{
    Activity, ActivityError, Announced, Answer, Blocking, Deletion, Inner, Joining, Listing, Locking, Moving,
    Payload, PollChoice, Reaction, ReactionKind, Report, Undoing, Verb, Warning,
};
use crate::{ActorDocument, Addressing, Document, FieldError, Iri, Object, actor, read};

/// Types that [`verb`] reads.
const KNOWN: [&str; 25] = [
    "Follow",
    "Undo",
    "Accept",
    "Reject",
    "Join",
    "TentativeJoin",
    "Leave",
    "Invite",
    "Create",
    "Update",
    "Delete",
    "Like",
    "Dislike",
    "EmojiReact",
    "Announce",
    "Add",
    "Remove",
    "Lock",
    "Block",
    "Flag",
    "Move",
    "PollVote",
    "Resolve",
    "Warn",
    "ChooseAnswer",
];

pub(super) fn activity(value: &Value) -> Result<Activity, ActivityError> {
    let id = read::own_id(value).ok_or_else(|| FieldError::new("id", "an absolute http(s) URL"))?;
    let kind = kind_of(value).ok_or_else(|| FieldError::new("type", "a type's name"))?;
    let actor = read::one_id(value, "actor").ok_or_else(|| FieldError::new("actor", "one actor's id"))?;
    Ok(Activity {
        id,
        actor,
        addressing: Addressing::read(value),
        published: read::time(value, "published"),
        verb: verb(kind, value)?,
    })
}

/// Of several types the first that is known, else the first.
fn kind_of(value: &Value) -> Option<&str> {
    read::kinds(value).find(|kind| KNOWN.contains(kind)).or_else(|| read::kinds(value).next())
}

fn verb(kind: &str, value: &Value) -> Result<Verb, ActivityError> {
    Ok(match kind {
        "Follow" => Verb::Follow { object: object_id(value)? },
        "Undo" => Verb::Undo(Undoing { object: Inner::read(value)?, reason: reason(value) }),
        "Accept" => Verb::Accept(answer(value)?),
        "Reject" => Verb::Reject(answer(value)?),
        "Join" => Verb::Join(joining(value, false)?),
        "TentativeJoin" => Verb::Join(joining(value, true)?),
        "Leave" => Verb::Leave { object: object_id(value)? },
        "Invite" => Verb::Invite { object: object_id(value)?, target: needed_id(value, "target")? },
        "Create" => Verb::Create(payload(value)?),
        "Update" => Verb::Update(payload(value)?),
        "Delete" => Verb::Delete(deletion(value)?),
        "Like" => Verb::React(reaction(value, ReactionKind::Like)?),
        "Dislike" => Verb::React(reaction(value, ReactionKind::Dislike)?),
        "EmojiReact" => Verb::React(reaction(value, ReactionKind::EmojiReact)?),
        "Announce" => Verb::Announce(announced(value)?),
        "Add" => Verb::Add(listing(value)?),
        "Remove" => Verb::Remove(listing(value)?),
        "Lock" => Verb::Lock(locking(value)?),
        "Warn" => Verb::Warn(Warning { object: object_id(value)?, reason: reason(value) }),
        "Block" => Verb::Block(blocking(value)?),
        "Flag" => Verb::Flag(report(value)?),
        "Resolve" => Verb::Resolve(answer(value)?),
        "Move" => Verb::Move(moving(value)?),
        "PollVote" => Verb::PollVote(poll_choice(value)?),
        other => Verb::Unknown(other.to_owned()),
    })
}

fn needed_id(value: &Value, field: &str) -> Result<Iri, FieldError> {
    read::one_id(value, field).ok_or_else(|| FieldError::new(field, "one id, or one object with an id"))
}

fn object_id(value: &Value) -> Result<Iri, FieldError> {
    needed_id(value, "object")
}

/// The longest reason read, in characters; the rest is left out.
const MAX_REASON: usize = 1_000;

fn reason(value: &Value) -> Option<String> {
    reason_in(value, "summary")
}

fn reason_in(value: &Value, field: &str) -> Option<String> {
    read::lang_text(value, field).map(|text| text.chars().take(MAX_REASON).collect())
}

fn answer(value: &Value) -> Result<Answer, FieldError> {
    Ok(Answer {
        object: Inner::read(value)?,
        reason: reason(value).or_else(|| reason_in(value, "content")),
        result: read::first_id(value, "result"),
    })
}

fn joining(value: &Value, tentative: bool) -> Result<Joining, FieldError> {
    let message = read::string(value, "participationMessage");
    Ok(Joining { object: object_id(value)?, message, tentative })
}

fn payload(value: &Value) -> Result<Payload, FieldError> {
    let wanted = || FieldError::new("object", "one object or its id");
    let mut objects = read::items(value, "object");
    let (Some(object), None) = (objects.next(), objects.next()) else { return Err(wanted()) };
    if read::kinds(object).next().is_none() {
        return read::id_of(object).map(Payload::Id).ok_or_else(wanted);
    }
    let read = if actor::is_actor(object) {
        ActorDocument::read(object).map(|actor| Payload::Actor(Box::new(actor)))
    } else {
        Object::read(object).map(|object| Payload::Object(Box::new(object)))
    };
    read.map_err(|error| error.within("object"))
}

fn deletion(value: &Value) -> Result<Deletion, FieldError> {
    Ok(Deletion {
        object: object_id(value)?,
        reason: reason(value),
        // Most software says nothing, and means all of it.
        remove_data: read::boolean(value, "removeData").unwrap_or(true),
    })
}

fn reaction(value: &Value, kind: ReactionKind) -> Result<Reaction, FieldError> {
    let emoji = read::string(value, "content").or_else(|| read::string(value, "_misskey_reaction"));
    // A reaction is one emoji or a shortcode; longer texts are something else.
    let emoji = emoji.filter(|emoji| emoji.chars().count() <= 100);
    Ok(Reaction { kind, object: object_id(value)?, emoji })
}

fn announced(value: &Value) -> Result<Announced, FieldError> {
    let wanted = || FieldError::new("object", "one activity, object or id");
    let mut objects = read::items(value, "object");
    let (Some(object), None) = (objects.next(), objects.next()) else { return Err(wanted()) };
    if read::kinds(object).next().is_none() {
        return read::id_of(object).map(Announced::Id).ok_or_else(wanted);
    }
    if is_activity(object) {
        let document = Document::from_value(object).map_err(|_| wanted())?;
        return Ok(Announced::Activity(Box::new(document)));
    }
    let object = Object::read(object).map_err(|error| error.within("object"))?;
    Ok(Announced::Object(Box::new(object)))
}

/// Lemmy gives announced pages an `actor` too, so that alone says nothing.
fn is_activity(value: &Value) -> bool {
    read::kinds(value).any(|kind| KNOWN.contains(&kind))
        || (value.get("actor").is_some() && value.get("object").is_some())
}

fn listing(value: &Value) -> Result<Listing, FieldError> {
    let target = read::one_id(value, "target").or_else(|| read::one_id(value, "origin"));
    let target = target.ok_or_else(|| FieldError::new("target", "one collection's id"))?;
    Ok(Listing { object: object_id(value)?, target })
}

fn locking(value: &Value) -> Result<Locking, FieldError> {
    let until = read::time(value, "endTime").or_else(|| read::time(value, "expires"));
    Ok(Locking { object: object_id(value)?, until, reason: reason(value) })
}

fn blocking(value: &Value) -> Result<Blocking, FieldError> {
    Ok(Blocking {
        object: object_id(value)?,
        target: read::one_id(value, "target"),
        until: read::time(value, "endTime").or_else(|| read::time(value, "expires")),
        remove_data: read::boolean(value, "removeData").unwrap_or(false),
        reason: reason(value),
    })
}

fn report(value: &Value) -> Result<Report, FieldError> {
    let objects = read::ids(value, "object", read::MAX_FLAGGED);
    if objects.is_empty() {
        return Err(FieldError::new("object", "one or more ids"));
    }
    let text = reason_in(value, "content").or_else(|| reason(value));
    Ok(Report { objects, text })
}

fn moving(value: &Value) -> Result<Moving, FieldError> {
    Ok(Moving {
        object: object_id(value)?,
        target: needed_id(value, "target")?,
        origin: read::one_id(value, "origin"),
    })
}

fn poll_choice(value: &Value) -> Result<PollChoice, FieldError> {
    let choice = read::string(value, "choice_text");
    let choice = choice.ok_or_else(|| FieldError::new("choice_text", "an answer's name"))?;
    Ok(PollChoice { object: object_id(value)?, choice })
}
