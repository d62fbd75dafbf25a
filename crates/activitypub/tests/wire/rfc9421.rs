//! RFC 9421: the vectors of its appendix, the crate `httpsig` as a second opinion, and what is refused.

use guildhall_activitypub::signature::{
    Limits, Outgoing, ParsedSignature, RequestParts, Scheme, SignatureError, sign_rfc9421,
};
use guildhall_activitypub::{Iri, KeyPair, PublicKey, digest};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use httpsig::prelude::{
    AlgorithmName, HttpSignatureBase, HttpSignatureHeaders, HttpSignatureParams, PublicKey as TheirPublicKey,
    SecretKey, message_component::HttpMessageComponent,
};

use crate::support::iri;

const NOW_MS: i64 = 1_795_305_028_000;

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn parts<'a>(headers: &'a HeaderMap, method: &'a Method, path_and_query: &'a str) -> RequestParts<'a> {
    RequestParts { method, path_and_query, scheme: "https", authority: "example.com", headers }
}

/// RFC 9421, section B.2: the request of all examples, with the signature of section B.2.6.
fn appendix_headers() -> HeaderMap {
    headers(&[
        ("host", "example.com"),
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("content-type", "application/json"),
        (
            "content-digest",
            "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
        ),
        ("content-length", "18"),
        (
            "signature-input",
            "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")\
             ;created=1618884473;keyid=\"test-key-ed25519\"",
        ),
        (
            "signature",
            "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
        ),
    ])
}

/// RFC 9421, section B.1.4.
const TEST_KEY_ED25519: &str = "-----BEGIN PUBLIC KEY-----\n\
    MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n\
    -----END PUBLIC KEY-----\n";

#[test]
fn the_vector_of_appendix_b_2_6_holds() {
    let headers = appendix_headers();
    let signature = ParsedSignature::from_headers(&headers).unwrap();
    assert_eq!(signature.scheme(), Scheme::Rfc9421);
    assert_eq!(
        signature.covered().collect::<Vec<_>>(),
        ["date", "@method", "@path", "@authority", "content-type", "content-length"]
    );
    let key = PublicKey::from_pem(TEST_KEY_ED25519).unwrap();
    let request = parts(&headers, &Method::POST, "/foo?param=Value&Pet=dog");
    assert_eq!(signature.verify(&request, &key), Ok(()));
    assert_eq!(digest::check(&headers, b"{\"hello\": \"world\"}"), Ok(()));
    // It is a fine signature and not enough for an inbox.
    assert_eq!(signature.key_id(), Err(SignatureError::KeyId));
    assert_eq!(signature.check_covers(&request, true), Err(SignatureError::NotCovered("@query")));

    let get = parts(&headers, &Method::GET, "/foo?param=Value&Pet=dog");
    assert_eq!(signature.verify(&get, &key), Err(SignatureError::Mismatch));
}

fn sign(key: &KeyPair, url: &Iri, body: Option<&[u8]>) -> HeaderMap {
    let method = if body.is_some() { &Method::POST } else { &Method::GET };
    let request = Outgoing { method, url, body, now_ms: NOW_MS, synchronization: None };
    sign_rfc9421(&request, &iri("https://a.example/u#main-key"), key).unwrap()
}

#[test]
fn our_own_signatures_hold_with_either_kind_of_key() {
    for key in [KeyPair::generate_rsa().unwrap(), KeyPair::generate_ed25519().unwrap()] {
        for body in [None, Some(&b"{}"[..])] {
            let headers = sign(&key, &iri("https://example.com/inbox?x=1"), body);
            let method = if body.is_some() { Method::POST } else { Method::GET };
            let request = parts(&headers, &method, "/inbox?x=1");
            let signature = ParsedSignature::from_headers(&headers).unwrap();
            assert_eq!(signature.check_covers(&request, body.is_some()), Ok(()));
            assert_eq!(signature.check_time(NOW_MS + 1000, &Limits::default()), Ok(()));
            assert_eq!(signature.key_id().unwrap().as_str(), "https://a.example/u#main-key");
            assert_eq!(signature.verify(&request, key.public()), Ok(()));
            if let Some(body) = body {
                assert_eq!(digest::check(&headers, body), Ok(()));
            }

            let http = RequestParts { scheme: "http", ..request };
            assert_eq!(signature.verify(&http, key.public()), Err(SignatureError::Mismatch));
            let other_host = RequestParts { authority: "other.example", ..request };
            assert_eq!(signature.verify(&other_host, key.public()), Err(SignatureError::Mismatch));
            let other_query = RequestParts { path_and_query: "/inbox?x=2", ..request };
            assert_eq!(signature.verify(&other_query, key.public()), Err(SignatureError::Mismatch));
        }
    }
}

