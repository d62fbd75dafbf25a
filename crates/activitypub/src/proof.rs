//! Object integrity proofs (FEP-8b32, suite `eddsa-jcs-2022`): who wrote a document, whoever passes it on.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::key::{KeyError, KeyKind};
use crate::{Iri, KeyPair, PublicKey, read};

/// The longest proof value read, in characters: 64 bytes are at most 88.
const MAX_VALUE: usize = 100;

/// The proof of a document, read but not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    verification_method: String,
    created: Option<i64>,
    expires: Option<i64>,
    signature: Vec<u8>,
    /// What may have been signed: the proof's options as sent, or with the document's `@context` (Fedify).
    messages: Vec<[u8; 64]>,
}

/// Why a proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// There is none.
    #[error("no proof")]
    Missing,
    /// More than one.
    #[error("more than one proof")]
    Several,
    /// Another suite, or another purpose than `assertionMethod`.
    #[error("not an `eddsa-jcs-2022` proof of assertion")]
    UnknownSuite,
    /// A field is missing or makes no sense.
    #[error("`proof.{0}` cannot be read")]
    Malformed(&'static str),
    /// The proof's `@context` is not the beginning of the document's.
    #[error("the proof is about another `@context`")]
    Context,
    /// Past its own `expires`.
    #[error("the proof has expired")]
    Expired,
    /// The key is not an Ed25519 key.
    #[error("the key is not an Ed25519 key")]
    WrongKeyKind,
    /// It was not made with this key over this document.
    #[error("the proof does not match")]
    Mismatch,
    /// The document has no canonical form, or signing failed.
    #[error("the document cannot be proved")]
    Failed,
}

impl ProofError {
    /// A stable name, for metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "proof-missing",
            Self::Several => "proof-several",
            Self::UnknownSuite => "proof-suite",
            Self::Malformed(_) => "proof-malformed",
            Self::Context => "proof-context",
            Self::Expired => "proof-expired",
            Self::WrongKeyKind => "proof-key-kind",
            Self::Mismatch => "proof-mismatch",
            Self::Failed => "proof-failed",
        }
    }
}

impl From<KeyError> for ProofError {
    fn from(_: KeyError) -> Self {
        Self::Failed
    }
}

impl Proof {
    /// Reads the document's `proof`.
    ///
    /// # Errors
    /// [`ProofError::Missing`] when there is none.
    pub fn read(document: &Value) -> Result<Self, ProofError> {
        let mut proofs = read::items(document, "proof");
        let proof = proofs.next().ok_or(ProofError::Missing)?;
        if proofs.next().is_some() {
            return Err(ProofError::Several);
        }
        let says = |field: &str, wanted: &str| proof.get(field).and_then(Value::as_str) == Some(wanted);
        let known = says("type", "DataIntegrityProof")
            && says("cryptosuite", "eddsa-jcs-2022")
            && says("proofPurpose", "assertionMethod");
        if !known {
            return Err(ProofError::UnknownSuite);
        }
        let method = read::string(proof, "verificationMethod");
        Ok(Self {
            verification_method: method.ok_or(ProofError::Malformed("verificationMethod"))?,
            created: optional_time(proof, "created")?,
            expires: optional_time(proof, "expires")?,
            signature: signature(proof)?,
            messages: messages(document, proof)?,
        })
    }

    /// The id of the key it says to be made with. Its owner has to be the author.
    ///
    /// # Errors
    /// [`ProofError::Malformed`] when it is no http(s) URL (`did:key` names no author).
    pub fn verification_method(&self) -> Result<Iri, ProofError> {
        Iri::parse(&self.verification_method).map_err(|_| ProofError::Malformed("verificationMethod"))
    }

    /// When it was made, in milliseconds.
    pub fn created(&self) -> Option<i64> {
        self.created
    }

    /// Checks the proof with the key of [`Proof::verification_method`].
    pub fn verify(&self, key: &PublicKey, now_ms: i64) -> Result<(), ProofError> {
        if key.kind() != KeyKind::Ed25519 {
            return Err(ProofError::WrongKeyKind);
        }
        if self.expires.is_some_and(|expires| expires <= now_ms) {
            return Err(ProofError::Expired);
        }
        let holds = self.messages.iter().any(|message| key.verifies(message, &self.signature));
        if holds { Ok(()) } else { Err(ProofError::Mismatch) }
    }
}

