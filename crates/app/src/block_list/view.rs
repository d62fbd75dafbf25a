//! Showing subscriptions.

use guildhall_domain::{BlockListId, peering::block_list::decide_list_changes};
use guildhall_store::{
    StoreError,
    block_list::{self, BlockList},
    peering,
};

use super::{
    BlockListError,
    apply::{rules_of, wanted_of},
    subscribe::checked_url,
};
use crate::App;

/// A subscription, as admins see it.
#[derive(Debug, Clone)]
pub struct BlockListView {
    /// The subscription.
    pub list: BlockList,
    /// The hosts about which it is not asked.
    pub exceptions: Vec<String>,
    /// How many entries are in force because of it.
    pub applied: usize,
    /// How many changes wait for an admin.
    pub waiting: usize,
}

/// Every subscription, oldest first. For admins: callers ask for that.
pub async fn list(app: &App) -> Result<Vec<BlockListView>, StoreError> {
    let mut views = Vec::new();
    for list in block_list::list(&app.store).await? {
        views.push(view(app, list).await?);
    }
    Ok(views)
}

/// One subscription. For admins: callers ask for that.
///
/// # Errors
/// [`BlockListError::NotFound`].
pub async fn show(app: &App, id: BlockListId) -> Result<BlockListView, BlockListError> {
    let list = block_list::find(&app.store, id).await?.ok_or(BlockListError::NotFound)?;
    Ok(view(app, list).await?)
}

/// The subscription that a person means by its id or its URL.
///
/// # Errors
/// [`BlockListError::NotFound`].
pub async fn find_id(app: &App, text: &str) -> Result<BlockListId, BlockListError> {
    let found = match text.parse::<BlockListId>() {
        Ok(id) => block_list::find(&app.store, id).await?,
        Err(_) => block_list::find_by_url(&app.store, &checked_url(text)?).await?,
    };
    found.map(|list| list.id).ok_or(BlockListError::NotFound)
}

async fn view(app: &App, list: BlockList) -> Result<BlockListView, StoreError> {
    let exceptions = block_list::list_exceptions(&app.store, list.id).await?;
    let offers = block_list::list_offers(&app.store, list.id).await?;
    let applied = wanted_of(peering::list_of_list(&app.store, list.id).await?);
    let waiting = decide_list_changes(&offers, &applied, &rules_of(app, &list, exceptions.clone())).len();
    Ok(BlockListView { exceptions, applied: applied.len(), waiting, list })
}
