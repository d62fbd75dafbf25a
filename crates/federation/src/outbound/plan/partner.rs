//! Posts of partners that a group hosted here passes on: `Announce` of the post by its id, never of a copy.

use guildhall_domain::{ApId, EntryId, EventId, GroupId, content::EntryState, partner::is_open};
use guildhall_store::{delivery::NewDelivery, group, partner};
use serde_json::Value;

use super::{
    Teller,
    inner::Told,
    scene::{Scene, find_group},
};
use crate::outbound::render::{RenderError, activity::to_bytes, iri};

impl Teller<'_> {
    /// `Announce` of a post by a group that mirrors it; nothing where it was taken back meanwhile, or is not open to everybody.
    pub(super) async fn mirrored(
        &self,
        group: GroupId,
        entry: EntryId,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let scene = Scene::of(self.app, entry).await?;
        let store = &self.app.store;
        let told = partner::find_mirror(store, group, entry).await?.and_then(|mirror| mirror.told);
        let source = group::find_visibility(store, scene.entry.group_id).await?;
        let is_open = source.is_some_and(|source| is_open(source, scene.entry.limited));
        if told != Some(self.event.id) || !is_open || scene.entry.state != EntryState::Published {
            return Ok(Vec::new());
        }
        let mirror = self.urls.mirror(self.event.id);
        let object = iri(&scene.entry.ap_id)?;
        let ours = find_group(self.app, group).await?;
        let announce = self.voice(&ours).await?.announce_object(&mirror, &object)?;
        Ok(vec![self.for_followers(group, &scene, &mirror, &announce)])
    }

    /// `Undo` of the `Announce` of the event `told`.
    pub(super) async fn mirror_ended(
        &self,
        group: GroupId,
        entry: EntryId,
        told: EventId,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let scene = Scene::of(self.app, entry).await?;
        let mirror = self.urls.mirror(told);
        let object = iri(&scene.entry.ap_id)?;
        let ours = find_group(self.app, group).await?;
        let id = self.urls.activity_part(self.event.id, "undo");
        let undo = self.voice(&ours).await?.undo_announce_object(&id, &mirror, &object)?;
        Ok(vec![self.for_followers(group, &scene, &id, &undo)])
    }

    fn for_followers(&self, group: GroupId, scene: &Scene, id: &ApId, activity: &Value) -> NewDelivery {
        let body = to_bytes(activity);
        let told = Told { body_group: Some(body.clone()), body_microblog: Some(body), group: Some(group) };
        self.row(id, group.actor(), &scene.order_key(), told, Vec::new())
    }
}
