//! How an entry came into the world: its author's `Create`. Its id derives from the entry, so that what is sent when it
//! is published and what the outboxes list are the same activity.

use guildhall_activitypub::write::{self, Envelope};
use serde_json::Value;

use super::{RenderError, entry::Shown, iri};
use crate::outbound::urls::Urls;

/// The author's `Create` of an entry written here.
pub fn create(urls: Urls<'_>, shown: &Shown) -> Result<Value, RenderError> {
    let addressed = shown.addressed()?;
    let envelope = Envelope {
        id: &iri(&urls.create(shown.view.kind, shown.view.id))?,
        actor: &shown.author()?,
        address: addressed.address(),
        published: Some(shown.view.created_at.as_millis()),
    };
    Ok(shown.confined(write::create(&envelope, shown.object(urls)?)))
}
