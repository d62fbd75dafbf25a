//! What was answered is in the store once, as it was left, and nothing else is.

use std::collections::{HashMap, HashSet};

use super::{
    Comment, Kept, Said,
    kept::Entry,
    said::{bare, label_of},
};

/// Every comment is there once, as it was left, and no other; every activity had its effect, once; votes and memberships
/// are the last ones.
pub(super) fn compare(said: &Said, kept: &Kept) -> Vec<String> {
    [comments(said, kept), effects(said, kept), votes(said, kept), members(said, kept)].concat()
}

fn comments(said: &Said, kept: &Kept) -> Vec<String> {
    let comments: Vec<&Entry> = kept.entries.values().filter(|entry| entry.is_comment).collect();
    let mut by_id: HashMap<&str, Vec<&Entry>> = HashMap::new();
    let mut by_label: HashMap<&str, usize> = HashMap::new();
    for entry in &comments {
        by_id.entry(&entry.ap_id).or_default().push(entry);
        *by_label.entry(label_of(bare(&entry.content))).or_default() += 1;
    }
    let mut damages: Vec<String> = said
        .comments
        .iter()
        .filter_map(|comment| is_wrong(comment, by_id.get(comment.ap_id.as_str()).map_or(&[], Vec::as_slice)))
        .collect();
    let labels = said.comments.iter().map(|comment| comment.label.as_str());
    let labels = labels.chain(said.doubtful.iter().map(|text| label_of(text)));
    let count = |label: &str| by_label.get(label).copied().unwrap_or(0);
    damages.extend(
        labels
            .filter(|label| count(label) > 1)
            .map(|label| format!("{label} is there {} times", count(label))),
    );
    let known: HashSet<&str> = said.comments.iter().map(|comment| comment.ap_id.as_str()).collect();
    let doubtful: HashSet<&str> = said.doubtful.iter().map(String::as_str).collect();
    let is_new =
        |entry: &&&Entry| !known.contains(entry.ap_id.as_str()) && !doubtful.contains(bare(&entry.content));
    damages.extend(
        comments
            .iter()
            .filter(is_new)
            .map(|entry| format!("{} is there though nobody wrote it", entry.ap_id)),
    );
    damages
}

fn is_wrong(comment: &Comment, found: &[&Entry]) -> Option<String> {
    let Comment { ap_id, .. } = comment;
    match found {
        [] => Some(format!("{ap_id} is lost")),
        [only] if comment.is_deleted => {
            (only.state != "deleted").then(|| format!("{ap_id} is {} though it was deleted", only.state))
        }
        [only] => {
            let (text, wanted) = (bare(&only.content), comment.last_text());
            (only.state != "published" || text != wanted)
                .then(|| format!("{ap_id} is {}, {text:?}, not {wanted:?}", only.state))
        }
        many => Some(format!("{ap_id} is there {} times", many.len())),
    }
}

/// Every activity that was answered was kept and has been applied, with one event of each kind at most.
fn effects(said: &Said, kept: &Kept) -> Vec<String> {
    let mut kinds: HashMap<i64, Vec<&str>> = HashMap::new();
    for event in &kept.events {
        if let Some(received) = event.received {
            kinds.entry(received).or_default().push(&event.kind);
        }
    }
    let wrong = |activity: &serde_json::Value| {
        let id = activity["id"].as_str().unwrap_or_default();
        let Some(received) = kept.received.get(id) else {
            return Some(format!("{id} was answered and is lost"));
        };
        if received.outcome.as_deref() != Some("applied") {
            return Some(format!("{id} is {:?}: {:?}", received.outcome, received.reason));
        }
        let kinds = kinds.get(&received.key).map_or(&[][..], Vec::as_slice);
        // Nobody is told who leaves.
        let is_silent = activity["type"] == "Undo" && activity["object"]["type"] == "Follow";
        if kinds.is_empty() && !is_silent {
            return Some(format!("{id} ({}) had no effect", activity["type"]));
        }
        let unlike: HashSet<&&str> = kinds.iter().collect();
        (unlike.len() < kinds.len()).then(|| format!("{id} had its effect twice: {kinds:?}"))
    };
    said.activities.iter().filter_map(wrong).collect()
}

fn votes(said: &Said, kept: &Kept) -> Vec<String> {
    let mut by_voter: HashMap<(&str, &str), i64> = HashMap::new();
    for (actor, entry, value) in &kept.votes {
        *by_voter.entry((actor, entry)).or_default() += value;
    }
    let wrong = |vote: &super::Vote| {
        let found = by_voter.get(&(vote.actor.as_str(), vote.object.as_str())).copied().unwrap_or(0);
        (found != vote.value)
            .then(|| format!("the vote of {} on {} is {found}, not {}", vote.actor, vote.object, vote.value))
    };
    said.votes.iter().filter_map(wrong).collect()
}

fn members(said: &Said, kept: &Kept) -> Vec<String> {
    let wrong = |membership: &super::Membership| {
        let times = kept.members.iter().filter(|actor| **actor == membership.actor).count();
        let wanted = usize::from(membership.follow.is_some());
        (times != wanted).then(|| format!("{} is a member {times} times, not {wanted}", membership.actor))
    };
    said.memberships.iter().filter_map(wrong).collect()
}
