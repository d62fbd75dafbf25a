//! A group passing things on: `Announce` of an activity in its original bytes (FEP-1b12), or of an object's id.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::{Envelope, context};
use crate::proof::{ProofError, prove};
use crate::{Iri, KeyPair};

/// `Announce` of an object by its id, as microblogs boost.
pub fn announce_id(envelope: &Envelope<'_>, object: &Iri) -> Value {
    let mut members = envelope.members("Announce", context::plain());
    members.put("object", object.as_str());
    members.into_value()
}

/// `Announce` of an activity, byte for byte as it came, so that its proof still holds. Gives the bytes to send.
///
/// # Errors
/// The activity is no JSON.
pub fn announce_activity(envelope: &Envelope<'_>, activity: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    let outer = envelope.members("Announce", context::plain()).into_value();
    embed(&outer, serde_json::from_slice(activity)?)
}

/// The same with a proof by the group (FEP-8b32), so that the receiver need not ask us.
///
/// # Errors
/// [`ProofError::Failed`] when the activity is no JSON; [`ProofError::WrongKeyKind`] for an RSA key.
pub fn announce_activity_proved(
    envelope: &Envelope<'_>,
    activity: &[u8],
    method: &Iri,
    key: &KeyPair,
    now_ms: i64,
) -> Result<Vec<u8>, ProofError> {
    let raw: &RawValue = serde_json::from_slice(activity).map_err(|_| ProofError::Failed)?;
    let mut members = envelope.members("Announce", context::with_proof(context::plain()));
    members.put("object", serde_json::from_slice::<Value>(activity).map_err(|_| ProofError::Failed)?);
    let proved = prove(members.into_value(), method, key, now_ms)?;
    embed(&proved, raw).map_err(|_| ProofError::Failed)
}

/// Writes the outer object with `object` replaced by the raw text.
fn embed(outer: &Value, object: &RawValue) -> Result<Vec<u8>, serde_json::Error> {
    let mut members = BTreeMap::new();
    for (name, value) in outer.as_object().into_iter().flatten() {
        members.insert(name.as_str(), to_raw_value(value)?);
    }
    members.insert("object", object.to_owned());
    serde_json::to_vec(&members)
}
