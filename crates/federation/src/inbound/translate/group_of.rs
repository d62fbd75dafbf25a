//! Which group something is for: what each platform does to post into a group (DESIGN section 3; FEP-1b12, FEP-400e).

use guildhall_activitypub::{Addressing, Iri, Object};
use guildhall_domain::GroupId;

use super::{Trouble, membership::local_group};
use crate::Federation;

/// The most addresses that are looked up for one object.
const MAX_LOOKUPS: usize = 20;

/// The group hosted here that an object is addressed to, mentions, or is pinned to the wall of. Where several are
/// named, the first in the order audience, to, cc, mentions, wall.
pub(super) async fn addressed_group(
    federation: &Federation,
    object: &Object,
    envelope: &Addressing,
) -> Result<Option<GroupId>, Trouble> {
    let own = &object.addressing;
    let audience = own.audience.iter().chain(&envelope.audience);
    let named = own.named().chain(envelope.named());
    let mentioned = object.mentions.iter().map(|mention| &mention.href);
    let wall = object.target.as_ref().and_then(owner_of_wall);
    let candidates = audience.chain(named).chain(mentioned).chain(wall.as_ref());
    let mut asked: Vec<&Iri> = Vec::new();
    for candidate in candidates.filter(|candidate| federation.fetcher.is_own(candidate)) {
        if asked.contains(&candidate) || asked.len() == MAX_LOOKUPS {
            continue;
        }
        if let Some(group) = local_group(federation, candidate).await? {
            return Ok(Some(group));
        }
        asked.push(candidate);
    }
    Ok(None)
}

// Our walls are `{group}/wall`.
fn owner_of_wall(wall: &Iri) -> Option<Iri> {
    Iri::parse(wall.as_str().strip_suffix("/wall")?).ok()
}
