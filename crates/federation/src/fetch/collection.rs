//! Walking through collections, as far as their server and our budget let us.

use guildhall_activitypub::collection::Item;
use guildhall_activitypub::{Collection, Iri};
use guildhall_domain::ApId;

use super::fetcher::iri_of;
use super::get::DOCUMENT;
use super::{Budget, FetchError, Fetcher};

/// What was found of a collection.
pub(super) struct Walked {
    pub(super) items: Vec<Item>,
    /// Nothing was left out for its length, or because a page could not be had.
    pub(super) is_whole: bool,
}

impl Fetcher {
    /// The items of a collection, in its order: up to 10 pages and 1000 items, all from the collection's own origin.
    /// Embedded items prove nothing unless they are of that origin too.
    ///
    /// Ends early, without an error, where a page cannot be had.
    ///
    /// # Errors
    /// The collection itself cannot be had, or is none.
    pub async fn fetch_collection(&self, id: &ApId, budget: &mut Budget) -> Result<Vec<Item>, FetchError> {
        Ok(self.walk(id, self.most_items(), budget).await?.items)
    }

    /// All items of a collection, on an account of its own. `None`: they are more than `most`, or a page could not be had.
    ///
    /// # Errors
    /// As [`Fetcher::fetch_collection`].
    pub(crate) async fn fetch_all(&self, id: &ApId, most: usize) -> Result<Option<Vec<Item>>, FetchError> {
        let walked = self.walk(id, most, &mut self.budget()).await?;
        Ok(walked.is_whole.then_some(walked.items))
    }

    /// As many items as are read of a collection of which not all have to be known.
    pub(super) fn most_items(&self) -> usize {
        self.shared.limits.fetch.collection_items
    }

    /// As [`Fetcher::fetch_collection`], up to `most` items, with whether these are all.
    pub(super) async fn walk(
        &self,
        id: &ApId,
        most: usize,
        budget: &mut Budget,
    ) -> Result<Walked, FetchError> {
        let start = iri_of(id)?;
        let mut collection = self.page(&start, &start, budget).await?;
        let mut seen = vec![start.clone()];
        let mut items = Vec::new();
        let (mut is_whole, mut is_cut) = (false, false);
        for _ in 0..self.shared.limits.fetch.collection_pages {
            items.append(&mut collection.items);
            is_cut |= collection.is_cut;
            let next = match collection.first_page.take() {
                Some(mut first) => {
                    items.append(&mut first.items);
                    is_cut |= first.is_cut;
                    seen.extend(first.id);
                    first.next
                }
                None => collection.next.take().or_else(|| collection.first.take()),
            };
            // A page that points back would go on for ever.
            let Some(next) = next.filter(|next| !seen.contains(next)) else {
                is_whole = true;
                break;
            };
            if items.len() >= most {
                break;
            }
            let Ok(page) = self.page(&next, &start, budget).await else { break };
            seen.push(next);
            collection = page;
        }
        is_whole &= items.len() <= most && !is_cut;
        items.truncate(most);
        Ok(Walked { items, is_whole })
    }

    async fn page(&self, url: &Iri, start: &Iri, budget: &mut Budget) -> Result<Collection, FetchError> {
        if !url.same_origin(start) {
            return Err(FetchError::WrongId);
        }
        let fetched = self.load(url, &DOCUMENT, budget).await?;
        if !fetched.url.same_origin(start) {
            return Err(FetchError::WrongId);
        }
        Collection::read(fetched.document.value()).map_err(FetchError::not_activity_pub)
    }
}
