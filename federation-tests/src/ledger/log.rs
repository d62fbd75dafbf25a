//! What is to be delivered tells of everything that happened and of nothing else, as it was said, in order.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{
    Comment, Kept, Said,
    kept::{Event, Row},
    said::bare,
};

/// Kinds of events that every follower is told of, and the types of the activities that tell of them.
const TOLD: [(&str, &[&str]); 4] = [
    // A post that became known by an edit is published by it.
    ("entry_published", &["Create", "Update"]),
    ("entry_edited", &["Update"]),
    ("entry_gone", &["Delete"]),
    ("voted", &["Like", "Dislike", "Undo"]),
];

/// Everything that happened and stands is on the log, whatever is on the log happened, in the words in which it was said,
/// and the steps of each comment are in their order.
pub(super) fn compare(said: &Said, kept: &Kept) -> Vec<String> {
    [lost(said, kept), untrue(said, kept), unordered(said, kept)].concat()
}

/// The activity that the group passes on to group-aware hosts, of a row that tells of something in the group.
fn inner(row: &Row) -> Option<Value> {
    let body: Value = serde_json::from_slice(row.bodies[0].as_ref()?).ok()?;
    (body["type"] == "Announce" && row.group.is_some()).then(|| body["object"].clone())
}

fn lost(said: &Said, kept: &Kept) -> Vec<String> {
    let told: HashSet<i64> =
        kept.log.iter().filter(|row| inner(row).is_some()).map(|row| row.event).collect();
    let is_to_be_told = |event: &&Event| {
        let entry = event.entry.and_then(|entry| kept.entries.get(&entry));
        let is_told = TOLD.iter().any(|(kind, _)| *kind == event.kind);
        // What is deleted before it could be told of is told of no more, but for its end.
        is_told && (event.kind == "entry_gone" || entry.is_some_and(|entry| entry.state == "published"))
    };
    let mut damages: Vec<String> = kept
        .events
        .iter()
        .filter(is_to_be_told)
        .filter(|event| !told.contains(&event.key))
        .map(|event| format!("{} of {} is not on the log", event.kind, about(kept, event)))
        .collect();
    damages.extend(without_events(said, kept));
    damages.extend(without_accept(said, kept));
    damages
}

/// Steps of comments of which there is no event.
fn without_events(said: &Said, kept: &Kept) -> Vec<String> {
    let mut counts: HashMap<(&str, &str), usize> = HashMap::new();
    for event in &kept.events {
        *counts.entry((about(kept, event), event.kind.as_str())).or_default() += 1;
    }
    let mut damages = Vec::new();
    for comment in &said.comments {
        // An edit whose answer was lost may have been made twice.
        let wanted = [
            ("entry_published", 1),
            ("entry_edited", comment.texts.len() - 1),
            ("entry_gone", usize::from(comment.is_deleted)),
        ];
        for (kind, wanted) in wanted {
            let found = counts.get(&(comment.ap_id.as_str(), kind)).copied().unwrap_or(0);
            if found < wanted {
                damages.push(format!("{kind} of {} happened {found} times, not {wanted}", comment.ap_id));
            }
        }
    }
    damages
}

/// Members whose `Follow` is not answered.
fn without_accept(said: &Said, kept: &Kept) -> Vec<String> {
    let bodies =
        kept.log.iter().filter_map(|row| serde_json::from_slice::<Value>(row.bodies[0].as_ref()?).ok());
    let accepted: HashSet<String> = bodies
        .filter(|body| body["type"] == "Accept")
        .filter_map(|body| body["object"]["id"].as_str().map(str::to_owned))
        .collect();
    let follows = said.memberships.iter().filter_map(|membership| membership.follow.as_ref());
    follows
        .filter(|follow| !accepted.contains(*follow))
        .map(|follow| format!("{follow} is not accepted"))
        .collect()
}

