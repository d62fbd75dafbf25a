//! A post or comment that was not let in: its author is told, each by the means their server has.

use guildhall_activitypub::write::{self, Address};
use guildhall_domain::{ApId, EntryId};
use guildhall_store::{delivery::NewDelivery, group, received};
use serde_json::{Value, json};

use super::{Teller, inner::Told, scene::Scene};
use crate::outbound::{
    recipients,
    render::{RenderError, activity::to_bytes, iri, notice::Notice},
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
        let notice = self.notice(&scene, &what, reason).await?;
        let order_key = scene.order_key();
        let mut rows: Vec<_> = self.direct(reject, &order_key, targets.clone()).into_iter().collect();
        // Microblogs do not show a Reject to anybody; a direct message they do.
        let told = Told { body_group: None, body_microblog: Some(notice), group: None };
        let notice_id = self.urls.activity_part(self.event.id, "notice");
        rows.push(self.row(&notice_id, scene.group.id, &order_key, told, targets));
        Ok(rows)
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

    async fn notice(&self, scene: &Scene, refused: &Refused, reason: &str) -> Result<Vec<u8>, RenderError> {
        let group =
            group::find(&self.app.store, scene.entry.group_id).await?.ok_or(RenderError::Gone("group"))?;
        let what = refused.in_words();
        let text = match reason.trim() {
            "" => format!("{what} in {} was not accepted.", group.title),
            reason => format!("{what} in {} was not accepted: {reason}", group.title),
        };
        let notice = Notice {
            id: &iri(&self.urls.activity_part(self.event.id, "notice"))?,
            group: &iri(&scene.group.ap_id)?,
            to: &iri(&scene.author.ap_id)?,
            handle: &format!("@{}@{}", scene.author.username, scene.author.host),
            in_reply_to: Some(&iri(&scene.entry.ap_id)?),
            text: &text,
            at: self.event.at,
        };
        Ok(to_bytes(&notice.create()?))
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

    fn in_words(&self) -> &'static str {
        match &self.activity {
            Some((kind, _)) if kind == "Update" => "Your edit",
            _ => "Your post",
        }
    }
}
