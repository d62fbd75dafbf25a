//! The short way from the inbox to the worker: what was just kept is handed over, so that it need not be read again.

use std::sync::{Arc, Mutex, PoisonError};

use guildhall_store::received::Received;
use tokio::sync::{Notify, mpsc};

/// Activities on the short way at one time: some seconds' worth.
const CAPACITY: usize = 1_024;

/// The short way. A hint: what does not fit is found in the store.
#[derive(Clone)]
pub(crate) struct Arrivals {
    sender: mpsc::Sender<Received>,
    receiver: Arc<Mutex<Option<mpsc::Receiver<Received>>>>,
    /// Rung for what did not fit.
    overflow: Arc<Notify>,
}

impl Arrivals {
    pub(crate) fn new() -> Self {
        let (sender, receiver) = mpsc::channel(CAPACITY);
        Self { sender, receiver: Arc::new(Mutex::new(Some(receiver))), overflow: Arc::default() }
    }

    /// Tells of an activity that was just committed.
    pub(crate) fn tell(&self, received: Received) {
        if self.sender.try_send(received).is_err() {
            self.overflow.notify_one();
        }
    }

    /// Waits until something did not fit.
    pub(super) async fn overflowed(&self) {
        self.overflow.notified().await;
    }

    /// The other end, for the one worker of this process.
    pub(super) fn take(&self) -> Option<mpsc::Receiver<Received>> {
        self.receiver.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
