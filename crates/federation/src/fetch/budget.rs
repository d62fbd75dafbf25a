//! What all fetches for one cause may cost together: one received activity, one look-up by a person.

use tokio::time::Instant;

use super::FetchError;
use crate::limits::FetchLimits;

/// What is left to be spent.
#[derive(Debug, Clone)]
pub struct Budget {
    documents: u32,
    bytes: usize,
    depth: u32,
    until: Instant,
}

impl Budget {
    /// A full budget, from now on.
    pub fn new(limits: &FetchLimits) -> Self {
        Self {
            documents: limits.count,
            bytes: limits.total_bytes,
            depth: limits.depth,
            until: Instant::now() + limits.total_time,
        }
    }

    /// Pays for one document.
    ///
    /// # Errors
    /// [`FetchError::BudgetSpent`]: number, bytes or time have run out.
    pub fn take_document(&mut self) -> Result<(), FetchError> {
        if self.bytes == 0 || Instant::now() >= self.until {
            return Err(FetchError::BudgetSpent);
        }
        self.documents = self.documents.checked_sub(1).ok_or(FetchError::BudgetSpent)?;
        Ok(())
    }

    /// Pays for bytes that have come. The last document may overdraw; the next one will not be paid for.
    pub fn take_bytes(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// Pays for one step upwards or inwards.
    ///
    /// # Errors
    /// [`FetchError::BudgetSpent`]: it goes too deep.
    pub fn take_step(&mut self) -> Result<(), FetchError> {
        self.depth = self.depth.checked_sub(1).ok_or(FetchError::BudgetSpent)?;
        Ok(())
    }
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
