//! FEP-8b32: recorded proofs hold, ours go both ways, and no change goes unnoticed.

use guildhall_activitypub::actor::ActorKey;
use guildhall_activitypub::proof::{Proof, ProofError, prove};
use guildhall_activitypub::{KeyPair, PublicKey};
use serde_json::{Value, json};

use crate::support::{deliveries, documents, iri};

const NOW_MS: i64 = 1_795_305_028_000;
const METHOD: &str = "https://a.example/u#ed25519-key";

#[test]
fn every_recorded_proof_holds() {
    let actors = documents("mitra");
    let mut checked = 0;
    for delivery in deliveries("mitra") {
        let document = delivery.document();
        let proof = match Proof::read(document.value()) {
            Err(ProofError::Missing) => continue,
            proof => proof.unwrap(),
        };
        let method = proof.verification_method().unwrap();
        let key = actors.iter().find_map(|(_, body)| ActorKey::read_document(body, &method)).unwrap();
        assert_eq!(proof.verify(&key.key, NOW_MS), Ok(()), "{}", delivery.name);
        assert!(proof.created().is_some());
        checked += 1;
    }
    assert_eq!(checked, 9);
}

/// The example of vc-di-eddsa, section B.3 (representation `eddsa-jcs-2022`).
#[test]
fn the_vector_of_the_standard_holds() {
    let context =
        json!(["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"]);
    let multikey = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
    let document = json!({
        "@context": context,
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "name": "Alumni Credential",
        "description": "A minimum viable example of an Alumni Credential.",
        "issuer": "https://vc.example/issuers/5678",
        "validFrom": "2023-01-01T00:00:00Z",
        "credentialSubject": { "id": "did:example:abcdefgh", "alumniOf": "The School of Examples" },
        "proof": {
            "@context": context,
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "created": "2023-02-24T23:36:38Z",
            "verificationMethod": format!("did:key:{multikey}#{multikey}"),
            "proofPurpose": "assertionMethod",
            "proofValue":
                "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX",
        },
    });
    let proof = Proof::read(&document).unwrap();
    assert_eq!(proof.verify(&PublicKey::from_multikey(multikey).unwrap(), NOW_MS), Ok(()));
    assert_eq!(proof.verification_method(), Err(ProofError::Malformed("verificationMethod")));
}

fn note() -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", { "n": "as:n" }],
        "id": "https://a.example/1",
        "type": "Create",
        "actor": "https://a.example/u",
        "object": { "id": "https://a.example/2", "content": "ü\u{2028}\"", "n": 1.50, "list": [1, 2, null] },
    })
}

#[test]
fn our_own_proofs_hold() {
    let key = KeyPair::generate_ed25519().unwrap();
    let proved = prove(note(), &iri(METHOD), &key, NOW_MS).unwrap();
    let proof = Proof::read(&proved).unwrap();
    assert_eq!(proof.verification_method(), Ok(iri(METHOD)));
    assert_eq!(proof.created(), Some(NOW_MS));
    assert_eq!(proof.verify(key.public(), NOW_MS), Ok(()));
    let other = KeyPair::generate_ed25519().unwrap();
    assert_eq!(proof.verify(other.public(), NOW_MS), Err(ProofError::Mismatch));
    // The order of members and the spelling of numbers are not part of what is said.
    let respelled = proved.to_string().replace("1.5,", "15e-1,").replace("1.5}", "15e-1}");
    let respelled: Value = serde_json::from_str(&respelled).unwrap();
    assert_eq!(Proof::read(&respelled).unwrap().verify(key.public(), NOW_MS), Ok(()));
}

#[test]
fn any_change_breaks_a_proof() {
    let key = KeyPair::generate_ed25519().unwrap();
    let proved = prove(note(), &iri(METHOD), &key, NOW_MS).unwrap();
    let changes: [(&str, Value); 7] = [
        ("/id", json!("https://a.example/3")),
        ("/object/content", json!("u")),
        ("/object/list/2", json!(false)),
        ("/@context/1/n", json!("as:m")),
        ("/proof/created", json!("2026-11-21T23:50:29Z")),
        ("/proof/verificationMethod", json!("https://a.example/v#key")),
        ("/proof/@context", json!("https://www.w3.org/ns/activitystreams")),
    ];
    for (pointer, value) in changes {
        let mut document = proved.clone();
        *document.pointer_mut(pointer).unwrap() = value;
        let outcome = Proof::read(&document).and_then(|proof| proof.verify(key.public(), NOW_MS));
        let error = outcome.unwrap_err();
        assert!(matches!(error, ProofError::Mismatch | ProofError::Context), "{pointer}: {error}");
    }
    let mut added = proved;
    added["extra"] = json!(1);
    assert_eq!(Proof::read(&added).unwrap().verify(key.public(), NOW_MS), Err(ProofError::Mismatch));
}

#[test]
fn proofs_that_do_not_repeat_the_context_hold_too() {
    // Fedify signs with the document's context and sends the proof without it.
    let key = KeyPair::generate_ed25519().unwrap();
    let mut proved = prove(note(), &iri(METHOD), &key, NOW_MS).unwrap();
    proved["proof"].as_object_mut().unwrap().remove("@context").unwrap();
    assert_eq!(Proof::read(&proved).unwrap().verify(key.public(), NOW_MS), Ok(()));
}

#[test]
fn odd_proofs_are_refused() {
    let key = KeyPair::generate_ed25519().unwrap();
    let proved = prove(note(), &iri(METHOD), &key, NOW_MS).unwrap();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut changed = proved.clone();
        change(&mut changed["proof"]);
        Proof::read(&changed).map(|_| ()).unwrap_err()
    };
    assert_eq!(with(&|proof| *proof = Value::Null), ProofError::Missing);
    assert_eq!(with(&|proof| *proof = json!([proof.clone(), proof.clone()])), ProofError::Several);
    assert_eq!(with(&|proof| proof["cryptosuite"] = json!("eddsa-rdfc-2022")), ProofError::UnknownSuite);
    assert_eq!(with(&|proof| proof["proofPurpose"] = json!("authentication")), ProofError::UnknownSuite);
    assert_eq!(with(&|proof| proof["proofValue"] = json!("z111")), ProofError::Malformed("proofValue"));
    assert_eq!(
        with(&|proof| proof["proofValue"] = json!("z".repeat(5000))),
        ProofError::Malformed("proofValue")
    );
    assert_eq!(with(&|proof| proof["created"] = json!("now")), ProofError::Malformed("created"));
    assert_eq!(
        with(&|proof| proof["verificationMethod"] = json!(null)),
        ProofError::Malformed("verificationMethod")
    );
    let rsa = KeyPair::generate_rsa().unwrap();
    assert_eq!(prove(note(), &iri(METHOD), &rsa, NOW_MS), Err(ProofError::WrongKeyKind));
    let proof = Proof::read(&proved).unwrap();
    assert_eq!(proof.verify(rsa.public(), NOW_MS), Err(ProofError::WrongKeyKind));
}

#[test]
fn an_expired_proof_is_refused() {
    let key = KeyPair::generate_ed25519().unwrap();
    let mut proved = prove(note(), &iri(METHOD), &key, NOW_MS).unwrap();
    proved["proof"]["expires"] = json!("2026-11-21T23:50:28Z");
    assert_eq!(Proof::read(&proved).unwrap().verify(key.public(), NOW_MS), Err(ProofError::Expired));
}
