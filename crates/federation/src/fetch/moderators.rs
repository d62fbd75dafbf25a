//! Who moderates a group elsewhere, by the list that its own server keeps (FEP-1b12: `attributedTo`, older `moderators`).

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use guildhall_activitypub::Iri;
use guildhall_activitypub::collection::Item;
use guildhall_app::group::{self, ListedModerators};
use guildhall_domain::actor::ActorKind;
use guildhall_domain::{ActorId, ApId, GroupId, Timestamp};
use guildhall_store::actor::Actor;
use moka::sync::Cache;

use super::fetcher::{ap_id_of, iri_of};
use super::{FetchError, Fetcher};

/// Moderators taken from one list: the largest communities name some dozens.
const MAX_MODERATORS: usize = 100;
/// Unknown ones fetched side by side.
const AT_ONCE: usize = 4;
/// Time for a list and all that are on it. Somebody waits, or what else the group sent.
const LONGEST: Duration = Duration::from_secs(15);

/// When which group's list was last asked for, and whether it was had. After a restart each is asked for once more.
pub(super) struct Rosters(Cache<ActorId, (Timestamp, bool)>);

impl Default for Rosters {
    fn default() -> Self {
        Self(Cache::new(10_000))
    }
}

impl Fetcher {
    /// Learns who moderates a group elsewhere, unless its list was had in the last `max_age`, or asked for in vain a short
    /// while ago. Takes up to 15 s, on one account with all that is fetched for it.
    ///
    /// Moderators that cannot be had are left out; when the list itself cannot be had, those who are known stay. Either is
    /// said in the log. Not to be called inside a transaction.
    pub(crate) async fn learn_moderators(&self, group: &Actor, max_age: Duration) {
        let Some(list) = list_of(group).filter(|_| self.is_due(group.id, max_age)) else { return };
        let now = self.now();
        // Before, so that it is asked for once.
        self.shared.rosters.0.insert(group.id, (now, false));
        let fetcher = self.paying_from(self.budget());
        let learned = tokio::time::timeout(LONGEST, fetcher.take_list(group, &list)).await;
        match learned.unwrap_or_else(|_| Err(FetchError::Unreachable("no end in time".to_owned()))) {
            Ok(()) => self.shared.rosters.0.insert(group.id, (now, true)),
            Err(error) => {
                let group = group.ap_id.as_str();
                tracing::info!(group, %error, "the moderators of a group elsewhere could not be learned");
            }
        }
    }

    /// Whether [`Fetcher::learn_moderators`] would ask.
    pub(crate) fn may_learn_moderators(&self, group: &Actor, max_age: Duration) -> bool {
        list_of(group).is_some() && self.is_due(group.id, max_age)
    }

    fn is_due(&self, group: ActorId, max_age: Duration) -> bool {
        let Some((at, was_had)) = self.shared.rosters.0.get(&group) else { return true };
        let pause = if was_had { max_age } else { self.shared.limits.memory.failure_ttl };
        self.now().since(at) >= pause
    }

    async fn take_list(&self, group: &Actor, list: &Iri) -> Result<(), FetchError> {
        let walked = self.walk(&ap_id_of(list), self.most_items(), &mut self.budget()).await?;
        let is_whole = walked.is_whole && walked.items.len() <= MAX_MODERATORS;
        let ids = walked.items.iter().take(MAX_MODERATORS).filter_map(Item::id);
        let found: Vec<Option<ActorId>> =
            stream::iter(ids).map(|id| self.moderator(group, id)).buffered(AT_ONCE).collect().await;
        let listed = ListedModerators { actors: found.into_iter().flatten().collect(), is_whole };
        Ok(group::take_listed_moderators(self.context(), GroupId(group.id.0), &listed).await?)
    }

    /// One of the list: ours, known, or fetched.
    async fn moderator(&self, group: &Actor, id: Iri) -> Option<ActorId> {
        match self.known_or_fetched(&id).await {
            Ok(actor) => Some(actor.id),
            Err(error) => {
                let (group, moderator) = (group.ap_id.as_str(), id.as_str());
                tracing::info!(group, moderator, %error, "a moderator of a group elsewhere is left out");
                None
            }
        }
    }

    async fn known_or_fetched(&self, id: &Iri) -> Result<Actor, FetchError> {
        match self.known_actor(id).await? {
            Some(known) if known.deleted_at.is_some() => Err(FetchError::Gone),
            Some(known) => Ok(known),
            None => self.refresh_actor(&ApId::new(id.as_str())).await,
        }
    }
}

/// The list of a group elsewhere. Of another origin it would be somebody else's word.
fn list_of(group: &Actor) -> Option<Iri> {
    if group.is_local || group.kind != ActorKind::Group || group.deleted_at.is_some() {
        return None;
    }
    let list = Iri::parse(group.moderators_url.as_deref()?).ok()?;
    iri_of(&group.ap_id).ok().filter(|id| list.same_origin(id)).map(|_| list)
}
