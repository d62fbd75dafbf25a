//! The one writer of a SQLite file, with group commit.
//!
//! A task owns the writing connection. [`Writer::begin`] queues a request; the task runs `BEGIN IMMEDIATE`, lends the
//! connection to the first in the queue and takes it back, lends it to the next behind a savepoint, and so on while anybody
//! waits. One `COMMIT` then makes all of it durable with one sync of the disk, and only then is anybody told that they
//! committed. Nobody waits for company: a lone transaction is committed at once.
//!
//! Only that `COMMIT` leaves the thread it is asked for on, since it waits for the disk; everything else is done in place.
//!
//! Measured with a sync of 2 ms: 64 tasks commit 3222 transactions a second this way, 369 one by one.

mod batch;
mod lease;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::OpenOptions;
use super::sqlite::{self, Connect, Connection, off_thread};
use super::stats::Counters;
use crate::StoreError;
use batch::{Batch, Limits};
pub(super) use lease::Lease;

/// Requests that may wait in the channel; more wait before it.
const QUEUE: usize = 1024;
/// What closing a connection may take before it is left to itself.
const CLOSE_LIMIT: Duration = Duration::from_secs(5);

/// The way to the writer task. The task ends when the last clone is dropped.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    requests: mpsc::Sender<Request>,
    acquire_timeout: Duration,
    connect: Arc<Connect>,
}

/// Where a lease is sent, or the reason why there is none.
type Applicant = oneshot::Sender<Result<Lease, StoreError>>;

enum Request {
    Begin(Applicant),
    Close(oneshot::Sender<()>),
}

impl Writer {
    /// Opens the connection and starts the task.
    pub(super) async fn start(
        connect: Connect,
        options: &OpenOptions,
        counters: Arc<Counters>,
    ) -> Result<Self, StoreError> {
        let connection = connect.open().await?;
        let connect = Arc::new(connect);
        let (requests, queue) = mpsc::channel(QUEUE);
        let limits = Limits { deadline: options.holder_deadline, patience: connect.patience() };
        let task = Task { connect: connect.clone(), connection: Some(connection), queue, limits, counters };
        tokio::spawn(task.run());
        Ok(Self { requests, acquire_timeout: options.acquire_timeout, connect })
    }

    /// How the writing connection is opened.
    pub(super) fn connect(&self) -> &Connect {
        &self.connect
    }

    /// Waits for the connection, up to the time-out.
    pub(super) async fn begin(&self) -> Result<Lease, StoreError> {
        let (applicant, lease) = oneshot::channel();
        let granted = async {
            self.requests.send(Request::Begin(applicant)).await.map_err(|_| StoreError::Closed)?;
            lease.await.map_err(|_| StoreError::Closed)?
        };
        timeout(self.acquire_timeout, granted).await.map_err(|_| StoreError::Timeout)?
    }

    /// Lets the requests before this one finish, then closes the connection.
    pub(super) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.requests.send(Request::Close(done)).await.is_ok() {
            // An error means that another clone closed it first.
            let _ = closed.await;
        }
    }
}

struct Task {
    connect: Arc<Connect>,
    /// None after it broke, until the next request.
    connection: Option<Connection>,
    queue: mpsc::Receiver<Request>,
    limits: Limits,
    counters: Arc<Counters>,
}

impl Task {
    async fn run(mut self) {
        let mut next = self.queue.recv().await;
        let done = loop {
            next = match next {
                Some(Request::Begin(applicant)) => self.serve(applicant).await,
                Some(Request::Close(done)) => break Some(done),
                None => break None,
            };
            if next.is_none() {
                next = self.queue.recv().await;
            }
        };
        if let Some(connection) = self.connection.take() {
            close(connection).await;
        }
        if let Some(done) = done {
            // Nobody waits any more if this fails.
            let _ = done.send(());
        }
    }

    /// Runs one batch, from `first` on. Gives back a request that it took from the queue and did not serve.
    async fn serve(&mut self, first: Applicant) -> Option<Request> {
        if let Err(error) = self.connect.look() {
            // The applicant may have gone.
            let _ = first.send(Err(error));
            return None;
        }
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => match self.reopen().await {
                Ok(connection) => connection,
                Err(error) => {
                    // The applicant may have gone.
                    let _ = first.send(Err(error));
                    return None;
                }
            },
        };
        let mut batch = Batch::new(connection, self.limits, &self.counters);
        batch.serve(first).await;
        let mut left_over = None;
        while batch.takes_more() && left_over.is_none() {
            match self.queue.try_recv() {
                Ok(Request::Begin(applicant)) => batch.serve(applicant).await,
                Ok(close @ Request::Close(_)) => left_over = Some(close),
                Err(_) => break,
            }
        }
        self.connection = batch.finish().await;
        left_over
    }

    async fn reopen(&mut self) -> Result<Connection, StoreError> {
        self.counters.reopening();
        self.connect.open_again().await
    }
}

/// Closes `connection`; what it had not committed is rolled back.
async fn close(connection: Connection) {
    match timeout(CLOSE_LIMIT, off_thread(move || sqlite::close(connection))).await {
        Ok(Ok(Ok(()))) => {}
        Ok(Ok(Err(error))) => tracing::warn!(%error, "closing the writing connection failed"),
        Ok(Err(error)) => tracing::warn!(%error, "closing the writing connection failed"),
        Err(_) => tracing::warn!("closing the writing connection takes too long"),
    }
}
