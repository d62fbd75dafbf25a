//! Every recorded document is read; what was understood of it is in the snapshots.

use guildhall_activitypub::activity::{Announced, Payload};
use guildhall_activitypub::collection::Item;
use guildhall_activitypub::{Activity, ActorDocument, Collection, Document, Object, Verb};
use serde_json::Value;

use crate::support::{RECORDED_RAW, brief, deliveries, documents, files, folder, json};

/// One text for all that one program sent.
fn understood(activities: impl Iterator<Item = (String, Document)>) -> String {
    let mut text = String::new();
    for (name, document) in activities {
        let mut activity = Activity::read(&document).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!matches!(activity.verb, Verb::Unknown(_)) || is_expected_unknown(&name), "{name}");
        text.extend(["## ", &name, "\n", &told(&mut activity)]);
    }
    text
}

fn is_expected_unknown(name: &str) -> bool {
    name.contains("warn") || name.contains("resolve")
}

/// The activity without the raw JSON; of an announced activity what is inside.
fn told(activity: &mut Activity) -> String {
    match &mut activity.verb {
        Verb::Create(Payload::Object(object))
        | Verb::Update(Payload::Object(object))
        | Verb::Announce(Announced::Object(object)) => object.raw = Value::Null,
        Verb::Announce(Announced::Activity(document)) => {
            let mut inner = Activity::read(document).unwrap();
            let outer = format!("Announce {} by {}\n", activity.id, activity.actor);
            return outer + &told(&mut inner);
        }
        _ => {}
    }
    brief(activity)
}

#[test]
fn deliveries_of_each_program_are_understood() {
    for software in RECORDED_RAW {
        let activities = deliveries(software).into_iter().map(|delivery| {
            let document = delivery.document();
            (delivery.name, document)
        });
        insta::assert_snapshot!(format!("deliveries_{software}"), understood(activities));
    }
}

#[test]
fn deliveries_of_lemmy_are_understood() {
    let mut found = files(&folder("lemmy"), "", ".json");
    found.retain(|(name, _)| name.as_bytes()[0].is_ascii_digit());
    assert_eq!(found.len(), 59);
    let activities =
        found.into_iter().map(|(name, path)| (name, Document::from_value(&json(&path)).unwrap()));
    insta::assert_snapshot!("deliveries_lemmy", understood(activities));
}

/// Reads whatever the document is and tells its kind and contents.
fn told_document(value: &Value) -> String {
    if let Ok(actor) = ActorDocument::read(value) {
        return brief(&actor);
    }
    if let Ok(collection) = Collection::read(value) {
        let items: Vec<_> = collection.items.iter().filter_map(Item::id).collect();
        return format!(
            "collection page={} total={:?} next={:?} first={:?} items={items:#?}",
            collection.is_page, collection.total_items, collection.next, collection.first
        );
    }
    match Object::read(value) {
        Ok(mut object) => {
            object.raw = Value::Null;
            brief(&object)
        }
        Err(error) => format!("nothing of ours: {error}"),
    }
}

#[test]
fn documents_of_each_program_are_understood() {
    for software in RECORDED_RAW {
        let told: Vec<_> = documents(software)
            .iter()
            .filter(|(name, _)| {
                !["mastoapi", "nodeinfo", "webfinger", "host-meta"].iter().any(|x| name.contains(x))
            })
            .map(|(name, body)| format!("## {name}\n{}\n", told_document(body)))
            .collect();
        insta::assert_snapshot!(format!("documents_{software}"), told.concat());
    }
}

#[test]
fn documents_of_lemmy_are_understood() {
    let told: Vec<_> = files(&folder("lemmy"), "doc_", ".json")
        .iter()
        .map(|(name, path)| format!("## {name}\n{}\n", told_document(&json(path))))
        .collect();
    insta::assert_snapshot!("documents_lemmy", told.concat());
}
