//! What holds for any input: parsers never panic, what is signed verifies, and what is changed does not.

use std::sync::LazyLock;

use guildhall_activitypub::discovery::{Jrd, NodeInfo, Resource, nodeinfo_link};
use guildhall_activitypub::proof::{Proof, prove};
use guildhall_activitypub::signature::{
    Limits, Outgoing, ParsedSignature, RequestParts, SignatureError, parse_http_date, sign_cavage,
    sign_rfc9421,
};
use guildhall_activitypub::{
    Activity, ActorDocument, Collection, Document, Iri, KeyPair, Object, PublicKey, digest,
};
use http::{HeaderMap, HeaderValue, Method};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::iri;

const NOW_MS: i64 = 1_795_305_028_000;

static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate_ed25519().unwrap());

/// Any JSON, with the names and values that the readers look for.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        proptest::sample::select(vec![
            "https://a.example/1",
            "http://[::1]:8/x",
            "as:Public",
            "Note",
            "Create",
            "Announce",
            "Undo",
            "Person",
            "Question",
            "Event",
            "OrderedCollection",
            "Mention",
            "Hashtag",
            "Link",
            "2026-11-21T23:50:28Z",
            "true",
            "7",
            "text/markdown",
            "application/activity+json",
            "self",
            "z6Mk",
            "-----BEGIN PUBLIC KEY-----",
        ])
        .prop_map(Value::from),
    ];
    let names = proptest::sample::select(vec![
        "id",
        "@id",
        "type",
        "@type",
        "actor",
        "object",
        "target",
        "origin",
        "to",
        "cc",
        "audience",
        "content",
        "contentMap",
        "name",
        "summary",
        "source",
        "mediaType",
        "tag",
        "attachment",
        "href",
        "url",
        "icon",
        "image",
        "published",
        "endTime",
        "startTime",
        "inReplyTo",
        "attributedTo",
        "oneOf",
        "anyOf",
        "replies",
        "totalItems",
        "items",
        "orderedItems",
        "first",
        "next",
        "inbox",
        "endpoints",
        "publicKey",
        "publicKeyPem",
        "assertionMethod",
        "publicKeyMultibase",
        "proof",
        "location",
        "address",
        "language",
        "identifier",
        "links",
        "rel",
        "properties",
        "software",
        "usage",
        "users",
        "@context",
    ]);
    leaf.prop_recursive(5, 96, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((names.clone(), inner), 0..12).prop_map(|members| {
                let members: Map<_, _> =
                    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                Value::Object(members)
            }),
        ]
    })
}

