//! Who and what an event is about, read once.

use guildhall_app::App;
use guildhall_domain::{ActorId, EntryId, GroupId};
use guildhall_store::{
    actor::{self, Actor},
    entry::{self, Entry},
};

use crate::outbound::render::RenderError;

/// An entry with its author and group.
pub(super) struct Scene {
    pub(super) entry: Entry,
    pub(super) author: Actor,
    pub(super) group: Actor,
}

impl Scene {
    pub(super) async fn of(app: &App, id: EntryId) -> Result<Self, RenderError> {
        let entry = entry::find(&app.store, id).await?.ok_or(RenderError::Gone("entry"))?;
        Ok(Self {
            author: find_actor(app, entry.author_id).await?,
            group: find_group(app, entry.group_id).await?,
            entry,
        })
    }

    /// What keeps activities about the entry in order: its creation before its edits before its end.
    pub(super) fn order_key(&self) -> String {
        format!("entry:{}", self.entry.id)
    }
}

pub(super) async fn find_actor(app: &App, id: ActorId) -> Result<Actor, RenderError> {
    actor::find(&app.store, id).await?.ok_or(RenderError::Gone("actor"))
}

pub(super) async fn find_group(app: &App, id: GroupId) -> Result<Actor, RenderError> {
    actor::find(&app.store, id.actor()).await?.ok_or(RenderError::Gone("group"))
}
