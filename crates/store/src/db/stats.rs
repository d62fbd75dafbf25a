//! Counters of the write path.

use std::sync::atomic::{AtomicU64, Ordering};

/// How writing went, as counts since the database was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteStats {
    /// Transactions committed.
    pub committed: u64,
    /// Transactions rolled back: dropped, failed or expired.
    pub rolled_back: u64,
    /// COMMITs that reached the disk. On SQLite fewer than `committed` when transactions shared one; on PostgreSQL as many.
    pub commits: u64,
    /// COMMITs that failed; on SQLite all transactions of the batch failed with it.
    pub failed_commits: u64,
    /// Holders that overstayed [`OpenOptions::holder_deadline`](super::OpenOptions::holder_deadline). SQLite only.
    pub expired: u64,
    /// Writing connections opened after one broke. SQLite only.
    pub reopened: u64,
}

/// The counters behind [`WriteStats`].
#[derive(Debug, Default)]
pub(super) struct Counters {
    committed: AtomicU64,
    rolled_back: AtomicU64,
    commits: AtomicU64,
    failed_commits: AtomicU64,
    expired: AtomicU64,
    reopened: AtomicU64,
}

impl Counters {
    pub(super) fn read(&self) -> WriteStats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        WriteStats {
            committed: read(&self.committed),
            rolled_back: read(&self.rolled_back),
            commits: read(&self.commits),
            failed_commits: read(&self.failed_commits),
            expired: read(&self.expired),
            reopened: read(&self.reopened),
        }
    }

    /// One COMMIT that `transactions` shared.
    pub(super) fn commit(&self, transactions: usize) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.committed.fetch_add(transactions as u64, Ordering::Relaxed);
    }

    pub(super) fn failed_commit(&self) {
        self.failed_commits.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn rollback(&self) {
        self.rolled_back.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn expiry(&self) {
        self.expired.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn reopening(&self) {
        self.reopened.fetch_add(1, Ordering::Relaxed);
    }
}
