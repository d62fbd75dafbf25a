//! The reading connections of a SQLite file.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::{Connect, off_thread};
use crate::StoreError;

/// Some connections that only read; clones share them.
///
/// A query keeps its connection for as long as it runs on its thread, so there are seldom more in use than threads. Who
/// comes next gets the one that was given back last, with its pages and statements at hand.
#[derive(Clone, Debug)]
pub(in crate::db) struct Readers {
    shared: Arc<Shared>,
    /// One for each connection that may be in use.
    permits: Arc<Semaphore>,
    most: u32,
    acquire_timeout: Duration,
}

#[derive(Debug)]
struct Shared {
    connect: Connect,
    idle: Mutex<Vec<Connection>>,
}

/// A connection on loan; goes back when dropped.
#[derive(Debug)]
pub(super) struct Loan {
    /// Some until it is dropped.
    connection: Option<Connection>,
    shared: Arc<Shared>,
    _permit: OwnedSemaphorePermit,
}

impl Readers {
    /// At most `most` connections; opens the first.
    pub(in crate::db) async fn open(
        connect: Connect,
        most: u32,
        acquire_timeout: Duration,
    ) -> Result<Self, StoreError> {
        let first = connect.open().await?;
        let most = most.max(1);
        Ok(Self {
            shared: Arc::new(Shared { connect, idle: Mutex::new(vec![first]) }),
            permits: Arc::new(Semaphore::new(most as usize)),
            most,
            acquire_timeout,
        })
    }

    /// A connection, at once where one is free.
    pub(super) async fn lend(&self) -> Result<Loan, StoreError> {
        self.shared.connect.look_again()?;
        let permit = match self.permits.clone().try_acquire_owned() {
            Ok(permit) => permit,
            // Closed or all in use: the waiting one tells which.
            Err(_) => timeout(self.acquire_timeout, self.permits.clone().acquire_owned())
                .await
                .map_err(|_| StoreError::Timeout)?
                .map_err(|_| StoreError::Closed)?,
        };
        let idle = self.shared.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.shared.connect.open_again().await?,
        };
        Ok(Loan { connection: Some(connection), shared: self.shared.clone(), _permit: permit })
    }

    /// Waits for running queries, then closes every connection.
    pub(in crate::db) async fn close(&self) {
        // An error means that another clone closed them first.
        let Ok(_all) = self.permits.acquire_many(self.most).await else { return };
        self.permits.close();
        let idle = mem::take(&mut *self.shared.idle());
        // It fails only where the runtime ends, and they with it.
        let _ = off_thread(move || drop(idle)).await;
    }
}

impl Shared {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Loan {
    pub(super) fn connection(&self) -> Result<&Connection, StoreError> {
        self.connection.as_ref().ok_or(StoreError::Closed)
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        self.shared.idle().extend(self.connection.take());
    }
}
