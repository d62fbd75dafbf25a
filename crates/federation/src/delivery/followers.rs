//! What a group tells each server about which of its people are members (FEP-8fcf): only groups that are read by members
//! alone do, since for them a member too many is a reader too many.

use std::{collections::HashMap, sync::Arc, time::Duration};

use guildhall_activitypub::{
    Iri,
    synchronization::{FollowersDigest, Synchronization},
};
use guildhall_app::App;
use guildhall_domain::{GroupId, Timestamp, group::Visibility};
use guildhall_store::{StoreError, actor, group, membership};
use moka::sync::Cache;

use crate::outbound::render::part;

/// How long the digests of a group are used. One that is old makes a server ask for the list, and that is never old.
const FRESH_FOR: Duration = Duration::from_mins(1);
/// Servers whose digests are held in memory, over all groups.
const CAPACITY: u64 = 100_000;

/// The digests of groups, each read once for all the servers it sends to.
pub(super) struct Followers {
    known: Cache<GroupId, Arc<Known>>,
    /// One reads, the others wait for what it finds.
    turn: tokio::sync::Mutex<()>,
}

struct Known {
    read_at: Timestamp,
    /// None for a group that everybody may read.
    members: Option<Members>,
}

struct Members {
    collection: Iri,
    url: Iri,
    /// By the authority of the members' ids.
    digests: HashMap<String, FollowersDigest>,
}

impl Default for Followers {
    fn default() -> Self {
        let weight = |known: &Known| known.members.as_ref().map_or(1, |members| members.digests.len() + 1);
        let known = Cache::builder()
            .max_capacity(CAPACITY)
            .weigher(move |_, known: &Arc<Known>| u32::try_from(weight(known)).unwrap_or(u32::MAX))
            .build();
        Self { known, turn: tokio::sync::Mutex::default() }
    }
}

impl Followers {
    /// The header for what goes to the followers of `group` at `host`. `None`: none, which does no harm; also where our own
    /// store is in the way.
    pub(super) async fn header(&self, app: &App, group: GroupId, host: &str) -> Option<Arc<str>> {
        let known = match self.fresh(app, group) {
            Some(known) => known,
            None => self.read(app, group).await?,
        };
        let Members { collection, url, digests } = known.members.as_ref()?;
        let digest = *digests.get(host)?;
        Some(Synchronization { collection: collection.clone(), url: url.clone(), digest }.to_string().into())
    }

    fn fresh(&self, app: &App, group: GroupId) -> Option<Arc<Known>> {
        self.known.get(&group).filter(|known| app.now().since(known.read_at) < FRESH_FOR)
    }

    async fn read(&self, app: &App, group: GroupId) -> Option<Arc<Known>> {
        let _turn = self.turn.lock().await;
        if let Some(known) = self.fresh(app, group) {
            return Some(known);
        }
        let read_at = app.now();
        match members(app, group).await {
            Ok(members) => {
                let known = Arc::new(Known { read_at, members });
                self.known.insert(group, known.clone());
                Some(known)
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the members of a group could not be read"
                );
                None
            }
        }
    }
}

async fn members(app: &App, id: GroupId) -> Result<Option<Members>, StoreError> {
    if group::find_visibility(&app.store, id).await? != Some(Visibility::Members) {
        return Ok(None);
    }
    let Some(found) = actor::find(&app.store, id.actor()).await? else { return Ok(None) };
    let parts = (part(&found.ap_id, "followers"), part(&found.ap_id, "followers_synchronization"));
    let (Ok(collection), Ok(url)) = parts else { return Ok(None) };
    let mut digests: HashMap<String, FollowersDigest> = HashMap::new();
    for member in membership::list_elsewhere(&app.store, id).await? {
        if let Some(authority) = member.authority() {
            digests.entry(authority.to_owned()).or_default().add(member.as_str());
        }
    }
    Ok(Some(Members { collection, url, digests }))
}
