//! Ids and types: strings, embedded objects, or arrays of both.

use serde_json::Value;

use super::{first, items};
use crate::Iri;

/// The prefix of a type written as a full IRI.
const AS2: &str = "https://www.w3.org/ns/activitystreams#";

/// The object's own `id` or `@id`.
pub fn own_id(object: &Value) -> Option<Iri> {
    let id = object.get("id").filter(|id| !id.is_null()).or_else(|| object.get("@id"))?;
    Iri::parse(id.as_str()?).ok()
}

/// The object's `type` or `@type`, one or many, without `as:` or the full namespace.
pub fn kinds(object: &Value) -> impl Iterator<Item = &str> {
    items(object, "type").chain(items(object, "@type")).filter_map(Value::as_str).map(bare)
}

/// What the field points to, when that is exactly one thing: an id or an embedded object with an id.
///
/// An array counts when it has one entry.
pub fn one_id(object: &Value, field: &str) -> Option<Iri> {
    let mut found = items(object, field);
    match (found.next(), found.next()) {
        (Some(only), None) => id_of(only),
        _ => None,
    }
}

/// All ids of the field, each once, in order, at most `limit`; entries that are no ids are passed over.
pub fn ids(object: &Value, field: &str, limit: usize) -> Vec<Iri> {
    let mut found = Vec::new();
    for iri in items(object, field).take(limit).filter_map(id_of) {
        if !found.contains(&iri) {
            found.push(iri);
        }
    }
    found
}

/// The id of the field's first entry.
pub fn first_id(object: &Value, field: &str) -> Option<Iri> {
    first(object, field).and_then(id_of)
}

/// Whether a text is one of the spellings of the public collection.
pub fn is_public(text: &str) -> bool {
    matches!(bare(text.trim()), "Public")
}

/// An id: a string, or an object that has one.
pub(crate) fn id_of(value: &Value) -> Option<Iri> {
    match value {
        Value::String(text) => Iri::parse(text).ok(),
        Value::Object(_) => own_id(value),
        _ => None,
    }
}

fn bare(name: &str) -> &str {
    name.strip_prefix("as:").or_else(|| name.strip_prefix(AS2)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const A: &str = "https://a.example/1";
    const B: &str = "https://b.example/2";

    #[test]
    fn an_id_may_be_a_string_an_object_or_an_array_of_one() {
        for actor in [json!(A), json!({"id": A}), json!([A]), json!([{"@id": A}]), json!([null, A])] {
            assert_eq!(one_id(&json!({"actor": actor}), "actor").unwrap().as_str(), A, "{actor}");
        }
    }

    #[test]
    fn two_ids_are_not_one_id() {
        for actor in [json!([A, B]), json!([]), json!(null), json!(7), json!({}), json!("x"), json!([[A]])] {
            assert_eq!(one_id(&json!({"actor": actor}), "actor"), None, "{actor}");
        }
    }

    #[test]
    fn a_list_keeps_what_it_can_read_up_to_its_limit() {
        let object = json!({"to": [A, 7, {"id": B}, "as:Public", null, A]});
        let found = ids(&object, "to", 10);
        assert_eq!(found.iter().map(Iri::as_str).collect::<Vec<_>>(), [A, B]);
        assert_eq!(ids(&object, "to", 1).len(), 1);
    }

    #[test]
    fn a_type_may_be_an_array_and_carry_a_prefix() {
        let object =
            json!({"type": ["as:Note", "https://www.w3.org/ns/activitystreams#Page", 1], "@type": "x:Y"});
        assert_eq!(kinds(&object).collect::<Vec<_>>(), ["Note", "Page", "x:Y"]);
    }

    #[test]
    fn the_public_collection_has_three_spellings() {
        assert!(is_public("https://www.w3.org/ns/activitystreams#Public"));
        assert!(is_public("as:Public"));
        assert!(is_public("Public"));
        assert!(!is_public("https://example.org/Public"));
    }
}
