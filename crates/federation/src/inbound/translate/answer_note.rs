//! A reply to what one of our groups wrote to somebody in private: never a comment, whatever it is addressed to, and
//! never passed on. What becomes of it hangs on what the group had written for.

use guildhall_activitypub::{Iri, Object};
use guildhall_app::{
    appeal::{self as appeals, MakeAppeal},
    markup,
    welcome::{self, TakeAnswer},
};
use guildhall_domain::{ApId, DecisionId, direct_note::NotePurpose};
use guildhall_store::direct_note::{self, DirectNote};

use super::{Incoming, Step, Trouble, trouble::IntoStep};
use crate::Federation;

/// The private `Note` of one of our groups that an object answers.
pub(super) async fn answered(
    federation: &Federation,
    object: &Object,
) -> Result<Option<DirectNote>, Trouble> {
    // Whatever else is answered has another address, and need not be looked for.
    let activities = format!("{}/activities/", federation.app.site.base_url);
    let is_note = |parent: &&Iri| parent.as_str().starts_with(&activities);
    let Some(parent) = object.in_reply_to.as_ref().filter(is_note) else {
        return Ok(None);
    };
    Ok(direct_note::find(&federation.app.store, &ApId::new(parent.as_str())).await?)
}

/// Brings a reply to its use case. From anybody but the person written to it means nothing.
pub(super) async fn take(
    federation: &Federation,
    incoming: &Incoming,
    note: &DirectNote,
    object: &Object,
) -> Result<Step, Trouble> {
    if note.actor != incoming.actor.id {
        return Ok(Step::ignored("answers what was written to somebody else"));
    }
    if incoming.via.is_some() {
        return Ok(Step::ignored("an answer to a group that another group announces"));
    }
    match note.purpose {
        NotePurpose::Questions => questions(federation, incoming, note, object).await,
        NotePurpose::Notice => appeal(federation, incoming, note, object).await,
    }
}

/// What somebody says to the questions of a group that they want to join.
async fn questions(
    federation: &Federation,
    incoming: &Incoming,
    note: &DirectNote,
    object: &Object,
) -> Result<Step, Trouble> {
    let command = TakeAnswer {
        group: note.group,
        actor: note.actor,
        message: ApId::new(object.id.as_str()),
        html: object.content_html.clone().unwrap_or_default(),
        cause: incoming.cause(),
    };
    welcome::take_answer(&federation.app, command).await?;
    Ok(Step::Done)
}

/// An answer to what was decided is an appeal against it. Said to everybody it is something else: whoever appeals speaks to
/// the moderators.
async fn appeal(
    federation: &Federation,
    incoming: &Incoming,
    note: &DirectNote,
    object: &Object,
) -> Result<Step, Trouble> {
    if note.subject == 0 {
        return Ok(Step::ignored("answers a notice, which asks for no answer"));
    }
    if object.addressing.is_public() || incoming.activity.addressing.is_public() {
        return Ok(Step::ignored("answers in public what was said in private"));
    }
    let command = MakeAppeal {
        decision: DecisionId(note.subject),
        actor: incoming.actor.id,
        text: markup::plain_answer(object.content_html.as_deref().unwrap_or_default()),
        cause: incoming.cause(),
    };
    appeals::make(&federation.app, command).await.into_step()
}
