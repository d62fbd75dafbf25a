//! What moderators note on people, for each other alone.

use guildhall_domain::{ActorId, GroupId, staff::Permission, text::shorten};
use guildhall_store::person_note::{self, PersonNote};

use super::ModerationError;
use crate::{App, staff};

/// The longest note, in characters.
const MAX_LENGTH: usize = 5_000;

/// Notes something on a person, by a moderator of the group or the group itself.
///
/// # Errors
/// [`ModerationError`]; nothing is written then.
pub async fn note_on_person(
    app: &App,
    group: GroupId,
    by: ActorId,
    person: ActorId,
    text: &str,
) -> Result<(), ModerationError> {
    let mut tx = app.begin().await?;
    staff::powers(app, &mut tx, group, by).await?.demand(Permission::Cases)?;
    let note = PersonNote { id: app.new_id(), by, text: shorten(text, MAX_LENGTH), at: app.now() };
    person_note::insert(&mut tx, group, person, &note).await?;
    Ok(tx.commit().await?)
}