proptest! {
    #[test]
    fn readers_take_any_json(value in any_json()) {
        let _ = Object::read(&value);
        let _ = ActorDocument::read(&value);
        let _ = Collection::read(&value);
        let _ = Proof::read(&value);
        let _ = Jrd::read(&value).map(|jrd| jrd.actors().count());
        let _ = NodeInfo::read(&value);
        let _ = nodeinfo_link(&value);
        if let Ok(document) = Document::from_value(&value) {
            let _ = Activity::read(&document);
        }
    }

    #[test]
    fn parsers_take_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in any::<String>()) {
        let _ = Document::parse(&bytes);
        let _ = KeyPair::from_pkcs8(&bytes);
        let _ = PublicKey::from_ed25519_bytes(&bytes);
        let _ = PublicKey::from_text(&text);
        let _ = PublicKey::from_multikey(&format!("z{text}"));
        let _ = Resource::parse(&text);
        let _ = parse_http_date(&text);
        if let Ok(once) = Iri::parse(&text) {
            prop_assert_eq!(Iri::parse(once.as_str()).unwrap(), once);
        }
    }

    #[test]
    fn signature_headers_may_hold_anything(
        signature in "(keyId|headers|created|[a-z]{0,3}|[\"=,;:() @-]|sig1=|:AAAA:|\"@method\"){0,12}",
        input in proptest::option::of("(sig1=|\\(|\"@method\"|\"date\"| |\\)|;created=1|;keyid=\"a\"|[\"=,;:]){0,12}"),
        digest_value in "(SHA-256|sha-512|=|:|,|[A-Za-z0-9+/]{0,44}){0,6}",
    ) {
        let mut headers = HeaderMap::new();
        headers.insert("signature", HeaderValue::from_str(&signature).unwrap());
        if let Some(input) = input {
            headers.insert("signature-input", HeaderValue::from_str(&input).unwrap());
        }
        headers.insert("digest", HeaderValue::from_str(&digest_value).unwrap());
        headers.insert("content-digest", HeaderValue::from_str(&digest_value).unwrap());
        let _ = digest::check(&headers, b"body");
        if let Ok(signature) = ParsedSignature::from_headers(&headers) {
            let parts = RequestParts {
                method: &Method::POST, path_and_query: "/inbox", scheme: "https", authority: "b.example",
                headers: &headers,
            };
            let _ = signature.check_covers(&parts, true);
            let _ = signature.check_time(NOW_MS, &Limits::default());
            prop_assert!(signature.verify(&parts, KEY.public()).is_err());
        }
    }

    #[test]
    fn iris_know_their_parts(host in "[a-z]{1,8}\\.example", port in proptest::option::of(1_u16..), path in "(/[a-z0-9@.~-]{1,6}){0,4}") {
        let port = port.map_or(String::new(), |port| format!(":{port}"));
        let iri = Iri::parse(&format!("https://{host}{port}{path}")).unwrap();
        prop_assert_eq!(format!("{}{}", iri.origin(), iri.path_and_query()), iri.as_str());
        prop_assert_eq!(iri.origin().authority(), iri.authority());
        let handle = format!("acct:x@{}", iri.authority());
        prop_assert!(Resource::parse(&handle).is_some());
    }

    #[test]
    fn what_is_signed_verifies_and_what_is_changed_does_not(
        path in "(/[a-z0-9]{1,6}){1,3}(\\?[a-z]{1,5}=[a-z0-9]{0,4})?",
        body in proptest::collection::vec(any::<u8>(), 1..200),
        at in any::<prop::sample::Index>(),
        mask in 1_u8..,
        modern in any::<bool>(),
    ) {
        let url = iri(&format!("https://b.example{path}"));
        let request = Outgoing { method: &Method::POST, url: &url, body: Some(&body), now_ms: NOW_MS, synchronization: None };
        let sign = if modern { sign_rfc9421 } else { sign_cavage };
        let headers = sign(&request, &iri("https://a.example/u#key"), &KEY).unwrap();
        let parts = RequestParts {
            method: &Method::POST, path_and_query: &path, scheme: "https", authority: "b.example", headers: &headers,
        };
        let signature = ParsedSignature::from_headers(&headers).unwrap();
        prop_assert_eq!(signature.check_covers(&parts, true), Ok(()));
        prop_assert_eq!(signature.verify(&parts, KEY.public()), Ok(()));
        prop_assert_eq!(digest::check(&headers, &body), Ok(()));

        let mut other_body = body.clone();
        let index = at.index(body.len());
        other_body[index] ^= mask;
        prop_assert_eq!(digest::check(&headers, &other_body), Err(digest::DigestError::Mismatch));

        let mut other_path = path.clone().into_bytes();
        let index = at.index(path.len());
        other_path[index] ^= 1;
        let other_path = String::from_utf8(other_path).unwrap();
        let changed = RequestParts { path_and_query: &other_path, ..parts };
        prop_assert_eq!(signature.verify(&changed, KEY.public()), Err(SignatureError::Mismatch));

        let signed = if modern { "content-digest" } else { "digest" };
        let mut value = headers[signed].as_bytes().to_vec();
        let index = at.index(value.len());
        value[index] ^= 1;
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            let mut headers = headers.clone();
            headers.insert(signed, value);
            let changed = RequestParts { headers: &headers, ..parts };
            prop_assert!(signature.verify(&changed, KEY.public()).is_err());
        }
    }

    #[test]
    fn any_object_can_be_proved(value in any_json()) {
        let mut value = json!({ "content": value });
        value = prove(value, &iri("https://a.example/u#ed25519-key"), &KEY, NOW_MS).unwrap();
        prop_assert_eq!(Proof::read(&value).unwrap().verify(KEY.public(), NOW_MS), Ok(()));
        // What the receiver parses from the bytes is the same document.
        let again: Value = serde_json::from_slice(&serde_json::to_vec(&value).unwrap()).unwrap();
        prop_assert_eq!(Proof::read(&again).unwrap().verify(KEY.public(), NOW_MS), Ok(()));
    }
}
