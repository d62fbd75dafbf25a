//! Reports to those elsewhere who look at them: a group, moderators of a group here, the server of whom it is about.

use guildhall_activitypub::{
    Iri,
    write::{self, Address, Envelope},
};
use guildhall_domain::{ActorId, ApId, CaseId, EntryId, GroupId};
use guildhall_store::{
    actor::{self, Actor},
    delivery::{NewDelivery, Target},
    entry, moderator,
    report::{self, Report},
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

    /// `Resolve` of each report of a case that has a `Flag`: to whoever reported elsewhere, and to the moderators elsewhere who
    /// were told of it. Microblogs know no such thing.
    pub(super) async fn case_settled(
        &self,
        group: GroupId,
        case: CaseId,
        by: ActorId,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let (group, by) = (find_group(self.app, group).await?, find_actor(self.app, by).await?);
        let moderators = moderator::list(&self.app.store, GroupId(group.id.0)).await?;
        let moderators = actor::list_by_ids(&self.app.store, &moderators).await?;
        let mut rows = Vec::new();
        for report in report::list_of_case(&self.app.store, case, MAX_SETTLED).await? {
            let Some(flag) = report.ap_id.as_ref().filter(|_| report.withdrawn_at.is_none()) else {
                continue;
            };
            let reporter = find_actor(self.app, report.reporter).await?;
            // Ours was told on to moderators elsewhere; theirs is their own server's affair.
            let readers = moderators.iter().filter(|_| reporter.is_local).chain([&reporter]);
            let mut targets: Vec<Target> = Vec::new();
            for reader in readers {
                let inbox = recipients::inbox_of(self.app, reader).await?;
                targets.extend(inbox.filter(|inbox| !targets.contains(inbox)));
            }
            let settled = Settled { report: &report, flag, reporter: &reporter, group: &group };
            rows.extend(self.resolve(&by, settled, targets).await?);
        }
        Ok(rows)
    }

    async fn resolve(
        &self,
        by: &Actor,
        settled: Settled<'_>,
        targets: Vec<Target>,
    ) -> Result<Option<NewDelivery>, RenderError> {
        let Settled { report, flag, reporter, group } = settled;
        let about = Reported {
            group: None,
            entry: report.entry,
            person: report.actor,
            by: None,
            text: &report.text,
            is_forwarded: false,
        };
        let person = match report.actor {
            Some(person) => Some(find_actor(self.app, person).await?),
            None => None,
        };
        let objects = Objects::of(self, &about, person.as_ref()).await?.for_groups();
        let group_id = iri(&group.ap_id)?;
        let speaks = if reporter.is_local { self.reporter(None).await? } else { reporter.clone() };
        let (flag, speaks) = (iri(flag)?, iri(&speaks.ap_id)?);
        let id = self.urls.activity_part(self.event.id, &format!("resolve-{}", report.id));
        let ours = self.ours(by, id.clone(), |maker| {
            let address = || Address {
                to: std::slice::from_ref(&group_id),
                audience: Some(&group_id),
                ..Address::default()
            };
            let of_flag = Envelope { id: &flag, actor: &speaks, address: address(), published: None };
            Ok(write::resolve(&maker.envelope(address()), write::flag(&of_flag, &objects, &report.text)))
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

/// A report with which the moderators here have done.
struct Settled<'a> {
    report: &'a Report,
    flag: &'a ApId,
    reporter: &'a Actor,
    group: &'a Actor,
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