#[test]
fn httpsig_accepts_what_we_sign() {
    let key = KeyPair::generate_ed25519().unwrap();
    let headers = sign(&key, &iri("https://example.com/inbox"), Some(b"{}"));
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    let found = HttpSignatureHeaders::try_parse(&text("signature"), &text("signature-input")).unwrap();
    let signature = &found["sig1"];
    let lines: Vec<_> = [
        "\"@method\": POST".to_owned(),
        "\"@target-uri\": https://example.com/inbox".to_owned(),
        format!("\"content-digest\": {}", text("content-digest")),
    ]
    .iter()
    .map(|line| HttpMessageComponent::try_from(line.as_str()).unwrap())
    .collect();
    let base = HttpSignatureBase::try_new(&lines, signature.signature_params()).unwrap();
    let theirs = TheirPublicKey::from_pem(&AlgorithmName::Ed25519, &key.public().to_pem()).unwrap();
    base.verify_signature_headers(&theirs, signature).unwrap();

    let other = KeyPair::generate_ed25519().unwrap();
    let theirs = TheirPublicKey::from_pem(&AlgorithmName::Ed25519, &other.public().to_pem()).unwrap();
    base.verify_signature_headers(&theirs, signature).unwrap_err();
}

#[test]
fn we_accept_what_httpsig_signs() {
    let key = KeyPair::generate_ed25519().unwrap();
    let theirs = SecretKey::from_der(&AlgorithmName::Ed25519, &key.to_pkcs8().unwrap()).unwrap();
    let digest = digest::content_digest_header(b"{}");
    let lines: Vec<_> = [
        "\"@method\": POST".to_owned(),
        "\"@authority\": example.com".to_owned(),
        "\"@path\": /inbox".to_owned(),
        "\"@query\": ?a=b".to_owned(),
        format!("\"content-digest\": {digest}"),
        "\"content-type\": application/activity+json".to_owned(),
    ]
    .iter()
    .map(|line| HttpMessageComponent::try_from(line.as_str()).unwrap())
    .collect();
    let ids: Vec<_> = lines.iter().map(|line| line.id.clone()).collect();
    let mut parameters = HttpSignatureParams::try_new(&ids).unwrap();
    parameters.set_created(1_795_305_028).set_keyid("https://a.example/u#ed25519-key").set_tag("x");
    parameters.set_random_nonce();
    let base = HttpSignatureBase::try_new(&lines, &parameters).unwrap();
    let signed = base.build_signature_headers(&theirs, Some("theirs")).unwrap();
    let headers = headers(&[
        ("host", "example.com"),
        ("content-digest", &digest),
        ("content-type", "application/activity+json"),
        ("signature", &signed.signature_header_value()),
        ("signature-input", &signed.signature_input_header_value()),
    ]);
    let signature = ParsedSignature::from_headers(&headers).unwrap();
    let request = parts(&headers, &Method::POST, "/inbox?a=b");
    assert_eq!(signature.check_covers(&request, true), Ok(()));
    assert_eq!(signature.check_time(NOW_MS, &Limits::default()), Ok(()));
    assert_eq!(signature.verify(&request, key.public()), Ok(()));
    let other = parts(&headers, &Method::POST, "/inbox?a=c");
    assert_eq!(signature.verify(&other, key.public()), Err(SignatureError::Mismatch));
}

fn parse(input: &str, signature: &str) -> Result<ParsedSignature, SignatureError> {
    ParsedSignature::from_headers(&headers(&[("signature-input", input), ("signature", signature)]))
}

