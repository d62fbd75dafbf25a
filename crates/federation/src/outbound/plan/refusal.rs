//! A post or comment that was not let in: its author is told, each by the means their server has.

use guildhall_activitypub::{
    Document,
    write::{self, Address},
};
use guildhall_domain::EntryId;
use guildhall_store::{delivery::NewDelivery, group, received};
use serde_json::{Value, json};

use super::{Teller, inner::Told, scene::Scene};
use crate::outbound::{
    recipients,
    render::{RenderError, activity::to_bytes, iri, notice::Notice},
};

impl Teller<'_> {
    pub(super) async fn entry_refused(&self, id: EntryId, reason: &str) -> Result<Vec<NewDelivery>, RenderError> {
        let scene = Scene::of(self.app, id).await?;
        let targets: Vec<_> = recipients::inbox_of(self.app, &scene.author).await?.into_iter().collect();
        if targets.is_empty() || !scene.group.is_local {
            return Ok(Vec::new());
        }
        let author = iri(&scene.author.ap_id)?;
        let refused = self.refused(&scene).await?;
        let reject = self.ours(&scene.group, self.urls.activity_part(self.event.id, "reject"), |maker| {
            let address = Address { to: std::slice::from_ref(&author), ..Address::default() };
            Ok(write::reject(&maker.envelope(address), refused, Some(reason)))
        })?;
        let notice = self.notice(&scene, reason).await?;
        let order_key = scene.order_key();
        let mut rows: Vec<_> = self.direct(reject, &order_key, targets.clone()).into_iter().collect();
        // Microblogs do not show a Reject to anybody; a direct message they do.
        let told = Told { body_group: None, body_microblog: Some(notice), group: None };
        let notice_id = self.urls.activity_part(self.event.id, "notice");
        rows.push(self.row(notice_id, scene.group.id, &order_key, told, targets));
        Ok(rows)
    }

    /// The `Create` that was refused, in short, so that the author's server finds it by either id; or the object's id.
    async fn refused(&self, scene: &Scene) -> Result<Value, RenderError> {
        let object = scene.entry.ap_id.as_str();
        let Some(received) = scene.entry.received_id else { return Ok(Value::from(object)) };
        let received = received::find(&self.app.store, received).await?;
        let document = received.and_then(|received| Document::parse(&received.body).ok());
        let create = document.filter(|document| document.kind() == Some("Create")).and_then(|document| document.id());
        Ok(match create {
            Some(id) => json!({
                "id": id.as_str(),
                "type": "Create",
                "actor": scene.author.ap_id.as_str(),
                "object": object,
            }),
            None => Value::from(object),
        })
    }

    async fn notice(&self, scene: &Scene, reason: &str) -> Result<Vec<u8>, RenderError> {
        let group = group::find(&self.app.store, scene.entry.group_id).await?.ok_or(RenderError::Gone("group"))?;
        let text = match reason.trim() {
            "" => format!("Your post in {} was not accepted.", group.title),
            reason => format!("Your post in {} was not accepted: {reason}", group.title),
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
