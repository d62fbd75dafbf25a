//! `Collection-Synchronization` is signed with the rest.

use guildhall_activitypub::KeyPair;
use guildhall_activitypub::key::KeyError;
use guildhall_activitypub::signature::{
    Outgoing, ParsedSignature, RequestParts, SignatureError, sign_cavage, sign_rfc9421,
};
use guildhall_activitypub::synchronization::COLLECTION_SYNCHRONIZATION;
use http::{HeaderMap, HeaderValue, Method};

use crate::support::iri;

type Sign = fn(&Outgoing<'_>, &guildhall_activitypub::Iri, &KeyPair) -> Result<HeaderMap, KeyError>;

#[test]
fn what_is_said_of_followers_is_covered_by_the_signature() {
    let (key, url) = (KeyPair::generate_ed25519().unwrap(), iri("https://b.example/inbox"));
    for sign in [sign_cavage as Sign, sign_rfc9421] {
        let request = Outgoing {
            method: &Method::POST,
            url: &url,
            body: Some(b"{}"),
            now_ms: 1_795_305_028_000,
            synchronization: Some("collectionId=\"https://a.example/g/followers\""),
        };
        let mut headers = sign(&request, &iri("https://a.example/u#main-key"), &key).unwrap();
        let signature = ParsedSignature::from_headers(&headers).unwrap();
        assert!(signature.covered().any(|name| name == COLLECTION_SYNCHRONIZATION));
        let verify = |headers: &HeaderMap| {
            let parts = RequestParts {
                method: &Method::POST,
                path_and_query: "/inbox",
                scheme: "https",
                authority: "b.example",
                headers,
            };
            signature.verify(&parts, key.public())
        };
        assert_eq!(verify(&headers), Ok(()));
        headers.insert(
            COLLECTION_SYNCHRONIZATION,
            HeaderValue::from_static("collectionId=\"https://c.example\""),
        );
        assert_eq!(verify(&headers), Err(SignatureError::Mismatch));
    }
}
