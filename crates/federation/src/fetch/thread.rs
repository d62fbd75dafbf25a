//! A post or comment with all that it answers, up to what is known.

use futures_util::FutureExt as _;
use guildhall_activitypub::{Iri, Object};
use guildhall_domain::ApId;
use guildhall_store::entry;

use super::fetcher::{ap_id_of, iri_of};
use super::{Budget, FetchError, Fetcher};

impl Fetcher {
    /// Fetches an object and its parents up to one that is known here, is ours, or cannot be had; the uppermost first, the
    /// object itself last. Those who ask for one at the same time share one way up.
    ///
    /// # Errors
    /// The object itself cannot be had; a parent's server cannot be reached now; or it goes on for more than 20 steps or
    /// 50 documents ([`FetchError::BudgetSpent`]).
    pub async fn fetch_thread_upwards(&self, id: &ApId) -> Result<Vec<Object>, FetchError> {
        let climb = |fetcher: Self| {
            let id = id.clone();
            async move { fetcher.climb(&id, &mut fetcher.budget()).await }.boxed()
        };
        self.share(&self.shared.threads, id.as_str(), climb).await
    }

    async fn climb(&self, id: &ApId, budget: &mut Budget) -> Result<Vec<Object>, FetchError> {
        iri_of(id)?;
        let mut chain = vec![self.fetch_object_within(id, budget).await?];
        while let Some(parent) = self.missing_parent(&chain).await? {
            budget.take_step()?;
            match self.fetch_object_within(&ap_id_of(&parent), budget).await {
                Ok(object) => chain.push(object),
                Err(
                    error @ (FetchError::BudgetSpent | FetchError::Unreachable(_) | FetchError::Store(_)),
                ) => {
                    return Err(error);
                }
                // Deleted, hidden or no document: the thread begins below it.
                Err(_) => break,
            }
        }
        chain.reverse();
        Ok(chain)
    }

    /// What the last of the chain answers, unless it is here already or leads in a circle.
    async fn missing_parent(&self, chain: &[Object]) -> Result<Option<Iri>, FetchError> {
        let Some(parent) = chain.last().and_then(|object| object.in_reply_to.clone()) else {
            return Ok(None);
        };
        if self.is_own(&parent) || chain.iter().any(|object| object.id == parent) {
            return Ok(None);
        }
        let known = entry::find_by_ap_id(&self.context().store, &ap_id_of(&parent)).await?;
        Ok(known.is_none().then_some(parent))
    }
}
