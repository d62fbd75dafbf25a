//! What an outbox lists: the activities by which entries came into the world, under the ids they were sent with.

use guildhall_app::{App, Viewer, read::EntryView};
use guildhall_domain::group::Visibility;
use guildhall_store::{actor::Actor, entry, group, received};
use serde_json::Value;

use super::respond::Refusal;
use crate::outbound::{
    render::{self, RenderError, activity::Voice},
    urls::Urls,
};

/// The author's `Create` of an entry written here; `None` for others.
pub(super) async fn create(app: &App, viewer: &Viewer, view: EntryView) -> Result<Option<Value>, Refusal> {
    let shown = render::entry::load(app, viewer, view).await?;
    Ok(shown.map(|shown| render::publication::create(Urls::new(&app.site), &shown)).transpose()?)
}

/// The group's `Announce` of a post: of its `Create` where there is one to pass on, else of the post by its id.
pub(super) async fn announce(
    app: &App,
    viewer: &Viewer,
    actor: &Actor,
    view: EntryView,
) -> Result<Value, Refusal> {
    let urls = Urls::new(&app.site);
    let id = urls.announce(view.kind, view.id);
    let object = render::iri(&view.ap_id)?;
    let visibility = group::find_visibility(&app.store, view.group.id).await?;
    let voice = Voice::new(actor, view.created_at)?.to_members(visibility == Some(Visibility::Members));
    let inner = match received_create(app, &view).await? {
        Some(body) => Some(body),
        None => create(app, viewer, view).await?,
    };
    let mut announce = voice.announce_object(&id, &object)?;
    if let Some(inner) = inner {
        announce["object"] = inner;
    }
    Ok(announce)
}

/// The `Create` that brought an entry written elsewhere, as long as it is kept.
async fn received_create(app: &App, view: &EntryView) -> Result<Option<Value>, Refusal> {
    // Of what was edited since, the first version is no longer for everybody to read.
    let unedited = entry::find(&app.store, view.id).await?.filter(|entry| entry.edited_at.is_none());
    let received = unedited.and_then(|entry| entry.received_id);
    let Some(received) = received else { return Ok(None) };
    let Some(received) = received::find(&app.store, received).await? else { return Ok(None) };
    if received.verb != "Create" {
        return Ok(None);
    }
    Ok(Some(serde_json::from_slice(&received.body).map_err(RenderError::from)?))
}
