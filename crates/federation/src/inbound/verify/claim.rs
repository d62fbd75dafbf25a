//! Steps 10 to 12: what the request claims, as far as it can be judged by itself.

use guildhall_activitypub::signature::ParsedSignature;
use guildhall_activitypub::{Activity, Document, Iri, Verb};

use super::{Authentication, Rejection, VerifiedActivity, standing};
use crate::Federation;
use crate::fetch::KnownKey;

/// What a request claims to be: nothing of it is proved.
pub(super) struct Claim {
    pub(super) document: Document,
    pub(super) activity: Activity,
}

/// How the request came from the actor to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Signed at the actor's own origin.
    Direct,
    /// Passed on by another host.
    Forwarded,
}

/// Step 10: the key may be asked for at all, and is not on a blocked host.
pub(super) async fn key_id(federation: &Federation, signature: &ParsedSignature) -> Result<Iri, Rejection> {
    let key_id = signature.key_id()?;
    if key_id.as_str().len() > federation.config.limits.inbox.key_id_bytes {
        return Err(Rejection::KeyId("too long"));
    }
    if federation.fetcher.is_own(&key_id) {
        return Err(Rejection::KeyId("it would be a key of this server"));
    }
    if federation.net.guard().check(&key_id).is_err() {
        return Err(Rejection::KeyId("it is not at an address that may be asked"));
    }
    standing::not_blocked(federation, &key_id).await?;
    Ok(key_id)
}

impl Claim {
    /// Step 11: a JSON object of limited depth with `id`, `type` and one `actor`; of a known type, with what that needs.
    pub(super) fn read(body: &[u8]) -> Result<Self, Rejection> {
        let document = Document::parse(body)?;
        let activity = Activity::read(&document)?;
        if matches!(activity.verb, Verb::Unknown(_)) {
            return Err(Rejection::UnknownType);
        }
        Ok(Self { document, activity })
    }

    /// Step 12, first half: which origins have to agree, and whether they do.
    pub(super) fn way(&self, key_id: &Iri) -> Result<Way, Rejection> {
        let Activity { id, actor, .. } = &self.activity;
        if !id.same_origin(actor) {
            return Err(Rejection::ForeignId);
        }
        Ok(if key_id.same_origin(actor) { Way::Direct } else { Way::Forwarded })
    }

    /// Step 14, second half: the key is the actor's own.
    pub(super) fn signed_by(self, signer: KnownKey) -> Result<VerifiedActivity, Rejection> {
        if signer.owner_ap_id.as_str() != self.activity.actor.as_str() {
            return Err(Rejection::KeyOfAnother);
        }
        let actor = (signer.owner, signer.owner_ap_id);
        Ok(VerifiedActivity::of_parts(self.activity, self.document, actor, Authentication::Signature))
    }

    /// Whether it says that its actor itself is deleted.
    pub(super) fn deletes_its_actor(&self) -> bool {
        matches!(&self.activity.verb, Verb::Delete(deletion) if deletion.object == self.activity.actor)
    }

    /// Whether it says that its actor itself has changed.
    pub(super) fn updates_its_actor(&self) -> bool {
        use guildhall_activitypub::activity::Payload;
        match &self.activity.verb {
            Verb::Update(Payload::Actor(actor)) => actor.id == self.activity.actor,
            Verb::Update(Payload::Id(id)) => *id == self.activity.actor,
            _ => false,
        }
    }
}
