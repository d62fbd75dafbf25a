//! New keys of one of our actors, told to those who know the old ones.

use guildhall_activitypub::write::{self, Address, Public};
use guildhall_domain::{ActorId, GroupId, actor::ActorKind};
use guildhall_store::delivery::{NewDelivery, log};

use super::{Teller, inner::Told, scene::find_actor};
use crate::outbound::{
    recipients,
    render::{self, RenderError, activity::to_bytes},
};

impl Teller<'_> {
    /// `Update` of the actor, by itself: to a group's followers, otherwise to the servers that it has to do with. It comes
    /// from its own server to be believed, so it is in no `Announce`; and since that server is asked for the keys anyway,
    /// it has no proof, which would be by a key that nobody knows yet.
    pub(super) async fn keys_changed(&self, actor: ActorId) -> Result<Vec<NewDelivery>, RenderError> {
        let actor = find_actor(self.app, actor).await?;
        if actor.deleted_at.is_some() {
            return Ok(Vec::new());
        }
        let group = (actor.kind == ActorKind::Group).then_some(GroupId(actor.id.0));
        let targets = recipients::acquaintances(self.app, &actor).await?;
        if group.is_none() && targets.is_empty() {
            return Ok(Vec::new());
        }
        let document = render::actor::document(self.app, &actor).await?;
        let id = self.urls.activity(self.event.id);
        let address = Address { public: Public::To, ..Address::default() };
        let body = to_bytes(&write::update(&self.maker(&actor, &id)?.envelope(address), document));
        let told = Told { body_group: Some(body.clone()), body_microblog: Some(body), group };
        Ok(vec![self.row(&id, actor.id, &log::order_key_of(actor.id), told, targets)])
    }
}
