//! Reports to groups elsewhere.

use guildhall_activitypub::write::{self, Address};
use guildhall_domain::EntryId;
use guildhall_store::{actor, delivery::NewDelivery};

use super::{Teller, scene::Scene};
use crate::outbound::{
    recipients,
    render::{RenderError, iri},
};

impl Teller<'_> {
    pub(super) async fn reported(&self, entry: EntryId, text: &str) -> Result<Vec<NewDelivery>, RenderError> {
        let scene = Scene::of(self.app, entry).await?;
        // By the instance: who reports must not have to fear whom they report (Mastodon does the same).
        let instance = actor::find_by_ap_id(&self.app.store, &self.urls.instance_actor()).await?;
        let instance = instance.ok_or(RenderError::Gone("instance actor"))?;
        let group = iri(&scene.group.ap_id)?;
        let object = iri(&scene.entry.ap_id)?;
        let flag = self.ours(&instance, self.urls.activity(self.event.id), |maker| {
            let address =
                Address { to: std::slice::from_ref(&group), audience: Some(&group), ..Address::default() };
            Ok(write::flag(&maker.envelope(address), std::slice::from_ref(&object), text))
        });
        let flag = flag.await?;
        let targets = recipients::inbox_of(self.app, &scene.group).await?.into_iter().collect();
        Ok(self.direct(flag, &scene.order_key(), targets).into_iter().collect())
    }
}