#[test]
fn all_that_matters_must_be_signed() {
    let empty = HeaderMap::new();
    for (list, path, missing) in [
        ("\"@target-uri\" \"content-digest\"", "/inbox", Some("@method")),
        ("\"@method\" \"content-digest\"", "/inbox", Some("@target-uri")),
        ("\"@method\" \"@path\" \"content-digest\"", "/inbox", Some("@target-uri")),
        ("\"@method\" \"@authority\" \"content-digest\"", "/inbox", Some("@target-uri")),
        ("\"@method\" \"@target-uri\"", "/inbox", Some("content-digest")),
        ("\"@method\" \"@target-uri\" \"digest\"", "/inbox", Some("content-digest")),
        ("\"@method\" \"@authority\" \"@path\" \"content-digest\"", "/inbox", None),
        ("\"@method\" \"@authority\" \"@path\" \"content-digest\"", "/inbox?x", Some("@query")),
        ("\"@method\" \"@authority\" \"@request-target\" \"content-digest\"", "/inbox?x", None),
    ] {
        let input = format!("s=({list});created=1;keyid=\"https://a.example/u\"");
        let signature = parse(&input, "s=:AAAA:").unwrap();
        let outcome = signature.check_covers(&parts(&empty, &Method::POST, path), true);
        assert_eq!(outcome, missing.map_or(Ok(()), |name| Err(SignatureError::NotCovered(name))), "{list}");
    }
    let timeless =
        parse("s=(\"@method\" \"@target-uri\");keyid=\"https://a.example/u\"", "s=:AAAA:").unwrap();
    let outcome = timeless.check_covers(&parts(&empty, &Method::GET, "/"), false);
    assert_eq!(outcome, Err(SignatureError::NotCovered("created")));
}

#[test]
fn odd_signature_headers_are_refused() {
    let good = "s=(\"@method\");created=1;keyid=\"https://a.example/u\"";
    parse(good, "s=:AAAA:").unwrap();
    for (input, signature, code) in [
        (good.to_owned(), "t=:AAAA:", "signature-malformed"),
        (good.to_owned(), "s=AAAA", "signature-malformed"),
        (good.to_owned(), "s=:?:", "signature-malformed"),
        (good.to_owned(), "s=:AAAA:, t=:AAAA:", "signature-several"),
        (format!("{good}, t=(\"date\")"), "s=:AAAA:", "signature-several"),
        (format!("{good};created=2"), "s=:AAAA:", "signature-doubled"),
        (format!("{good};alg=\"hmac-sha256\""), "s=:AAAA:", "signature-algorithm"),
        (format!("{good};alg=\"rsa-pss-sha512\""), "s=:AAAA:", "signature-algorithm"),
        (format!("{good};expires=soon"), "s=:AAAA:", "signature-malformed"),
        (format!("{good} x"), "s=:AAAA:", "signature-malformed"),
        (
            "s=(\"@method\" \"@method\");keyid=\"https://a.example/u\"".to_owned(),
            "s=:AAAA:",
            "signature-doubled",
        ),
        ("s=(\"date\";sf);keyid=\"https://a.example/u\"".to_owned(), "s=:AAAA:", "signature-component"),
        ("s=(\"@status\");keyid=\"https://a.example/u\"".to_owned(), "s=:AAAA:", "signature-component"),
        ("s=(\"@method\";keyid=\"https://a.example/u\"".to_owned(), "s=:AAAA:", "signature-component"),
        ("s=();created=1".to_owned(), "s=:AAAA:", "signature-malformed"),
        ("s".to_owned(), "s=:AAAA:", "signature-malformed"),
        // No structured fields (RFC 9651): a key and a token begin with a letter, and a key is in lower case.
        (good.replacen('s', "1s", 1), "1s=:AAAA:", "signature-malformed"),
        (good.to_owned(), "\ts=:AAAA:", "signature-malformed"),
        (good.replacen('s', "S", 1), "S=:AAAA:", "signature-malformed"),
        (format!("{good};Nonce=1"), "s=:AAAA:", "signature-malformed"),
        (format!("{good};nonce=-a"), "s=:AAAA:", "signature-malformed"),
        (format!("{good};nonce=.a"), "s=:AAAA:", "signature-malformed"),
    ] {
        let error = parse(&input, signature).unwrap_err();
        assert_eq!(error.code(), code, "{input} / {signature}");
    }
    let without_signature = headers(&[("signature-input", good)]);
    assert_eq!(ParsedSignature::from_headers(&without_signature), Err(SignatureError::Missing));
}

#[test]
fn expires_is_honoured() {
    let input =
        "s=(\"@method\" \"@target-uri\");created=1795305028;expires=1795305038;keyid=\"https://a.example/u\"";
    let signature = parse(input, "s=:AAAA:").unwrap();
    assert_eq!(signature.check_time(NOW_MS + 9_000, &Limits::default()), Ok(()));
    assert_eq!(signature.check_time(NOW_MS + 10_000, &Limits::default()), Err(SignatureError::Expired));
}
