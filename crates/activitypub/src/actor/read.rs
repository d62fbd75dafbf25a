//! From JSON to [`ActorDocument`].

use serde_json::Value;

use super::{ActorDocument, ActorKey, ActorKind, Moderators};
use crate::{FieldError, Iri, object, read};

/// How many listed moderators, and how many other ids, are read.
const MAX_IDS: usize = 100;

pub(super) fn actor(value: &Value) -> Result<ActorDocument, FieldError> {
    let wanted_type = || FieldError::new("type", "Person, Group, Application, Service or Organization");
    let kind = read::kinds(value).find_map(ActorKind::from_name).ok_or_else(wanted_type)?;
    let id = read::own_id(value).ok_or_else(|| FieldError::new("id", "an absolute http(s) URL"))?;
    let inbox = read::one_id(value, "inbox").ok_or_else(|| FieldError::new("inbox", "a URL"))?;
    Ok(ActorDocument {
        kind,
        preferred_username: username(value, &id),
        name: read::lang_text(value, "name"),
        summary_html: read::lang_text(value, "summary"),
        source_markdown: object::source_markdown(value),
        inbox,
        shared_inbox: shared_inbox(value),
        outbox: read::first_id(value, "outbox"),
        followers: read::first_id(value, "followers"),
        moderators: moderators(value, kind),
        featured: read::first_id(value, "featured"),
        wall: read::first_id(value, "wall"),
        icon: read::first_url(value, "icon"),
        image: read::first_url(value, "image"),
        url: read::page_url(value, "url"),
        keys: ActorKey::read_all(value),
        manually_approves: flag(value, "manuallyApprovesFollowers"),
        posting_restricted_to_mods: flag(value, "postingRestrictedToMods"),
        discoverable: read::boolean(value, "discoverable"),
        indexable: read::boolean(value, "indexable"),
        sensitive: flag(value, "sensitive"),
        also_known_as: read::ids(value, "alsoKnownAs", MAX_IDS),
        moved_to: read::first_id(value, "movedTo"),
        suspended: flag(value, "suspended"),
        published: read::time(value, "published"),
        updated: read::time(value, "updated"),
        webfinger: read::string(value, "webfinger"),
        id,
    })
}

fn flag(value: &Value, field: &str) -> bool {
    read::boolean(value, field).unwrap_or(false)
}

fn username(value: &Value, id: &Iri) -> String {
    let given = read::string(value, "preferredUsername");
    let from_id = || id.last_segment().map(|segment| segment.trim_start_matches('@').to_owned());
    given.or_else(from_id).unwrap_or_else(|| id.authority().to_owned())
}

fn shared_inbox(value: &Value) -> Option<Iri> {
    value.get("endpoints").and_then(|endpoints| read::first_id(endpoints, "sharedInbox"))
}

/// `moderators` (kbin, `PieFed`), else a group's `attributedTo`: a collection's URL, or the persons themselves.
fn moderators(value: &Value, kind: ActorKind) -> Moderators {
    if kind != ActorKind::Group {
        return Moderators::Unknown;
    }
    let field = if read::first(value, "moderators").is_some() { "moderators" } else { "attributedTo" };
    match value.get(field) {
        Some(Value::String(text)) => Iri::parse(text).map_or(Moderators::Unknown, Moderators::Collection),
        Some(Value::Object(_)) if !is_person(value.get(field)) => {
            read::one_id(value, field).map_or(Moderators::Unknown, Moderators::Collection)
        }
        Some(Value::Object(_) | Value::Array(_)) => match read::ids(value, field, MAX_IDS) {
            listed if listed.is_empty() => Moderators::Unknown,
            listed => Moderators::Listed(listed),
        },
        _ => Moderators::Unknown,
    }
}

fn is_person(value: Option<&Value>) -> bool {
    value.is_some_and(super::is_actor)
}
