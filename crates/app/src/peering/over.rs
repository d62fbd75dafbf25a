//! Decisions about hosts that end by themselves.

use guildhall_domain::{
    admission::Layer,
    moderation::{DecisionAction, Target},
};
use guildhall_store::{
    StoreError,
    peering::{self, ListedHost},
};

use crate::{
    App, Forget,
    decision::{Record, keep},
};

/// Entries ended in one transaction.
const BATCH: usize = 200;
/// Why an entry went, in the record.
const RULE: &str = "ended";

/// Deletes the entries whose end is past, and records that they ended. They count no more since that end, whenever this
/// comes to them.
///
/// # Errors
/// Reading or writing failed; what is left is ended the next time.
pub async fn end(app: &App) -> Result<(), StoreError> {
    while peering::has_over(&app.store, app.now()).await? {
        let mut tx = app.begin().await?;
        for listed in peering::delete_over(&mut tx, app.now(), BATCH).await? {
            keep(app, &mut tx, ended(listed)).await?;
        }
        tx.commit().await?;
        app.signals.forget(Forget::Peering);
    }
    Ok(())
}

fn ended(listed: ListedHost) -> Record {
    let layer = if listed.group.is_some() { Layer::GroupPeering } else { Layer::InstancePeering };
    let target = Target::Host(listed.entry.host);
    let record = Record::by_hand(listed.group, None, DecisionAction::ClearHost, target);
    Record { layer, rule: Some(RULE.to_owned()), ..record }
}