fn untrue(said: &Said, kept: &Kept) -> Vec<String> {
    let events: HashMap<i64, &Event> = kept.events.iter().map(|event| (event.key, event)).collect();
    let words = Words::of(said, kept);
    let mut damages = Vec::new();
    for row in &kept.log {
        let Some(event) = events.get(&row.event) else {
            damages.push(format!("{} tells of what did not come to pass", row.id));
            continue;
        };
        for body in row.bodies.iter().flatten() {
            match serde_json::from_slice::<Value>(body) {
                Ok(body) => damages.extend(words.are_not_in(&body, row, event, about(kept, event))),
                Err(_) => damages.push(format!("{} is no JSON", row.id)),
            }
        }
        if let Some(body) = inner(row) {
            damages.extend(words.are_not_told_by(&body, row, event));
        }
    }
    damages
}

/// The id of the entry that an event is about; "" of none.
fn about<'a>(kept: &'a Kept, event: &Event) -> &'a str {
    event.entry.and_then(|entry| kept.entries.get(&entry)).map_or("", |entry| entry.ap_id.as_str())
}

/// What was said.
struct Words<'a> {
    /// By the keys under which they were received.
    activities: HashMap<i64, &'a Value>,
    /// By the ids of the comments.
    texts: HashMap<&'a str, &'a [String]>,
}

impl<'a> Words<'a> {
    fn of(said: &'a Said, kept: &Kept) -> Self {
        let of_activity =
            |activity: &'a Value| Some((kept.received.get(activity["id"].as_str()?)?.key, activity));
        let of_comment = |comment: &'a Comment| (comment.ap_id.as_str(), &comment.texts[..]);
        Self {
            activities: said.activities.iter().filter_map(of_activity).collect(),
            texts: said.comments.iter().map(of_comment).collect(),
        }
    }

    /// What is wrong with what a body is about, or with the text that it shows.
    fn are_not_in(&self, body: &Value, row: &Row, event: &Event, entry: &str) -> Option<String> {
        let object = innermost(body);
        let id = object.as_str().or_else(|| object["id"].as_str()).unwrap_or_default();
        if event.entry.is_some() && id != entry {
            return Some(format!("{} is about {id}, not {entry}", row.id));
        }
        let text = bare(object["content"].as_str()?);
        let is_said = self.texts.get(id).is_none_or(|texts| texts.iter().any(|said| said == text));
        (!is_said).then(|| format!("{} says {text:?}, which nobody did", row.id))
    }

    /// What is wrong with what the group passes on.
    fn are_not_told_by(&self, inner: &Value, row: &Row, event: &Event) -> Option<String> {
        let Some(kind) = inner["type"].as_str() else {
            return Some(format!("{} names {inner} and does not say what is with it", row.id));
        };
        let types = TOLD.iter().find(|(kind, _)| *kind == event.kind).map_or(&[][..], |(_, types)| types);
        if !types.is_empty() && !types.contains(&kind) {
            return Some(format!("{} is {kind} for {}", row.id, event.kind));
        }
        let said = self.activities.get(&event.received?)?;
        (*said != inner).then(|| format!("{} is not what was said: {inner} for {said}", row.id))
    }
}

/// What an activity is about in the end: of `Undo(Announce(x))` x.
fn innermost(body: &Value) -> &Value {
    let mut object = body;
    while !object["object"].is_null() {
        object = &object["object"];
    }
    object
}

fn unordered(said: &Said, kept: &Kept) -> Vec<String> {
    let words = Words::of(said, kept);
    let mut last: HashMap<String, (usize, usize)> = HashMap::new();
    let mut damages = Vec::new();
    for row in &kept.log {
        let Some(inner) = inner(row) else { continue };
        let object = innermost(&inner);
        let Some(id) = object.as_str().or_else(|| object["id"].as_str()) else { continue };
        let Some(texts) = words.texts.get(id) else { continue };
        let Some(step) = ["Create", "Update", "Delete"].iter().position(|step| inner["type"] == *step) else {
            continue;
        };
        let text = object["content"].as_str().map(bare);
        let version = texts.iter().position(|said| Some(said.as_str()) == text).unwrap_or(0);
        match last.insert(id.to_owned(), (step, version)) {
            None if step == 1 => damages.push(format!("{} tells of an edit of what is unknown", row.id)),
            Some(before) if before > (step, version) => {
                damages.push(format!("{} comes after what is later", row.id));
            }
            Some((0, _)) if step == 0 => damages.push(format!("{} tells of a second beginning", row.id)),
            _ => {}
        }
    }
    damages
}