/// Adds a proof to a document that has none; a proof that is there is replaced.
///
/// # Errors
/// [`ProofError::WrongKeyKind`] for an RSA key; [`ProofError::Failed`] for what is no JSON object.
pub fn prove(document: Value, method: &Iri, key: &KeyPair, now_ms: i64) -> Result<Value, ProofError> {
    if key.kind() != KeyKind::Ed25519 {
        return Err(ProofError::WrongKeyKind);
    }
    let Value::Object(mut members) = document else { return Err(ProofError::Failed) };
    members.remove("proof");
    // Whole seconds: every program prints those alike.
    let created = Timestamp::from_second(now_ms.div_euclid(1000)).map_err(|_| ProofError::Failed)?;
    let mut options = json!({
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "proofPurpose": "assertionMethod",
        "verificationMethod": method.as_str(),
        "created": created.to_string(),
    });
    // Said outright, so that both ways of verifying see the same.
    if let Some(context) = members.get("@context") {
        options["@context"] = context.clone();
    }
    let document = Value::Object(members);
    let signature = key.sign(&message(&options, &document)?)?;
    options["proofValue"] = Value::String(format!("z{}", bs58::encode(signature).into_string()));
    let Value::Object(mut members) = document else { return Err(ProofError::Failed) };
    members.insert("proof".to_owned(), options);
    Ok(Value::Object(members))
}

fn optional_time(proof: &Value, field: &'static str) -> Result<Option<i64>, ProofError> {
    if read::first(proof, field).is_none() {
        return Ok(None);
    }
    read::time(proof, field).map(Some).ok_or(ProofError::Malformed(field))
}

fn signature(proof: &Value) -> Result<Vec<u8>, ProofError> {
    let malformed = ProofError::Malformed("proofValue");
    let text = proof.get("proofValue").and_then(Value::as_str).and_then(|text| text.strip_prefix('z'));
    let digits = text.filter(|digits| digits.len() <= MAX_VALUE).ok_or(malformed.clone())?;
    bs58::decode(digits).into_vec().ok().filter(|bytes| bytes.len() == 64).ok_or(malformed)
}

fn messages(document: &Value, proof: &Value) -> Result<Vec<[u8; 64]>, ProofError> {
    let mut options = proof.as_object().cloned().ok_or(ProofError::UnknownSuite)?;
    options.remove("proofValue");
    let mut unsecured = document.as_object().cloned().ok_or(ProofError::Failed)?;
    unsecured.remove("proof");
    if let Some(context) = options.get("@context") {
        let whole = unsecured.get("@context").unwrap_or(&Value::Null);
        if !starts_with(whole, context) {
            return Err(ProofError::Context);
        }
        let context = context.clone();
        unsecured.insert("@context".to_owned(), context);
        return Ok(vec![message(&Value::Object(options), &Value::Object(unsecured))?]);
    }
    let unsecured = Value::Object(unsecured);
    let as_sent = message(&Value::Object(options.clone()), &unsecured)?;
    let Some(context) = unsecured.get("@context") else { return Ok(vec![as_sent]) };
    let with_context: Map<_, _> =
        options.into_iter().chain([("@context".to_owned(), context.clone())]).collect();
    Ok(vec![as_sent, message(&Value::Object(with_context), &unsecured)?])
}

/// Whether the document's context is the proof's, or begins with it (vc-di-eddsa section 3.3.2).
fn starts_with(whole: &Value, beginning: &Value) -> bool {
    match (whole, beginning) {
        (Value::Array(whole), Value::Array(beginning)) => whole.starts_with(beginning),
        (Value::Array(whole), one) => whole.first() == Some(one),
        (whole, beginning) => whole == beginning,
    }
}

/// SHA-256 of the options, then SHA-256 of the document, both canonical (RFC 8785).
fn message(options: &Value, document: &Value) -> Result<[u8; 64], ProofError> {
    let mut message = [0; 64];
    message[..32].copy_from_slice(&hash(options)?);
    message[32..].copy_from_slice(&hash(document)?);
    Ok(message)
}

fn hash(value: &Value) -> Result<[u8; 32], ProofError> {
    let canonical = serde_json_canonicalizer::to_vec(value).map_err(|_| ProofError::Failed)?;
    digest(&SHA256, &canonical).as_ref().try_into().map_err(|_| ProofError::Failed)
}
