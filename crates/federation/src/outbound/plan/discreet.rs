//! Whose name those see whom a moderator's act concerns. Group-aware software takes acts of moderation from the persons who
//! moderate, and from nobody else: followers of that kind hear who it was. To the person concerned, and to microblogs, the
//! group speaks where it signs as a group.

use guildhall_domain::{GroupId, moderation::Signed};
use guildhall_store::{StoreError, actor::Actor, delivery::NewDelivery, group};
use serde_json::Value;

use super::{
    Teller,
    inner::{Carried, Maker},
};
use crate::outbound::{recipients, render::RenderError};

impl Teller<'_> {
    /// Whether the group speaks in place of `by`: a moderator of a group that is hosted here, as they are themselves.
    pub(super) async fn is_discreet(&self, by: &Actor, group: &Actor) -> Result<bool, StoreError> {
        if !group.is_local || !by.is_local || by.id == group.id {
            return Ok(false);
        }
        Ok(group::find_signed_now(&self.app.store, GroupId(group.id.0)).await? == Signed::Group)
    }

    /// As [`Teller::carry`], of a moderator's act: the persons concerned are told by the group where it signs as one.
    pub(super) async fn carry_act(
        &self,
        mut carried: Carried<'_>,
        by: &Actor,
        make: impl Fn(&Maker<'_>) -> Result<Value, RenderError>,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        if !self.is_discreet(by, carried.group).await? {
            return self.carry(carried).await;
        }
        let group = carried.group;
        let (group_id, order_key) = (GroupId(group.id.0), carried.order_key.clone());
        let mut persons = std::mem::take(&mut carried.persons);
        let mut rows = self.carry(carried).await?;
        if self.members.is_some() {
            persons = recipients::members_among(self.app, group_id, persons).await?;
        }
        let targets = recipients::inboxes_beyond(self.app, group_id, &persons).await?;
        let ours = self.ours(group, self.urls.activity_part(self.event.id, "act"), make).await?;
        rows.extend(self.direct(ours, &order_key, targets));
        Ok(rows)
    }
}
