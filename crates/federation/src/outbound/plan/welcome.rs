//! What a group says to people elsewhere who want to come in, or are to: its questions, and invitations.

use std::fmt::Write as _;

use guildhall_activitypub::write::{self, Address};
use guildhall_domain::{ActorId, GroupId, welcome::JoinQuestion};
use guildhall_store::{actor::Actor, delivery::NewDelivery, group, welcome::question};

use super::{
    Teller,
    inner::Told,
    scene::{find_actor, find_group},
};
use crate::outbound::{
    recipients,
    render::{RenderError, activity::to_bytes, iri, notice::Notice},
};

impl Teller<'_> {
    /// A direct `Note` with the questions; the use case has kept its id, by which the answer is known.
    pub(super) async fn questions_asked(
        &self,
        group: GroupId,
        person: ActorId,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let questions = question::list(&self.app.store, group).await?;
        if questions.is_empty() {
            return Ok(Vec::new());
        }
        let (group, person) = (find_group(self.app, group).await?, find_actor(self.app, person).await?);
        let text = questions_in_words(&self.title(&group).await?, &questions);
        let note = self.note(&group, &person, "questions", &text)?;
        let told = Told { body_group: Some(note.clone()), body_microblog: Some(note), group: None };
        self.tell_person(&group, &person, "questions", told).await
    }

    /// `Invite`, as Mobilizon has it; and for microblogs, which show it to nobody, a direct `Note` besides.
    pub(super) async fn invited(
        &self,
        group: GroupId,
        person: ActorId,
        by: ActorId,
        note: &str,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let (group, person) = (find_group(self.app, group).await?, find_actor(self.app, person).await?);
        let (group_id, person_id) = (iri(&group.ap_id)?, iri(&person.ap_id)?);
        let invite = self.ours(&group, self.urls.activity_part(self.event.id, "invite"), |maker| {
            let address = Address { to: std::slice::from_ref(&person_id), ..Address::default() };
            Ok(write::invite(&maker.envelope(address), &group_id, &person_id))
        });
        let body = invite.await?.body;
        let told = Told { body_group: Some(body.clone()), body_microblog: Some(body), group: None };
        let mut rows = self.tell_person(&group, &person, "invite", told).await?;
        let by = find_actor(self.app, by).await?;
        let text = invitation_in_words(&self.title(&group).await?, &group, &by, note);
        let note = self.note(&group, &person, "invitation", &text)?;
        let told = Told { body_group: None, body_microblog: Some(note), group: None };
        rows.extend(self.tell_person(&group, &person, "invitation", told).await?);
        Ok(rows)
    }

    async fn title(&self, group: &Actor) -> Result<String, RenderError> {
        let kept = group::find(&self.app.store, GroupId(group.id.0)).await?;
        Ok(kept.ok_or(RenderError::Gone("group"))?.title)
    }

    fn note(&self, group: &Actor, person: &Actor, part: &str, text: &str) -> Result<Vec<u8>, RenderError> {
        let notice = Notice {
            id: &iri(&self.urls.activity_part(self.event.id, part))?,
            group: &iri(&group.ap_id)?,
            to: &iri(&person.ap_id)?,
            handle: &format!("@{}@{}", person.username, person.host),
            in_reply_to: None,
            text,
            at: self.event.at,
        };
        Ok(to_bytes(&notice.create()?))
    }

    async fn tell_person(
        &self,
        group: &Actor,
        person: &Actor,
        part: &str,
        told: Told,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let targets: Vec<_> = recipients::inbox_of(self.app, person).await?.into_iter().collect();
        if targets.is_empty() {
            return Ok(Vec::new());
        }
        let order_key = format!("member:{}:{}", group.id, person.id);
        let id = self.urls.activity_part(self.event.id, part);
        Ok(vec![self.row(&id, group.id, &order_key, told, targets)])
    }
}

fn questions_in_words(title: &str, questions: &[JoinQuestion]) -> String {
    let mut text = format!(
        "You want to join {title}. Its moderators ask you to answer this, by a reply to this message that nobody else sees:"
    );
    for (number, question) in (1..).zip(questions) {
        let needed = if question.required { "" } else { " (if you like)" };
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{number}. {}{needed}", question.text);
    }
    text
}

fn invitation_in_words(title: &str, group: &Actor, by: &Actor, note: &str) -> String {
    let handle = format!("@{}@{}", group.username, group.host);
    let who = if by.id == group.id {
        "You are invited".to_owned()
    } else {
        format!("@{}@{} has invited you", by.username, by.host)
    };
    let mut text = format!("{who} to join {title}. Follow {handle} to be let in.");
    if !note.is_empty() {
        let _ = write!(text, "\n{note}");
    }
    text
}
