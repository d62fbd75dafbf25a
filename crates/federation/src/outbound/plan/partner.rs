//! Posts of partners that a group hosted here passes on: `Announce` of the post by its id, never of a copy.

use guildhall_domain::{EntryId, GroupId, content::EntryState, group::Visibility, partner::MirrorState};
use guildhall_store::{delivery::NewDelivery, group, partner};
use serde_json::Value;

use super::{
    Teller,
    inner::Told,
    scene::{Scene, find_group},
};
use crate::outbound::render::{RenderError, activity::to_bytes, iri};

impl Teller<'_> {
    /// `Announce` of a post by a group that mirrors it; nothing where it is not shown any more, or not open to everybody.
    pub(super) async fn mirrored(
        &self,
        group: GroupId,
        entry: EntryId,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let scene = Scene::of(self.app, entry).await?;
        let store = &self.app.store;
        let is_shown = partner::find_mirror_state(store, group, entry).await? == Some(MirrorState::Shown);
        let source = group::find_visibility(store, scene.entry.group_id).await?;
        let is_open = source == Some(Visibility::Public) && !scene.entry.limited;
        if !is_shown || !is_open || scene.entry.state != EntryState::Published {
            return Ok(Vec::new());
        }
        let mirror = self.urls.mirror(scene.entry.kind, entry, group);
        let object = iri(&scene.entry.ap_id)?;
        let ours = find_group(self.app, group).await?;
        let announce = self.voice(&ours).await?.announce_object(&mirror, &object)?;
        Ok(vec![self.for_followers(group, &scene, &announce)])
    }

    /// `Undo` of that `Announce`.
    pub(super) async fn mirror_ended(
        &self,
        group: GroupId,
        entry: EntryId,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let scene = Scene::of(self.app, entry).await?;
        let mirror = self.urls.mirror(scene.entry.kind, entry, group);
        let object = iri(&scene.entry.ap_id)?;
        let ours = find_group(self.app, group).await?;
        let undo = self.urls.activity_part(self.event.id, "undo");
        let undo = self.voice(&ours).await?.undo_announce_object(&undo, &mirror, &object)?;
        Ok(vec![self.for_followers(group, &scene, &undo)])
    }

    fn for_followers(&self, group: GroupId, scene: &Scene, activity: &Value) -> NewDelivery {
        let body = to_bytes(activity);
        let told = Told { body_group: Some(body.clone()), body_microblog: Some(body), group: Some(group) };
        self.row(&self.announce_id(), group.actor(), &scene.order_key(), told, Vec::new())
    }
}
