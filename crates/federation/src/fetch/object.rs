//! Objects: posts, comments, and whatever else has an id.

use guildhall_activitypub::{Object, ObjectKind};
use guildhall_domain::ApId;

use super::fetcher::iri_of;
use super::{Budget, FetchError, Fetcher};

impl Fetcher {
    /// Fetches an object and makes sure that its own server says what it says; see [`Fetcher::fetch_document`].
    ///
    /// From a page's URL comes the object that the page shows, under its own id.
    ///
    /// # Errors
    /// [`FetchError::Gone`] also for a tombstone.
    pub async fn fetch_object(&self, id: &ApId) -> Result<Object, FetchError> {
        self.fetch_object_within(id, &mut self.budget()).await
    }

    /// As [`Fetcher::fetch_object`], on the account of one cause.
    pub async fn fetch_object_within(&self, id: &ApId, budget: &mut Budget) -> Result<Object, FetchError> {
        let fetched = self.fetch_document(&iri_of(id)?, budget).await?;
        let object = Object::read(fetched.document.value()).map_err(FetchError::not_activity_pub)?;
        if object.kind == ObjectKind::Tombstone { Err(FetchError::Gone) } else { Ok(object) }
    }
}
