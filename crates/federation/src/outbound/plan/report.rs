//! Reports to those elsewhere who look at them: a group, moderators of a group here, the server of whom it is about.

use guildhall_activitypub::{
    Iri,
    write::{self, Address, Envelope},
};
use guildhall_domain::{ActorId, ApId, CaseId, EntryId, GroupId};
use guildhall_store::{
    actor::{self, Actor},
    case::{self, CaseFlag},
    delivery::{NewDelivery, Target},
    entry, moderator, report,
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

/// The most reports of one case whose end is told; a case has seldom more than a few.
const MAX_SETTLED: usize = 100;

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
        let targets = self.inboxes(&readers).await?;
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

    /// `Resolve` of each `Flag` of a case: of one that came from elsewhere to whoever reported there, of ours to the moderators
    /// elsewhere who got it. Microblogs know no such thing.
    pub(super) async fn case_settled(
        &self,
        group: GroupId,
        settled: CaseId,
        by: ActorId,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let (group, by) = (find_group(self.app, group).await?, find_actor(self.app, by).await?);
        let mut rows = Vec::new();
        for report in report::list_of_case(&self.app.store, settled, MAX_SETTLED).await? {
            let Some(flag) = report.ap_id.as_ref().filter(|_| report.withdrawn_at.is_none()) else {
                continue;
            };
            let reporter = find_actor(self.app, report.reporter).await?;
            if reporter.is_local {
                continue;
            }
            let (entry, person, text) = (report.entry, report.actor, report.text.as_str());
            let settled = Settled { flag, speaks: &reporter, group: &group, entry, person, text };
            let targets = self.inboxes(std::slice::from_ref(&reporter)).await?;
            rows.extend(self.resolve(&by, settled, &report.id.to_string(), targets).await?);
        }
        let moderators = self.inboxes(&self.moderators_elsewhere(GroupId(group.id.0)).await?).await?;
        for CaseFlag { ap_id, entry, person, by: speaks, text } in
            case::list_flags(&self.app.store, settled, MAX_SETTLED).await?
        {
            let speaks = self.reporter(speaks).await?;
            let settled =
                Settled { flag: &ap_id, speaks: &speaks, group: &group, entry, person, text: &text };
            let name = ap_id.as_str().rsplit('/').next().unwrap_or_default();
            rows.extend(self.resolve(&by, settled, name, moderators.clone()).await?);
        }
        Ok(rows)
    }

    async fn resolve(
        &self,
        by: &Actor,
        settled: Settled<'_>,
        name: &str,
        targets: Vec<Target>,
    ) -> Result<Option<NewDelivery>, RenderError> {
        let Settled { flag, speaks, group, entry, person, text } = settled;
        let about = Reported { group: None, entry, person, by: None, text, is_forwarded: false };
        let person = match person {
            Some(person) => Some(find_actor(self.app, person).await?),
            None => None,
        };
        let objects = Objects::of(self, &about, person.as_ref()).await?.for_groups();
        let group_id = iri(&group.ap_id)?;
        let (flag, speaks) = (iri(flag)?, iri(&speaks.ap_id)?);
        let id = self.urls.activity_part(self.event.id, &format!("resolve-{name}"));
        let ours = self.ours(by, id.clone(), |maker| {
            let address = || Address {
                to: std::slice::from_ref(&group_id),
                audience: Some(&group_id),
                ..Address::default()
            };
            let of_flag = Envelope { id: &flag, actor: &speaks, address: address(), published: None };
            Ok(write::resolve(&maker.envelope(address()), write::flag(&of_flag, &objects, text)))
        });
        let told = Told { body_group: Some(ours.await?.body), body_microblog: None, group: None };
        Ok((!targets.is_empty()).then(|| self.row(&id, by.id, &format!("case:{}", group.id), told, targets)))
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

    async fn moderators_elsewhere(&self, group: GroupId) -> Result<Vec<Actor>, RenderError> {
        let moderators = moderator::list(&self.app.store, group).await?;
        let moderators = actor::list_by_ids(&self.app.store, &moderators).await?;
        Ok(moderators.into_iter().filter(|moderator| !moderator.is_local).collect())
    }

    async fn inboxes(&self, readers: &[Actor]) -> Result<Vec<Target>, RenderError> {
        let mut targets: Vec<Target> = Vec::new();
        for reader in readers {
            let inbox = recipients::inbox_of(self.app, reader).await?;
            targets.extend(inbox.filter(|inbox| !targets.contains(inbox)));
        }
        Ok(targets)
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
                readers.extend(self.moderators_elsewhere(id).await?);
            } else {
                readers.push(group);
            }
        }
        readers.extend(person.filter(|_| reported.is_forwarded).cloned());
        Ok((readers, audience))
    }
}

/// A report with which the moderators here have done.
struct Settled<'a> {
    flag: &'a ApId,
    /// In whose name it was made.
    speaks: &'a Actor,
    group: &'a Actor,
    entry: Option<EntryId>,
    person: Option<ActorId>,
    text: &'a str,
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
