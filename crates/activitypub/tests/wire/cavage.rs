//! draft-cavage-12: all recorded signatures hold, and stop holding with any change.

use guildhall_activitypub::actor::ActorKey;
use guildhall_activitypub::digest;
use guildhall_activitypub::signature::{
    Limits, Outgoing, ParsedSignature, RequestParts, Scheme, SignatureError, parse_http_date, sign_cavage,
};
use guildhall_activitypub::{Iri, KeyPair, PublicKey};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::support::{Delivery, RECORDED_RAW, deliveries, documents, files, folder, iri, json};

/// The key of that id from the recorded documents of a program.
fn recorded_key(software: &str, key_id: &Iri) -> PublicKey {
    let found = documents(software).into_iter().find_map(|(_, body)| ActorKey::read_document(&body, key_id));
    found.unwrap_or_else(|| panic!("no key {key_id} of {software}")).key
}

fn parsed(delivery: &Delivery) -> ParsedSignature {
    ParsedSignature::from_headers(&delivery.headers).unwrap()
}

/// When the request was made, by its own `Date`.
fn date_of(headers: &HeaderMap) -> i64 {
    parse_http_date(headers["date"].to_str().unwrap()).unwrap()
}

#[test]
fn every_recorded_signature_and_digest_holds() {
    let mut checked = 0;
    for software in RECORDED_RAW {
        for delivery in deliveries(software) {
            let signature = parsed(&delivery);
            assert_eq!(signature.scheme(), Scheme::Cavage);
            assert_eq!(digest::check(&delivery.headers, &delivery.body), Ok(()), "{}", delivery.name);
            assert_eq!(signature.check_covers(&delivery.parts(), true), Ok(()), "{}", delivery.name);
            let now = date_of(&delivery.headers) + 1000;
            assert_eq!(signature.check_time(now, &Limits::default()), Ok(()), "{}", delivery.name);
            let key = recorded_key(software, &signature.key_id().unwrap());
            assert_eq!(signature.verify(&delivery.parts(), &key), Ok(()), "{software} {}", delivery.name);
            checked += 1;
        }
    }
    assert_eq!(checked, 52);
}

#[test]
fn every_recorded_signature_of_lemmy_holds() {
    let documents: Vec<_> =
        files(&folder("lemmy"), "doc_", ".json").iter().map(|(_, path)| json(path)).collect();
    let mut checked = 0;
    for (name, path) in files(&folder("lemmy"), "", ".headers.txt") {
        let text = std::fs::read_to_string(path).unwrap();
        let Some(path) = text.strip_prefix("POST ").and_then(|rest| rest.split(' ').next()) else { continue };
        let mut headers = HeaderMap::new();
        for (name, value) in text.lines().skip(1).filter_map(|line| line.split_once(": ")) {
            headers.append(HeaderName::try_from(name).unwrap(), HeaderValue::from_str(value).unwrap());
        }
        let signature = ParsedSignature::from_headers(&headers).unwrap();
        let key_id = signature.key_id().unwrap();
        // This person's account was deleted before its document was recorded.
        let Some(key) = documents.iter().find_map(|body| ActorKey::read_document(body, &key_id)) else {
            assert!(key_id.as_str().ends_with("/u/capuser#main-key"), "{name}: {key_id}");
            continue;
        };
        let parts = RequestParts {
            method: &Method::POST,
            path_and_query: path,
            scheme: "http",
            authority: "fake-remote2:9103",
            headers: &headers,
        };
        assert_eq!(signature.check_covers(&parts, true), Ok(()), "{name}");
        assert_eq!(signature.verify(&parts, &key.key), Ok(()), "{name}");
        checked += 1;
    }
    assert_eq!(checked, 47);
}

#[test]
fn a_change_of_any_signed_header_breaks_the_signature() {
    let delivery = deliveries("takahe").remove(0);
    let signature = parsed(&delivery);
    let key = recorded_key("takahe", &signature.key_id().unwrap());
    for name in ["host", "date", "digest", "content-type"] {
        let value = delivery.headers[name].to_str().unwrap();
        for at in 0..value.len() {
            let mut bytes = value.as_bytes().to_vec();
            bytes[at] ^= 1;
            let Ok(changed) = HeaderValue::from_bytes(&bytes) else { continue };
            let mut headers = delivery.headers.clone();
            headers.insert(name, changed);
            let parts = RequestParts { headers: &headers, ..delivery.parts() };
            assert_eq!(signature.verify(&parts, &key), Err(SignatureError::Mismatch), "{name} byte {at}");
        }
    }
    let other_path = RequestParts { path_and_query: "/users/franz/inbox", ..delivery.parts() };
    assert_eq!(signature.verify(&other_path, &key), Err(SignatureError::Mismatch));
    let other_method = RequestParts { method: &Method::PUT, ..delivery.parts() };
    assert_eq!(signature.verify(&other_method, &key), Err(SignatureError::Mismatch));
}

