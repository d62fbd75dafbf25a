//! Keeping what was said as it was when it was reported.

use guildhall_domain::CaseId;
use guildhall_store::{
    StoreError, Tx, actor,
    case::{self, NewItem},
    entry::Entry,
};

use crate::App;

/// Attaches a post or comment to a case as it is now. The same version is kept once.
pub(super) async fn keep_evidence(
    app: &App,
    tx: &mut Tx,
    case: CaseId,
    entry: &Entry,
    rule: Option<&str>,
) -> Result<(), StoreError> {
    let handle = actor::find_handle(tx, entry.author_id).await?.unwrap_or_default();
    let item = NewItem { id: app.new_id(), case, entry, handle: &handle, rule };
    case::insert_item(tx, &item, app.now()).await?;
    Ok(())
}
