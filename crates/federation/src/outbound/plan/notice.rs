//! What somebody elsewhere is told in private: a direct `Note` of the group, and, of a warning, Lemmy's `Warn`.

use guildhall_activitypub::write;
use guildhall_domain::{
    ActorId, EntryId, GroupId, NoticeId,
    audience::takes_notes_of_groups,
    moderation::{DecisionAction, NoticeKind, Target},
};
use guildhall_store::{
    actor::Actor,
    decision,
    delivery::NewDelivery,
    entry, instance,
    notice::{self, Notice},
};

use super::{
    Teller,
    entry::in_group,
    inner::{Maker, Told},
    scene::{find_actor, find_group},
};
use crate::outbound::{
    recipients,
    render::{self, RenderError, activity::to_bytes, iri},
};

impl Teller<'_> {
    pub(super) async fn noticed(&self, id: NoticeId) -> Result<Vec<NewDelivery>, RenderError> {
        let notice = notice::find(&self.app.store, id).await?.ok_or(RenderError::Gone("notice"))?;
        let group = find_group(self.app, notice.group.ok_or(RenderError::Gone("group"))?).await?;
        let person = find_actor(self.app, notice.actor).await?;
        let targets: Vec<_> = recipients::inbox_of(self.app, &person).await?.into_iter().collect();
        if targets.is_empty() || !group.is_local {
            return Ok(Vec::new());
        }
        let create_id = self.urls.activity_part(self.event.id, "notice");
        let body = self.message(&notice, &group, &person).await?;
        let for_groups = self.is_for_groups(&notice, &person).await?;
        let told =
            Told { body_group: for_groups.then(|| body.clone()), body_microblog: Some(body), group: None };
        // In order with each other: the ban before its end.
        let order_key = format!("notice:{}:{}", group.id, person.id);
        Ok(vec![self.row(&create_id, group.id, &order_key, told, targets)])
    }

    async fn message(&self, notice: &Notice, group: &Actor, person: &Actor) -> Result<Vec<u8>, RenderError> {
        let about = match notice.entry {
            // Where the person looks: below what they wrote. What is the moderators' is nobody's answer.
            Some(entry) if notice.kind != NoticeKind::Rule => entry::find(&self.app.store, entry).await?,
            _ => None,
        };
        let about = about.map(|entry| iri(&entry.ap_id)).transpose()?;
        let message = render::notice::Notice {
            id: &iri(&self.urls.activity_part(self.event.id, "notice"))?,
            group: &iri(&group.ap_id)?,
            to: &iri(&person.ap_id)?,
            handle: &format!("@{}@{}", person.username, person.host),
            in_reply_to: about.as_ref(),
            text: &notice.text,
            at: self.event.at,
        };
        Ok(to_bytes(&message.create()?))
    }

    /// Whether group-aware software gets the message, too: not where it has a `Reject` of the post, and not where only
    /// people can write messages.
    async fn is_for_groups(&self, notice: &Notice, person: &Actor) -> Result<bool, RenderError> {
        if let (NoticeKind::Decision, Some(id)) = (notice.kind, notice.decision) {
            let decided = decision::find(&self.app.store, id).await?;
            let is_rejected = |decided: guildhall_domain::moderation::Decision| {
                decided.action == DecisionAction::Refuse && matches!(decided.target, Target::Entry(_))
            };
            if decided.is_some_and(is_rejected) {
                return Ok(false);
            }
        }
        self.takes_notes(person).await
    }

    /// Whether the server of a person takes messages of groups.
    async fn takes_notes(&self, person: &Actor) -> Result<bool, RenderError> {
        let server = person.ap_id.authority().unwrap_or(&person.host);
        let software = instance::find(&self.app.store, server).await?.and_then(|known| known.software);
        Ok(software.is_none_or(|software| takes_notes_of_groups(&software.name)))
    }

    /// For the person warned alone, and for nobody else to fetch.
    pub(super) async fn warned(&self, warning: Warning<'_>) -> Result<Vec<NewDelivery>, RenderError> {
        let group = find_group(self.app, warning.group).await?;
        let person = find_actor(self.app, warning.actor).await?;
        let targets: Vec<_> = recipients::inbox_of(self.app, &person).await?.into_iter().collect();
        if targets.is_empty() || !group.is_local {
            return Ok(Vec::new());
        }
        let by = find_actor(self.app, warning.by).await?;
        let (group_id, person_id) = (iri(&group.ap_id)?, iri(&person.ap_id)?);
        let object = match warning.entry {
            Some(entry) => {
                let about = entry::find(&self.app.store, entry).await?.ok_or(RenderError::Gone("entry"))?;
                iri(&about.ap_id)?
            }
            None => person_id.clone(),
        };
        // Who has no message of the group has the warning alone, and takes that from the moderator, passed on by the group.
        let is_passed_on = !self.takes_notes(&person).await?;
        let speaker = match &by {
            by if is_passed_on && by.is_local => by,
            by if by.is_local && !self.is_discreet(by, &group).await? => by,
            _ => &group,
        };
        let make = |maker: &Maker<'_>| {
            let address = write::Address { to: std::slice::from_ref(&person_id), ..in_group(&group_id) };
            let address = write::Address { public: write::Public::No, ..address };
            Ok(write::warn(&maker.envelope(address), &object, warning.reason))
        };
        let ours = self.ours(speaker, self.urls.activity(self.event.id), make).await?;
        let order_key = format!("warning:{}:{}", group.id, person.id);
        // Microblogs do not know it; they have the message.
        let row = if is_passed_on {
            let announce = self.announce_id();
            let voice = self.voice(&group).await?.to_one(&person)?;
            let body = voice.announce_activity(&announce, &ours.body)?;
            let told = Told { body_group: Some(body), body_microblog: None, group: None };
            self.row(&announce, group.id, &order_key, told, targets)
        } else {
            let told = Told { body_group: Some(ours.body), body_microblog: None, group: None };
            self.row(&ours.id, ours.sender, &order_key, told, targets)
        };
        Ok(vec![row])
    }
}

/// Somebody warned.
pub(super) struct Warning<'a> {
    pub(super) group: GroupId,
    pub(super) actor: ActorId,
    pub(super) entry: Option<EntryId>,
    pub(super) by: ActorId,
    pub(super) reason: Option<&'a str>,
}