#[test]
fn a_signature_is_good_for_an_hour() {
    let delivery = deliveries("snac").remove(0);
    let signature = parsed(&delivery);
    let made = date_of(&delivery.headers);
    let at = |offset_s: i64| signature.check_time(made + offset_s * 1000, &Limits::default());
    assert_eq!(at(3600), Ok(()));
    assert_eq!(at(3601), Err(SignatureError::TooOld));
    assert_eq!(at(-300), Ok(()));
    assert_eq!(at(-301), Err(SignatureError::FromTheFuture));
    let wide = Limits { max_age_ms: 12 * 3_600_000, ..Limits::default() };
    assert_eq!(signature.check_time(made + 11 * 3_600_000, &wide), Ok(()));
}

/// Headers with a signature of our own making over the given list.
fn headers_signing(list: &str, extra: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("date", HeaderValue::from_static("Sat, 21 Nov 2026 23:50:28 GMT"));
    let value = format!(
        "keyId=\"https://a.example/u#key\",headers=\"{list}\",{extra}signature=\"{}\"",
        "AAAA".repeat(64)
    );
    headers.insert("signature", HeaderValue::from_str(&value).unwrap());
    headers
}

fn parts<'a>(headers: &'a HeaderMap, path: &'a str) -> RequestParts<'a> {
    RequestParts {
        method: &Method::POST,
        path_and_query: path,
        scheme: "https",
        authority: "b.example",
        headers,
    }
}

#[test]
fn all_that_matters_must_be_signed() {
    for (list, missing) in [
        ("host date digest", "(request-target)"),
        ("(request-target) date digest", "host"),
        ("(request-target) host digest", "date"),
        ("(request-target) host date", "digest"),
        ("(request-target) host date content-digest", "digest"),
    ] {
        let headers = headers_signing(list, "");
        let signature = ParsedSignature::from_headers(&headers).unwrap();
        let outcome = signature.check_covers(&parts(&headers, "/inbox"), true);
        assert_eq!(outcome, Err(SignatureError::NotCovered(missing)), "{list}");
    }
    let headers = headers_signing("(request-target) host (created)", "created=1795305028,");
    let signature = ParsedSignature::from_headers(&headers).unwrap();
    assert_eq!(signature.check_covers(&parts(&headers, "/users/a"), false), Ok(()));
}

#[test]
fn created_and_expires_stand_in_for_date() {
    let list = "(request-target) host (created) (expires) digest";
    let headers = headers_signing(list, "created=1795305028,expires=\"1795305088\",");
    let signature = ParsedSignature::from_headers(&headers).unwrap();
    let at = |seconds: i64| signature.check_time(seconds * 1000, &Limits::default());
    assert_eq!(at(1_795_305_087), Ok(()));
    assert_eq!(at(1_795_305_088), Err(SignatureError::Expired));
    assert_eq!(at(1_795_305_028 - 301), Err(SignatureError::FromTheFuture));
    // An unsigned `created` says nothing.
    let headers = headers_signing("(request-target) host digest", "created=1795305028,");
    let signature = ParsedSignature::from_headers(&headers).unwrap();
    assert_eq!(
        signature.check_time(1_795_305_028_000, &Limits::default()),
        Err(SignatureError::NotCovered("date"))
    );
}

#[test]
fn odd_signature_headers_are_refused() {
    let rest = "keyId=\"https://a.example/u\",signature=\"AAAA\"";
    for (value, code) in [
        (String::new(), "signature-malformed"),
        (rest.to_owned(), "signature-malformed"),
        (format!("{rest},headers=\"\""), "signature-component"),
        (format!("{rest},headers=\"date  host\""), "signature-component"),
        (format!("{rest},headers=\"date date\""), "signature-doubled"),
        (format!("{rest},headers=\"date Date\""), "signature-doubled"),
        (format!("{rest},headers=\"date\",headers=\"host\""), "signature-doubled"),
        (format!("{rest},headers=\"date\",keyId=\"https://b.example/u\""), "signature-doubled"),
        (format!("{rest},headers=\"date\",algorithm=\"hmac-sha256\""), "signature-algorithm"),
        (format!("{rest},headers=\"date\",algorithm=\"rsa-sha1\""), "signature-algorithm"),
        (format!("{rest},headers=\"(created)\""), "signature-malformed"),
        (format!("{rest},headers=\"(created)\",created=soon"), "signature-malformed"),
        (format!("{rest},headers=\"date\","), "signature-malformed"),
        (format!("{rest},headers=\"da\\\"te\""), "signature-malformed"),
        (format!("Signature {rest},headers=\"date\""), "signature-malformed"),
        ("keyId=\"https://a.example/u\",headers=\"date\",signature=\"?\"".to_owned(), "signature-malformed"),
        ("headers=\"date\",signature=\"AAAA\"".to_owned(), "signature-malformed"),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert("signature", HeaderValue::from_str(&value).unwrap());
        let error = ParsedSignature::from_headers(&headers).unwrap_err();
        assert_eq!(error.code(), code, "{value}");
    }
}

