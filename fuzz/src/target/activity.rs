//! Reading never panics, keeps its limits, and reads the same from its own rendering.

use guildhall_activitypub::{
    Activity, ActorDocument, Addressing, Collection, Document, Iri, Object, ReadError, Verb,
    discovery::{Jrd, NodeInfo, nodeinfo_link},
    document::{MAX_BYTES, MAX_DEPTH},
    proof::Proof,
    read::MAX_RECIPIENTS,
};
use serde_json::Value;

use crate::signed::{KEY, NOW_MS};

pub(super) fn holds(data: &[u8]) {
    let Ok(document) = Document::parse(data) else { return };
    assert!(data.len() <= MAX_BYTES);
    assert_eq!(document.raw(), data);
    assert!(depth(document.value()) <= MAX_DEPTH);
    assert!(!rearranges(document.value()));

    read_as_everything(document.value());
    let activity = Activity::read(&document).ok();
    if let Some(activity) = &activity {
        keeps_its_limits(activity);
    }
    match Document::from_value(document.value()) {
        Ok(again) => assert_eq!(activity, Activity::read(&again).ok(), "its own rendering reads differently"),
        // What came as `ü` may be rendered longer.
        Err(error) => assert!(matches!(error, ReadError::TooLarge), "{error}"),
    }
}

fn read_as_everything(value: &Value) {
    let _ = Object::read(value);
    let _ = ActorDocument::read(value);
    let _ = Collection::read(value);
    let _ = Jrd::read(value).map(|jrd| jrd.actors().count());
    let _ = NodeInfo::read(value);
    let _ = nodeinfo_link(value);
    if let Ok(proof) = Proof::read(value) {
        assert!(proof.verify(KEY.public(), NOW_MS).is_err(), "a proof that was not made by the key's holder");
    }
}

fn keeps_its_limits(activity: &Activity) {
    for id in [&activity.id, &activity.actor] {
        assert_eq!(Iri::parse(id.as_str()).as_ref(), Ok(id), "an id in another form than its own");
    }
    let Addressing { to, cc, audience, .. } = &activity.addressing;
    assert!([to, cc, audience].into_iter().all(|list| list.len() <= MAX_RECIPIENTS));
    if let Verb::Flag(report) = &activity.verb {
        assert!(report.objects.len() <= guildhall_activitypub::read::MAX_FLAGGED);
    }
}

/// Counted by recursion: at most as deep as the reader lets through, which counts in another way.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

/// Whether a keyword that moves parts of a graph is anywhere but in a context.
fn rearranges(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(rearranges),
        Value::Object(members) => members.iter().any(|(key, inner)| {
            matches!(key.as_str(), "@graph" | "@reverse" | "@included")
                || (key != "@context" && rearranges(inner))
        }),
        _ => false,
    }
}
