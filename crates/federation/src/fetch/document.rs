//! A document from the server that vouches for it.

use guildhall_activitypub::{Document, Iri};

use super::get::{DOCUMENT, Wanted};
use super::{Budget, FetchError, Fetcher};

/// A document and where it was found.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The URL that gave it, after redirects.
    pub url: Iri,
    /// The document.
    pub document: Document,
}

impl Fetcher {
    /// Fetches the document of an id or page URL, and makes sure that the server of the document's own id says the same:
    /// the id is the URL that gave it, or it is fetched once more from that id. The document's id may therefore be
    /// another than `url`.
    ///
    /// Follows up to 3 redirects, each checked like the first; reads up to 1 MiB after decompression; takes up to 10 s a
    /// request, which those who ask at the same time share.
    ///
    /// # Errors
    /// [`FetchError::WrongId`] when the id does not lead to a document of that id; the others as their names say.
    ///
    /// Source: FEP-fe34; SECURITY-CASES T5.
    pub async fn fetch_document(&self, url: &Iri, budget: &mut Budget) -> Result<Fetched, FetchError> {
        let first = self.load(url, &DOCUMENT, budget).await?;
        let id = first.document.id().ok_or(FetchError::WrongId)?;
        if id == first.url {
            return Ok(first);
        }
        let second = self.load(&id, &DOCUMENT, budget).await?;
        if second.url == id && second.document.id().as_ref() == Some(&id) {
            Ok(second)
        } else {
            Err(FetchError::WrongId)
        }
    }

    /// Gets one document, whoever's id it carries.
    pub(super) async fn load(
        &self,
        url: &Iri,
        wanted: &Wanted,
        budget: &mut Budget,
    ) -> Result<Fetched, FetchError> {
        let answer = self.get(url, wanted, budget).await?;
        let document = Document::parse(&answer.body).map_err(FetchError::not_activity_pub)?;
        Ok(Fetched { url: answer.url, document })
    }
}
