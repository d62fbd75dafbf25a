//! Asking people elsewhere the questions of a group, by a direct message.

use std::time::Duration;

use guildhall_domain::{
    ApId, GroupId, QueueItemId,
    direct_note::NotePurpose,
    event::{Cause, EventKind},
    membership::MembershipState,
};
use guildhall_store::{
    StoreError, Tx,
    actor::Actor,
    direct_note::{self, DirectNote},
};

use crate::{App, cause};

/// How soon one person is asked by one group again: whoever follows and unfollows is not written to each time.
const AGAIN: Duration = Duration::from_hours(24);

/// Asks somebody whose request waits, once for each request. `before`: what they were when they asked to join.
pub(crate) async fn ask(
    app: &App,
    tx: &mut Tx,
    (group, item): (GroupId, QueueItemId),
    person: &Actor,
    before: Option<MembershipState>,
) -> Result<(), StoreError> {
    let last = direct_note::find_latest(tx, group, person.id, NotePurpose::Questions).await?;
    let now = app.now();
    let is_asked =
        |last: &DirectNote| before == Some(MembershipState::Pending) || now.since(last.created_at) < AGAIN;
    if last.as_ref().is_some_and(is_asked) {
        return Ok(());
    }
    let asked = EventKind::QuestionsAsked { group, actor: person.id };
    let event = cause::tell(app, tx, Cause::Local, asked).await?;
    // Under the id that `federation` gives the Note of this event.
    let ap_id = ApId::new(format!("{}/activities/{event}/questions/note", app.site.base_url));
    let (actor, purpose) = (person.id, NotePurpose::Questions);
    let note = DirectNote { ap_id, group, actor, purpose, subject: item.0, created_at: now };
    direct_note::insert(tx, &note).await
}
