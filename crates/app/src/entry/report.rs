//! Reports to a group's moderators.

use guildhall_domain::{
    ActorId, ApId, EntryId, GroupId,
    event::{Cause, EventKind},
    text,
};
use guildhall_store::{
    StoreError, group,
    received::Outcome,
    report::{self as reports, NewReport},
};

use crate::{App, cause};

/// The longest text of a report, in characters.
const MAX_TEXT_LENGTH: usize = 5_000;

/// Somebody reports an entry or a person.
#[derive(Debug, Clone)]
pub struct Report {
    /// The group it concerns.
    pub group: GroupId,
    /// Who reports.
    pub reporter: ActorId,
    /// What about.
    pub entry: Option<EntryId>,
    /// Whom about.
    pub person: Option<ActorId>,
    /// What they say.
    pub text: String,
    /// The Flag it came by.
    pub flag: Option<ApId>,
    /// What set it off.
    pub cause: Cause,
}

/// Keeps a report for the group's moderators; one made here about a group elsewhere is passed on.
pub async fn report(app: &App, command: Report) -> Result<(), StoreError> {
    let text = text::shorten(&command.text, MAX_TEXT_LENGTH);
    let new = NewReport {
        id: app.new_id(),
        ap_id: command.flag,
        group: command.group,
        reporter: command.reporter,
        entry: command.entry,
        actor: command.person,
        text: text.clone(),
    };
    let is_elsewhere = group::find(&app.store, command.group).await?.is_some_and(|group| !group.is_local);
    let mut tx = app.begin().await?;
    if !cause::finish(&mut tx, command.cause, Outcome::Applied, None, app.now()).await? {
        return Ok(());
    }
    reports::insert(&mut tx, &new, app.now()).await?;
    if let (Cause::Local, true, Some(entry)) = (command.cause, is_elsewhere, command.entry) {
        let told = EventKind::Reported { entry, by: command.reporter, text };
        cause::tell(app, &mut tx, Cause::Local, told).await?;
    }
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(())
}
