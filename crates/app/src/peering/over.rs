//! Decisions about hosts that end by themselves.

use guildhall_domain::{
    DecisionId,
    admission::Layer,
    moderation::{Decision, DecisionAction, Target},
};
use guildhall_store::{
    StoreError, decision,
    peering::{self, ListedHost},
};

use crate::{App, Forget};

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
            decision::insert(&mut tx, &ended(app, listed)).await?;
        }
        tx.commit().await?;
        app.signals.forget(Forget::Peering);
    }
    Ok(())
}

fn ended(app: &App, listed: ListedHost) -> Decision {
    Decision {
        id: DecisionId(app.new_id()),
        group: listed.group,
        action: DecisionAction::ClearHost,
        target: Target::Host(listed.entry.host),
        layer: if listed.group.is_some() { Layer::GroupPeering } else { Layer::InstancePeering },
        rule: Some(RULE.to_owned()),
        reason: None,
        until: None,
        by: None,
        at: app.now(),
    }
}
