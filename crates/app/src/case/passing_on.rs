//! Telling those elsewhere who moderate a group here of what is to be looked at.

use guildhall_domain::{
    ApId, CaseId,
    event::{Cause, EventKind},
};
use guildhall_store::{
    StoreError, Tx,
    case::{self, CaseFlag},
};

use crate::{App, cause};

/// Tells of a report, and keeps the Flag that it makes where moderators elsewhere get it, so that they hear what came of it.
/// Gives the id of that Flag.
pub(super) async fn tell_of(
    app: &App,
    tx: &mut Tx,
    about: CaseId,
    cause: Cause,
    (told, to_moderators): (EventKind, bool),
) -> Result<ApId, StoreError> {
    let flag = match &told {
        EventKind::Reported { entry, person, by, text, .. } => Some((*entry, *person, *by, text.clone())),
        _ => None,
    };
    let event = cause::tell(app, tx, cause, told).await?;
    let ap_id = ApId::new(format!("{}/activities/{event}", app.site.base_url));
    if let Some((entry, person, by, text)) = flag.filter(|_| to_moderators) {
        case::insert_flag(tx, about, &CaseFlag { ap_id: ap_id.clone(), entry, person, by, text }).await?;
    }
    Ok(ap_id)
}
