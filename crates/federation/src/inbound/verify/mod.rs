//! The inbox check list of SECURITY-CASES.md, in its order. What passes is a [`VerifiedActivity`]; nothing else makes one.
//!
//! Everything that can be checked without the network is checked before anything is fetched, and nothing is fetched
//! because of an unverified request but the key of its signer.
//!
//! | steps | where |
//! |---|---|
//! | 1 to 3: type, size, rate | `crate::routes` |
//! | 4, 5: double headers, host | `head` |
//! | 6 to 9: digest, signature, time | `head` |
//! | 10, 11: key id and its host, body | `claim` |
//! | 12, 13, 15: origins, blocks, repetitions, actors that are gone | `standing` |
//! | 14: the key | `signer`; what was passed on by others: `forwarded` |
//! | 16: whose object it is | `authority` |

mod activity;
mod authority;
mod claim;
mod forwarded;
mod get;
mod head;
mod refetch;
mod rejection;
mod signer;
mod standing;

pub use activity::{Authentication, VerifiedActivity};
pub use forwarded::verify_announced;
pub use get::verify_get;
pub use rejection::Rejection;

use crate::Federation;
use crate::inbound::InboxRequest;
use claim::{Claim, Way};

/// Goes through the check list.
///
/// # Errors
/// The first step that fails; nothing has been written then but what the signer's own server said about the signer.
pub(crate) async fn verify(
    federation: &Federation,
    request: &InboxRequest,
) -> Result<VerifiedActivity, Rejection> {
    let federation = &federation.for_one_cause();
    let head = head::check(federation, request)?;
    let key_id = claim::key_id(federation, &head.signature).await?;
    let claim = Claim::read(&request.body)?;
    let way = claim.way(&key_id)?;
    let actor = standing::check(federation, &claim).await?;
    if actor.as_ref().is_some_and(|actor| actor.deleted_at.is_some()) {
        federation.fetcher.doubt_key(&key_id);
    }
    let checked = signer::check(federation, request, &head, &key_id, &claim).await;
    let signer = checked.map_err(|rejection| standing::of_gone_actor(rejection, &claim, actor.as_ref()))?;
    if actor.is_none() || way == Way::Forwarded {
        standing::of_signer(federation, signer.owner).await?;
    }
    let verified = match way {
        Way::Direct => claim.signed_by(signer)?,
        Way::Forwarded => forwarded::verify_forwarded(federation, request.client, claim).await?,
    };
    authority::check(verified.activity())?;
    Ok(verified)
}
