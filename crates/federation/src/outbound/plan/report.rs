//! Reports to those elsewhere who look at them: a group, moderators of a group here, the server of whom it is about.

use guildhall_activitypub::{
    Iri,
    write::{self, Address},
};
use guildhall_domain::{ActorId, EntryId, GroupId};
use guildhall_store::{
    actor::{self, Actor},
    delivery::{NewDelivery, Target},
    entry, moderator,
};

use super::{
    Teller,
    inner::Told,
    scene::{find_actor, find_group},
};
use crate::outbound::{
    recipients,
    render::{RenderError, iri},
};

/// A report that others are told of.
pub(super) struct Reported<'a> {
    pub(super) group: Option<GroupId>,
    pub(super) entry: Option<EntryId>,
    pub(super) person: Option<ActorId>,
    pub(super) by: Option<ActorId>,
    pub(super) text: &'a str,
    pub(super) is_forwarded: bool,
}

impl Teller<'_> {
    pub(super) async fn reported(&self, reported: Reported<'_>) -> Result<Vec<NewDelivery>, RenderError> {
        let sender = self.reporter(reported.by).await?;
        let person = match reported.person {
            Some(person) => Some(find_actor(self.app, person).await?),
            None => None,
        };
        let (readers, audience) = self.readers(&reported, person.as_ref()).await?;
        let mut targets: Vec<Target> = Vec::new();
        for reader in &readers {
            let inbox = recipients::inbox_of(self.app, reader).await?;
            targets.extend(inbox.filter(|inbox| !targets.contains(inbox)));
        }
        if targets.is_empty() {
            return Ok(Vec::new());
        }
        let to = readers.iter().map(|reader| iri(&reader.ap_id)).collect::<Result<Vec<_>, _>>()?;
        let address = || Address { to: &to, audience: audience.as_ref(), ..Address::default() };
        let objects = Objects::of(self, &reported, person.as_ref()).await?;
        let id = self.urls.activity(self.event.id);
        let threaded = self.ours(&sender, id.clone(), |maker| {
            Ok(write::flag(&maker.envelope(address()), &objects.for_groups(), reported.text))
        });
        let threaded = threaded.await?;
        let microblog = self.ours(&sender, id, |maker| {
            let objects = if reported.is_forwarded { objects.for_microblogs() } else { objects.for_groups() };
            Ok(write::flag(&maker.envelope(address()), &objects, reported.text))
        });
        let told = Told {
            body_group: Some(threaded.body),
            body_microblog: Some(microblog.await?.body),
            group: None,
        };
        let order_key = reported.entry.map_or_else(|| "report".to_owned(), |entry| format!("entry:{entry}"));
        Ok(vec![self.row(&threaded.id, sender.id, &order_key, told, targets)])
    }

    /// The instance, unless whoever reports wants to be named: nobody must have to fear whom they report (Mastodon does
    /// the same).
    async fn reporter(&self, by: Option<ActorId>) -> Result<Actor, RenderError> {
        if let Some(by) = by {
            return find_actor(self.app, by).await;
        }
        let instance = actor::find_by_ap_id(&self.app.store, &self.urls.instance_actor()).await?;
        instance.ok_or(RenderError::Gone("instance actor"))
    }

    /// Who is told, and the group it is about.
    async fn readers(
        &self,
        reported: &Reported<'_>,
        person: Option<&Actor>,
    ) -> Result<(Vec<Actor>, Option<Iri>), RenderError> {
        let mut readers = Vec::new();
        let mut audience = None;
        if let Some(id) = reported.group {
            let group = find_group(self.app, id).await?;
            audience = Some(iri(&group.ap_id)?);
            if group.is_local {
                let moderators = moderator::list(&self.app.store, id).await?;
                let moderators = actor::list_by_ids(&self.app.store, &moderators).await?;
                readers.extend(moderators.into_iter().filter(|moderator| !moderator.is_local));
            } else {
                readers.push(group);
            }
        }
        readers.extend(person.filter(|_| reported.is_forwarded).cloned());
        Ok((readers, audience))
    }
}

/// What is reported.
struct Objects {
    entry: Option<Iri>,
    person: Option<Iri>,
}

impl Objects {
    async fn of(
        teller: &Teller<'_>,
        reported: &Reported<'_>,
        person: Option<&Actor>,
    ) -> Result<Self, RenderError> {
        let entry = match reported.entry {
            Some(id) => Some(entry::find(&teller.app.store, id).await?.ok_or(RenderError::Gone("entry"))?),
            None => None,
        };
        Ok(Self {
            entry: entry.map(|entry| iri(&entry.ap_id)).transpose()?,
            person: person.map(|person| iri(&person.ap_id)).transpose()?,
        })
    }

    /// Lemmy takes one object.
    fn for_groups(&self) -> Vec<Iri> {
        self.entry.iter().chain(&self.person).take(1).cloned().collect()
    }

    /// Mastodon wants the person first, and their posts after.
    fn for_microblogs(&self) -> Vec<Iri> {
        self.person.iter().chain(&self.entry).cloned().collect()
    }
}
