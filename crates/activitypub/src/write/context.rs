//! The `@context` of each kind of document. Nobody has to fetch more than the well-known ones, which all keep.

use serde_json::{Value, json};

const AS2: &str = "https://www.w3.org/ns/activitystreams";

/// For activities whose terms are all of the standard.
pub(super) fn plain() -> Value {
    Value::from(AS2)
}

/// For posts, comments and what carries them.
pub(super) fn content() -> Value {
    json!([AS2, {
        "Hashtag": "as:Hashtag",
        "sensitive": "as:sensitive",
        "sc": "http://schema.org/",
        "language": "sc:inLanguage",
    }])
}

/// For moderation: `Lock`, and `Block` with its end.
pub(super) fn moderation() -> Value {
    json!([AS2, {
        "lemmy": "https://join-lemmy.org/ns#",
        "Lock": "lemmy:Lock",
        "removeData": "lemmy:removeData",
        "expires": "as:endTime",
    }])
}

/// For what moderators say: `Warn` (Lemmy 1.0).
pub(super) fn words() -> Value {
    json!([AS2, {
        "lemmy": "https://join-lemmy.org/ns#",
        "Warn": "lemmy:Warn",
    }])
}

/// For actors: keys in both forms, and what groups say about themselves.
pub(super) fn actor() -> Value {
    json!([AS2, "https://w3id.org/security/v1", "https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1", {
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "sensitive": "as:sensitive",
        "movedTo": { "@id": "as:movedTo", "@type": "@id" },
        "toot": "http://joinmastodon.org/ns#",
        "discoverable": "toot:discoverable",
        "indexable": "toot:indexable",
        "featured": { "@id": "toot:featured", "@type": "@id" },
        "lemmy": "https://join-lemmy.org/ns#",
        "moderators": { "@id": "lemmy:moderators", "@type": "@id" },
        "postingRestrictedToMods": "lemmy:postingRestrictedToMods",
        "sc": "http://schema.org/",
        "language": "sc:inLanguage",
        "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
    }])
}

/// A context with the terms of a proof added (FEP-8b32).
pub(super) fn with_proof(context: Value) -> Value {
    let mut entries = match context {
        Value::Array(entries) => entries,
        one => vec![one],
    };
    entries.insert(1, Value::from("https://w3id.org/security/data-integrity/v1"));
    Value::Array(entries)
}
