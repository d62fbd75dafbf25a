//! An activity on its way to a use case, with who did it and by which way it came.

use guildhall_activitypub::{Activity, Document, Iri, Verb};
use guildhall_domain::{ActorId, ApId, GroupId, content::EntryState, event::Cause};
use guildhall_store::{
    actor::{self, Actor},
    entry::{self, Entry},
    received::{self, Received},
};

use super::{Step, Trouble};
use crate::{Federation, fetch::FetchError, inbound::worker::MAX_ATTEMPTS};

/// Why a group is not heard about what is not its own.
pub(crate) const ANOTHER_GROUP: &str = "this belongs to another group";

/// A verified activity that is being processed.
pub(crate) struct Incoming {
    /// As it was stored.
    pub(crate) received: Received,
    /// The same, read.
    pub(crate) activity: Activity,
    /// Who did it.
    pub(crate) actor: Actor,
    /// The group elsewhere that announced it.
    pub(crate) via: Option<Actor>,
}

impl Incoming {
    /// Reads a stored activity and finds its actor.
    pub(crate) async fn load(federation: &Federation, received: Received) -> Result<Self, Trouble> {
        let never = |error: &dyn std::error::Error| Trouble::Never(error.to_string());
        let document = Document::parse(&received.body).map_err(|error| never(&error))?;
        let activity = Activity::read(&document).map_err(|error| never(&error))?;
        let actor = actor_of(federation, &activity, &received.actor).await?;
        let via = match &received.via {
            Some(group) => actor::find_by_ap_id(&federation.app.store, group).await?,
            None => None,
        };
        Ok(Self { received, activity, actor, via })
    }

    /// Whether the actor takes leave of all.
    pub(super) fn is_farewell(&self) -> bool {
        is_farewell(&self.activity)
    }

    /// What use cases are told set them off.
    pub(crate) fn cause(&self) -> Cause {
        Cause::Activity(self.received.id)
    }

    /// The group elsewhere whose word this is.
    pub(crate) fn via_group(&self) -> Option<GroupId> {
        self.via.as_ref().map(|group| GroupId(group.id.0))
    }

    /// Who acts on an entry: the actor; or the group itself, where a group elsewhere announces that one of its
    /// moderators acted. That a group's server speaks for the group is all we can and need to know (FEP-1b12).
    pub(crate) fn acting_on(&self, entry: &Entry) -> ActorId {
        match self.via_group() {
            Some(group) if group == entry.group_id && entry.author_id != self.actor.id => group.actor(),
            _ => self.actor.id,
        }
    }

    /// The entry with an id or page URL, if it is one that this activity may be about: what a group announces is about
    /// its own entries alone.
    pub(crate) async fn entry(&self, federation: &Federation, id: &Iri) -> Result<Option<Entry>, Trouble> {
        let found = known_entry(federation, id).await?;
        Ok(found.filter(|entry| self.via_group().is_none_or(|group| group == entry.group_id)))
    }

    /// What becomes of an activity about something that [`Self::entry`] does not find: refused where it is there, and
    /// another group's than that which announces it, else ignored.
    pub(crate) async fn not_about(
        &self,
        federation: &Federation,
        id: &Iri,
        otherwise: &'static str,
    ) -> Result<Step, Trouble> {
        Ok(match known_entry(federation, id).await? {
            Some(_) => Step::refused(ANOTHER_GROUP),
            None => Step::ignored(otherwise),
        })
    }

    /// The error is that something its actor sent before it was put off, and must not be overtaken by it.
    pub(crate) async fn wait_for_earlier(&self, federation: &Federation) -> Result<(), Trouble> {
        let Received { actor, id, attempts, .. } = &self.received;
        // At the last attempt there is nothing to wait for any more.
        if *attempts < MAX_ATTEMPTS && received::has_earlier(&federation.app.store, actor, *id).await? {
            return Err(Trouble::Later("something earlier of the same actor still waits".to_owned()));
        }
        Ok(())
    }
}

fn is_farewell(activity: &Activity) -> bool {
    matches!(&activity.verb, Verb::Delete(gone) if gone.object == activity.actor)
}

async fn actor_of(federation: &Federation, activity: &Activity, id: &ApId) -> Result<Actor, Trouble> {
    // Who takes leave is not asked for again: gone by now, it could not say any more whether what it wrote may stay.
    let fetched =
        if is_farewell(activity) { Err(FetchError::Gone) } else { federation.fetcher.actor(id).await };
    match fetched {
        Ok(actor) => Ok(actor),
        Err(error) if error.is_retryable() => Err(error.into()),
        // It was known when its signature was checked.
        Err(error) => Ok(actor::find_by_ap_id(&federation.app.store, id).await?.ok_or(error)?),
    }
}

/// The entry that is known under an id or page URL.
pub(crate) async fn known_entry(federation: &Federation, id: &Iri) -> Result<Option<Entry>, Trouble> {
    let store = &federation.app.store;
    if let Some(found) = entry::find_by_ap_id(store, &ApId::new(id.as_str())).await? {
        return Ok(Some(found));
    }
    let by_page = entry::find_by_page_url(store, id.as_str()).await?;
    // Its own server's page, or it could stand in the way of somebody else's post.
    Ok(by_page.filter(|entry| Iri::parse(entry.ap_id.as_str()).is_ok_and(|ap_id| ap_id.same_origin(id))))
}

/// The post or comment from here with an id, or whose `Create`, which is made of it, has that id.
pub(crate) async fn own_entry(federation: &Federation, id: &Iri) -> Result<Option<Entry>, Trouble> {
    if !federation.fetcher.is_own(id) {
        return Ok(None);
    }
    let id = id.as_str().strip_suffix("/create").unwrap_or(id.as_str());
    let found = entry::find_by_ap_id(&federation.app.store, &ApId::new(id)).await?;
    Ok(found.filter(|found| found.is_local))
}

/// Where an activity about `entry` has to wait for a moderator first.
pub(crate) fn held(entry: &Entry) -> Option<Step> {
    (entry.state == EntryState::Held).then_some(Step::Waits(entry.id))
}

/// The actor that is known under an id.
pub(crate) async fn known_actor(federation: &Federation, id: &Iri) -> Result<Option<Actor>, Trouble> {
    Ok(actor::find_by_ap_id(&federation.app.store, &ApId::new(id.as_str())).await?)
}
