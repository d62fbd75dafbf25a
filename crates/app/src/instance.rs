//! The instance itself: its actor, its first start, its list of other hosts.

use guildhall_domain::{ActorId, ApId, GroupId, actor::ActorKind, peering::PeeringAction};
use guildhall_store::{
    StoreError, account,
    actor::{self, Actor, ActorFields},
    peering::{self, ListedHost},
};

use crate::{
    App,
    key::insert_keys,
    peering::{By, ClearPeering, PeeringError, SetPeering, clear, set},
};

/// Whether anybody has an account here yet.
pub async fn has_accounts(app: &App) -> Result<bool, StoreError> {
    account::exists(&app.store).await
}

/// The instance's own actor (FEP-d556), made at the first start.
pub async fn ensure_actor(app: &App) -> Result<Actor, StoreError> {
    let ap_id = actor_id(app);
    if let Some(known) = actor::find_by_ap_id(&app.store, &ap_id).await? {
        return Ok(known);
    }
    let keys = app.keys.next().await;
    let now = app.now();
    let fields = instance_fields(app, ap_id.clone());
    let id = ActorId(app.new_id());
    let mut tx = app.begin().await?;
    if actor::insert_local(&mut tx, id, &fields, now).await? {
        insert_keys(&mut tx, id, &ap_id, keys, now).await?;
    }
    tx.commit().await?;
    actor::find_by_ap_id(&app.store, &ap_id)
        .await?
        .ok_or_else(|| StoreError::corrupt("instance actor", ap_id))
}

pub(crate) fn actor_id(app: &App) -> ApId {
    ApId::new(format!("{}/actor", app.site.base_url))
}

fn instance_fields(app: &App, ap_id: ApId) -> ActorFields {
    let base = &app.site.base_url;
    ActorFields {
        kind: ActorKind::Application,
        // The host as the name, as GoToSocial and Mastodon have it; no person can take it, for its dots and colon.
        username: app.site.host.clone(),
        host: app.site.host.clone(),
        display_name: Some(app.site.name.clone()),
        summary_html: None,
        page_url: Some(base.clone()),
        icon_url: None,
        inbox: format!("{base}/actor/inbox"),
        shared_inbox: Some(format!("{base}/inbox")),
        outbox: Some(format!("{base}/actor/outbox")),
        followers: None,
        moderators_url: None,
        featured_url: None,
        wall_url: None,
        also_known_as: Vec::new(),
        moved_to: None,
        remote_updated_at: None,
        published_at: None,
        ap_id,
    }
}

/// Puts a host on the list of the instance, or of a group; `None` takes it off. `false`: it was not on it, and nothing is
/// recorded. As whoever runs the server; with all that can be said about it: [`crate::peering::set`].
///
/// # Errors
/// [`PeeringError`]; nothing is written then.
pub async fn set_peering(
    app: &App,
    group: Option<GroupId>,
    host: &str,
    action: Option<PeeringAction>,
    reason: Option<&str>,
) -> Result<bool, PeeringError> {
    let reason = reason.map(str::to_owned);
    match action {
        Some(action) => {
            let command = SetPeering { reason, ..SetPeering::new(group, host, action) };
            set(app, &By::Operator, command).await.map(|_| true)
        }
        None => clear(app, &By::Operator, ClearPeering { group, host: host.to_owned(), reason }).await,
    }
}

/// Every listed host, the instance's list first.
pub async fn list_peering(app: &App) -> Result<Vec<ListedHost>, StoreError> {
    peering::list_all(&app.store).await
}
