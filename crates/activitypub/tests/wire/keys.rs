//! Keys in all forms in which actors publish them and we keep them.

use guildhall_activitypub::actor::ActorKey;
use guildhall_activitypub::key::{KeyError, KeyKind};
use guildhall_activitypub::{ActorDocument, KeyPair, PublicKey};

use crate::support::{RECORDED_RAW, documents, iri};

/// PKCS#1 PEM of 2048 bits, made with `openssl rsa -RSAPublicKey_out`, and the same key as SPKI.
const PKCS1: &str = include_str!("keys/pkcs1.pem");
const SPKI: &str = include_str!("keys/spki.pem");
/// SPKI PEM of 1024 bits.
const SHORT: &str = include_str!("keys/short.pem");

#[test]
fn both_pem_forms_of_an_rsa_key_are_the_same_key() {
    let key = PublicKey::from_pem(SPKI).unwrap();
    assert_eq!(key.kind(), KeyKind::Rsa);
    assert_eq!(PublicKey::from_pem(PKCS1).unwrap(), key);
    assert_eq!(key.to_pem(), SPKI);
    assert_eq!(PublicKey::from_multikey(&key.to_multikey()).unwrap(), key);
    // As one program's JSON had it: without line breaks, or with escaped ones.
    assert_eq!(PublicKey::from_pem(&SPKI.replace('\n', "")).unwrap(), key);
    assert_eq!(PublicKey::from_pem(&SPKI.replace('\n', "\\n")).unwrap(), key);
    assert_eq!(PublicKey::from_pem(&SPKI.replace('\n', "\r\n")).unwrap(), key);
}

#[test]
fn short_and_damaged_keys_are_refused() {
    assert_eq!(PublicKey::from_pem(SHORT).unwrap_err(), KeyError::Rejected);
    for text in [
        "",
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END RSA PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\n????\n-----END PUBLIC KEY-----",
    ] {
        assert_eq!(PublicKey::from_pem(text).unwrap_err(), KeyError::Malformed, "{text}");
    }
    let private = SPKI.replace("PUBLIC KEY", "PRIVATE KEY");
    assert_eq!(PublicKey::from_pem(&private).unwrap_err(), KeyError::UnknownKind);
    for (text, error) in [
        ("", KeyError::Malformed),
        ("z", KeyError::Malformed),
        ("u6Mk", KeyError::Malformed),
        ("z0OIl", KeyError::Malformed),
        ("zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169", KeyError::UnknownKind),
    ] {
        assert_eq!(PublicKey::from_multikey(text).unwrap_err(), error, "{text}");
    }
}

#[test]
fn both_kinds_survive_being_kept_as_text_and_as_pkcs8() {
    for pair in [KeyPair::generate_rsa().unwrap(), KeyPair::generate_ed25519().unwrap()] {
        let public = pair.public();
        assert_eq!(PublicKey::from_text(&public.to_text()).unwrap(), *public);
        assert_eq!(PublicKey::from_pem(&public.to_pem()).unwrap(), *public);
        assert_eq!(PublicKey::from_multikey(&public.to_multikey()).unwrap(), *public);
        let again = KeyPair::from_pkcs8(&pair.to_pkcs8().unwrap()).unwrap();
        assert_eq!(again.public(), public);
        let signature = again.sign(b"text").unwrap();
        assert!(public.verifies(b"text", &signature));
        assert!(!public.verifies(b"texs", &signature));
    }
    assert_eq!(KeyPair::from_pkcs8(b"no key").unwrap_err(), KeyError::Malformed);
}

#[test]
fn printing_a_pair_shows_the_public_half_only() {
    let pair = KeyPair::generate_ed25519().unwrap();
    assert_eq!(format!("{pair:?}"), format!("KeyPair(PublicKey({}))", pair.public().to_multikey()));
}

#[test]
fn multikeys_of_ed25519_begin_with_z6mk() {
    let key = KeyPair::generate_ed25519().unwrap().public().to_multikey();
    assert!(key.starts_with("z6Mk") && key.len() == 48, "{key}");
}

#[test]
fn every_recorded_actor_has_keys_that_it_owns() {
    let mut seen = 0;
    for software in RECORDED_RAW {
        for (name, body) in documents(software) {
            let Ok(actor) = ActorDocument::read(&body) else { continue };
            assert!(!actor.keys.is_empty(), "{software} {name}");
            assert!(actor.keys.iter().all(|key| key.owner.as_ref() == Some(&actor.id)), "{software} {name}");
            seen += 1;
        }
    }
    assert_eq!(seen, 11);
}

#[test]
fn a_key_is_found_in_a_stub_too() {
    // GoToSocial serves an actor without inbox under the key's own id.
    let (_, stub) =
        documents("gotosocial").into_iter().find(|(name, _)| name == "doc-main-key.json").unwrap();
    assert!(ActorDocument::read(&stub).is_err());
    let key_id = iri("https://gts.test/users/alice/main-key");
    let found = ActorKey::read_document(&stub, &key_id).unwrap();
    assert_eq!(found.owner, Some(iri("https://gts.test/users/alice")));
    assert_eq!(ActorKey::read_document(&stub, &iri("https://gts.test/users/bob/main-key")), None);
}
