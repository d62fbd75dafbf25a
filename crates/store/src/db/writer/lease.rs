//! The loan of the writing connection to one transaction.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};
use tokio::time::timeout;

use crate::StoreError;
use crate::db::sqlite::Connection;

/// Where the answer to a commit is sent, after the batch's COMMIT.
pub(super) type Committer = oneshot::Sender<Result<(), StoreError>>;

/// The borrower's side. Dropping it asks for a rollback.
#[derive(Debug)]
pub(in crate::db) struct Lease {
    slot: Slot,
    end: oneshot::Sender<Committer>,
}

/// The lender's side.
pub(super) struct Loan {
    slot: Slot,
    end: oneshot::Receiver<Committer>,
}

/// Holds the connection while the lease runs. Each lease has a slot of its own: a borrower who overstays finds it empty
/// and cannot write into somebody else's transaction.
type Slot = Arc<Mutex<Option<Connection>>>;

/// How a loan ended.
pub(super) enum End {
    Commit(Committer),
    Rollback,
    Expired,
}

pub(super) fn lend(connection: Connection) -> (Lease, Loan) {
    let slot = Arc::new(Mutex::new(Some(connection)));
    let (end, ended) = oneshot::channel();
    (Lease { slot: slot.clone(), end }, Loan { slot, end: ended })
}

impl Lease {
    /// The connection, for one statement; none when it was taken back.
    pub(in crate::db) async fn hold(&self) -> OwnedMutexGuard<Option<Connection>> {
        self.slot.clone().lock_owned().await
    }

    pub(in crate::db) async fn commit(self) -> Result<(), StoreError> {
        let (committer, answer) = oneshot::channel();
        self.end.send(committer).map_err(|_| StoreError::Expired)?;
        // The task ends in mid-batch only with the whole runtime.
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

impl Loan {
    /// Waits for the borrower, at most until `deadline`, and takes the connection back.
    ///
    /// `None` for the connection: the borrower sits in the middle of a statement for another `deadline`, so it stays
    /// with them, and is closed when they let go of it.
    pub(super) async fn end(self, deadline: Duration) -> (End, Option<Connection>) {
        let end = match timeout(deadline, self.end).await {
            Ok(Ok(committer)) => End::Commit(committer),
            Ok(Err(_)) => End::Rollback,
            Err(_) => End::Expired,
        };
        let connection = match timeout(deadline, self.slot.lock()).await {
            Ok(mut slot) => slot.take(),
            Err(_) => None,
        };
        (end, connection)
    }
}
