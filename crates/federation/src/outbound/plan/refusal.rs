//! A post or comment that was not let in: its author's server is told. What the author reads is a notice.

use guildhall_activitypub::write::{self, Address};
use guildhall_domain::{ApId, EntryId};
use guildhall_store::{delivery::NewDelivery, received};
use serde_json::{Value, json};

use super::{Teller, scene::Scene};
use crate::outbound::{
    recipients,
    render::{RenderError, iri},
};

impl Teller<'_> {
    pub(super) async fn entry_refused(
        &self,
        id: EntryId,
        reason: &str,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let scene = Scene::of(self.app, id).await?;
        let targets: Vec<_> = recipients::inbox_of(self.app, &scene.author).await?.into_iter().collect();
        if targets.is_empty() || !scene.group.is_local {
            return Ok(Vec::new());
        }
        let author = iri(&scene.author.ap_id)?;
        let what = self.refused(&scene).await?;
        let refused = what.object(&scene);
        let reject = self.ours(&scene.group, self.urls.activity_part(self.event.id, "reject"), |maker| {
            let address = Address { to: std::slice::from_ref(&author), ..Address::default() };
            Ok(write::reject(&maker.envelope(address), refused, Some(reason)))
        });
        let reject = reject.await?;
        Ok(self.direct(reject, &scene.order_key(), targets).into_iter().collect())
    }

    /// The activity that was refused: of a new entry its `Create`, of a new text its `Update`.
    async fn refused(&self, scene: &Scene) -> Result<Refused, RenderError> {
        for id in [self.event.cause.received(), scene.entry.received_id].into_iter().flatten() {
            let received = received::find(&self.app.store, id).await?;
            let found = received.filter(|received| matches!(received.verb.as_str(), "Create" | "Update"));
            if let Some(received) = found {
                return Ok(Refused { activity: Some((received.verb, received.ap_id)) });
            }
        }
        Ok(Refused { activity: None })
    }
}

/// What was refused.
struct Refused {
    /// Its type and id, where it is known by which activity it came.
    activity: Option<(String, ApId)>,
}

impl Refused {
    /// In short, with the ids of activity and object: the author's server may know either.
    fn object(&self, scene: &Scene) -> Value {
        let object = scene.entry.ap_id.as_str();
        match &self.activity {
            Some((kind, id)) => json!({
                "id": id.as_str(),
                "type": kind,
                "actor": scene.author.ap_id.as_str(),
                "object": object,
            }),
            None => Value::from(object),
        }
    }
}
