//! Whom an activity or object is addressed to.

use serde_json::Value;

use super::{MAX_RECIPIENTS, ids, is_public, items};
use crate::Iri;

/// `to`, `cc` and `audience`, with the public collection taken out and noted apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addressing {
    /// Primary recipients, actors and collections.
    pub to: Vec<Iri>,
    /// Further recipients.
    pub cc: Vec<Iri>,
    /// The groups it is meant for (FEP-1b12); a hint, not a proof.
    pub audience: Vec<Iri>,
    /// The public collection is in `to`.
    pub public_to: bool,
    /// The public collection is in `cc`.
    pub public_cc: bool,
}

impl Addressing {
    /// Reads the three fields; at most 100 entries each.
    pub fn read(object: &Value) -> Self {
        Self {
            to: ids_but_public(object, "to"),
            cc: ids_but_public(object, "cc"),
            audience: ids_but_public(object, "audience"),
            public_to: has_public(object, "to"),
            public_cc: has_public(object, "cc"),
        }
    }

    /// Everybody may see it.
    pub fn is_public(&self) -> bool {
        self.public_to || self.public_cc
    }

    /// Everybody may see it, but it asks to stay out of public listings: public in `cc` only.
    pub fn is_unlisted(&self) -> bool {
        self.public_cc && !self.public_to
    }

    /// All who are named, in the order `to`, `cc`, `audience`.
    pub fn named(&self) -> impl Iterator<Item = &Iri> {
        self.to.iter().chain(&self.cc).chain(&self.audience)
    }

    /// Whether `iri` is named anywhere.
    pub fn names(&self, iri: &Iri) -> bool {
        self.named().any(|named| named == iri)
    }
}

fn ids_but_public(object: &Value, field: &str) -> Vec<Iri> {
    let mut found = ids(object, field, MAX_RECIPIENTS);
    found.retain(|iri| !is_public(iri.as_str()));
    found
}

fn has_public(object: &Value, field: &str) -> bool {
    items(object, field)
        .take(MAX_RECIPIENTS)
        .any(|item| item.as_str().or_else(|| item.get("id").and_then(Value::as_str)).is_some_and(is_public))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn public_in_any_spelling_is_a_flag_and_no_recipient() {
        for public in ["https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"] {
            let listed = Addressing::read(&json!({"to": public, "cc": ["https://example.org/g"]}));
            assert!(listed.is_public() && !listed.is_unlisted());
            assert!(listed.to.is_empty());
            assert!(listed.names(&Iri::parse("https://example.org/g").unwrap()));
            let unlisted = Addressing::read(&json!({"cc": [public]}));
            assert!(unlisted.is_public() && unlisted.is_unlisted());
        }
        assert!(!Addressing::read(&json!({"to": null})).is_public());
    }

    #[test]
    fn ten_thousand_recipients_are_cut() {
        let to: Vec<_> = (0..10_000).map(|n| format!("https://example.org/{n}")).collect();
        assert_eq!(Addressing::read(&json!({"to": to})).to.len(), MAX_RECIPIENTS);
    }
}