#[test]
fn the_authorization_header_is_no_signature() {
    let delivery = deliveries("snac").remove(0);
    let mut headers = delivery.headers.clone();
    let value = headers.remove("signature").unwrap();
    let value = format!("Signature {}", value.to_str().unwrap());
    headers.insert("authorization", HeaderValue::from_str(&value).unwrap());
    assert_eq!(ParsedSignature::from_headers(&headers), Err(SignatureError::Missing));
}

#[test]
fn a_doubled_header_is_refused_before_anything_else() {
    for name in ["host", "date", "digest", "content-digest", "signature", "signature-input", "content-type"] {
        let mut headers = deliveries("snac").remove(0).headers;
        let value = headers.get(name).cloned().unwrap_or(HeaderValue::from_static("x"));
        headers.insert(name, value.clone());
        headers.append(name, value);
        let error = ParsedSignature::from_headers(&headers).unwrap_err();
        assert_eq!(error, SignatureError::Doubled(name.to_owned()));
        assert!(error.is_bad_request());
    }
}

#[test]
fn a_key_id_must_be_a_url() {
    for key_id in ["acct:a@a.example", "main-key", "https://a:b@a.example/u", ""] {
        let mut headers = HeaderMap::new();
        let value = format!("keyId=\"{key_id}\",headers=\"date\",signature=\"AAAA\"");
        headers.insert("signature", HeaderValue::from_str(&value).unwrap());
        let signature = ParsedSignature::from_headers(&headers).unwrap();
        assert_eq!(signature.key_id(), Err(SignatureError::KeyId), "{key_id}");
    }
}

/// The headers of a request signed by us, and what the receiver knows of it.
fn signed(key: &KeyPair, url: &Iri, body: Option<&[u8]>) -> HeaderMap {
    let method = if body.is_some() { &Method::POST } else { &Method::GET };
    let request = Outgoing { method, url, body, now_ms: 1_795_305_028_000, synchronization: None };
    sign_cavage(&request, &iri("https://a.example/u#main-key"), key).unwrap()
}

#[test]
fn our_own_signatures_hold_with_either_kind_of_key() {
    let url = iri("https://b.example:8443/inbox?x=1");
    for key in [KeyPair::generate_rsa().unwrap(), KeyPair::generate_ed25519().unwrap()] {
        for body in [None, Some(&b"{}"[..])] {
            let headers = signed(&key, &url, body);
            let signature = ParsedSignature::from_headers(&headers).unwrap();
            let method = if body.is_some() { Method::POST } else { Method::GET };
            let parts = RequestParts {
                method: &method,
                path_and_query: "/inbox?x=1",
                scheme: "https",
                authority: "b.example:8443",
                headers: &headers,
            };
            assert_eq!(signature.check_covers(&parts, body.is_some()), Ok(()));
            assert_eq!(signature.check_time(1_795_305_029_000, &Limits::default()), Ok(()));
            assert_eq!(signature.verify(&parts, key.public()), Ok(()));
            assert_eq!(headers["host"], "b.example:8443");
            assert_eq!(headers.contains_key("digest"), body.is_some());
        }
    }
}

#[test]
fn the_query_may_be_left_out_of_the_request_target() {
    let key = KeyPair::generate_ed25519().unwrap();
    let headers = signed(&key, &iri("https://b.example/outbox"), None);
    let signature = ParsedSignature::from_headers(&headers).unwrap();
    let with_query = RequestParts { method: &Method::GET, ..parts(&headers, "/outbox?page=true") };
    assert_eq!(signature.verify(&with_query, key.public()), Ok(()));
    let other_path = RequestParts { method: &Method::GET, ..parts(&headers, "/other?page=true") };
    assert_eq!(signature.verify(&other_path, key.public()), Err(SignatureError::Mismatch));

    // But not where something is changed.
    let headers = signed(&key, &iri("https://b.example/inbox"), Some(b"{}"));
    let signature = ParsedSignature::from_headers(&headers).unwrap();
    assert_eq!(signature.verify(&parts(&headers, "/inbox"), key.public()), Ok(()));
    let posted = parts(&headers, "/inbox?again");
    assert_eq!(signature.verify(&posted, key.public()), Err(SignatureError::Mismatch));
}

#[test]
fn the_named_algorithm_must_be_the_keys() {
    let rsa = KeyPair::generate_rsa().unwrap();
    let headers = signed(&rsa, &iri("https://b.example/inbox"), Some(b"{}"));
    let signature = ParsedSignature::from_headers(&headers).unwrap();
    let other = KeyPair::generate_ed25519().unwrap();
    let outcome = signature.verify(&parts(&headers, "/inbox"), other.public());
    assert_eq!(outcome, Err(SignatureError::WrongKeyKind));
}
