//! What all fetches for one cause may cost together: one received activity, one look-up by a person.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use tokio::time::Instant;

use super::FetchError;
use crate::limits::FetchLimits;

/// What is left to be spent. Clones draw on the same account.
#[derive(Debug, Clone)]
pub struct Budget {
    left: Arc<Left>,
    until: Instant,
}

#[derive(Debug)]
struct Left {
    documents: AtomicU32,
    bytes: AtomicUsize,
    depth: AtomicU32,
}

impl Budget {
    /// A full budget, from now on.
    pub fn new(limits: &FetchLimits) -> Self {
        let left = Left {
            documents: AtomicU32::new(limits.count),
            bytes: AtomicUsize::new(limits.total_bytes),
            depth: AtomicU32::new(limits.depth),
        };
        Self { left: Arc::new(left), until: Instant::now() + limits.total_time }
    }

    /// Whether number, bytes or time have run out.
    pub fn is_spent(&self) -> bool {
        self.left.documents.load(Ordering::Relaxed) == 0
            || self.left.bytes.load(Ordering::Relaxed) == 0
            || Instant::now() >= self.until
    }

    /// Pays for one document.
    ///
    /// # Errors
    /// [`FetchError::BudgetSpent`]: number, bytes or time have run out.
    pub fn take_document(&mut self) -> Result<(), FetchError> {
        if self.is_spent() {
            return Err(FetchError::BudgetSpent);
        }
        take_one(&self.left.documents)
    }

    /// Pays for bytes that have come. The last document may overdraw; the next one will not be paid for.
    pub fn take_bytes(&mut self, bytes: usize) {
        let less = |left: usize| Some(left.saturating_sub(bytes));
        let _ = self.left.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// Pays for one step upwards or inwards.
    ///
    /// # Errors
    /// [`FetchError::BudgetSpent`]: it goes too deep.
    pub fn take_step(&mut self) -> Result<(), FetchError> {
        take_one(&self.left.depth)
    }
}

fn take_one(left: &AtomicU32) -> Result<(), FetchError> {
    let taken = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
    taken.map(|_| ()).map_err(|_| FetchError::BudgetSpent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> FetchLimits {
        FetchLimits { count: 2, total_bytes: 10, depth: 1, ..FetchLimits::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_budget_ends_by_number_bytes_depth_or_time() {
        let mut by_number = Budget::new(&limits());
        assert!(by_number.take_document().is_ok() && by_number.take_document().is_ok());
        assert!(matches!(by_number.take_document(), Err(FetchError::BudgetSpent)));

        let by_number_too = by_number.clone();
        assert!(by_number_too.is_spent(), "a clone is no new account");

        let mut by_bytes = Budget::new(&limits());
        by_bytes.take_bytes(11);
        assert!(matches!(by_bytes.take_document(), Err(FetchError::BudgetSpent)));

        let mut by_depth = Budget::new(&limits());
        assert!(by_depth.take_step().is_ok());
        assert!(matches!(by_depth.take_step(), Err(FetchError::BudgetSpent)));

        let mut by_time = Budget::new(&limits());
        tokio::time::advance(limits().total_time).await;
        assert!(matches!(by_time.take_document(), Err(FetchError::BudgetSpent)));
    }
}
