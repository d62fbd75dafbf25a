//! What changes of a block list would do, before they are made.

use std::collections::HashMap;

use guildhall_domain::{
    BlockListId,
    peering::block_list::{ListChange, decide_list_changes},
};
use guildhall_store::{
    StoreError, block_list,
    peering::{self, Effects},
};

use super::{
    BlockListError,
    apply::{rules_of, wanted_of},
};
use crate::App;

/// Changes with what they concern.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// Which state of the source they go to.
    pub revision: i64,
    /// The changes, by host.
    pub changes: Vec<PreviewedChange>,
    /// What all of them concern that something is decided about.
    pub effects: Effects,
}

/// A change with what it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewedChange {
    /// The change.
    pub change: ListChange,
    /// What there is here of the host.
    pub effects: Effects,
}

/// The changes of a subscription that wait for an admin.
///
/// # Errors
/// [`BlockListError::NotFound`].
pub async fn waiting(app: &App, id: BlockListId) -> Result<Preview, BlockListError> {
    let list = block_list::find(&app.store, id).await?.ok_or(BlockListError::NotFound)?;
    let rules = rules_of(app, &list, block_list::list_exceptions(&app.store, id).await?);
    let offers = block_list::list_offers(&app.store, id).await?;
    let applied = wanted_of(peering::list_of_list(&app.store, id).await?);
    let changes = decide_list_changes(&offers, &applied, &rules);
    Ok(preview(app, list.revision, changes).await?)
}

/// Counts what changes concern.
pub(super) async fn preview(
    app: &App,
    revision: i64,
    changes: Vec<ListChange>,
) -> Result<Preview, StoreError> {
    let hosts: Vec<&str> = changes.iter().map(ListChange::host).collect();
    let effects: HashMap<String, Effects> = peering::effects_of(&app.store, None, &hosts).await?;
    let with_effects = |change: ListChange| PreviewedChange {
        effects: effects.get(change.host()).copied().unwrap_or_default(),
        change,
    };
    let changes: Vec<PreviewedChange> = changes.into_iter().map(with_effects).collect();
    let concerned = changes.iter().filter(|previewed| previewed.change.after().is_some());
    let effects = concerned.fold(Effects::default(), |sum, previewed| sum.plus(previewed.effects));
    Ok(Preview { revision, changes, effects })
}
