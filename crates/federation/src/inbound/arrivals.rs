//! The short way from the inbox to the worker: what was just kept is handed over, so that it need not be read again.
//!
//! It is open while this node alone takes in all that comes. Otherwise, what a sender sent before may have been taken by
//! another node and still be unread, and must not be overtaken: then everything is read from the store, in its order.

use std::sync::atomic::{AtomicBool, Ordering};
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
    /// Closed from the first that did not fit until the store has been read: what comes later must not overtake it.
    is_open: Arc<AtomicBool>,
    /// Rung for what did not go the short way.
    missed: Arc<Notify>,
}

impl Arrivals {
    pub(crate) fn new() -> Self {
        let (sender, receiver) = mpsc::channel(CAPACITY);
        let receiver = Arc::new(Mutex::new(Some(receiver)));
        Self { sender, receiver, is_open: Arc::default(), missed: Arc::default() }
    }

    /// Tells of an activity that was just committed. `is_alone`: nobody else can have taken in what came before it.
    pub(crate) fn tell(&self, received: Received, is_alone: bool) {
        let is_open = is_alone && self.is_open.load(Ordering::Acquire);
        if !is_open || self.sender.try_send(received).is_err() {
            self.close();
            self.missed.notify_one();
        }
    }

    /// Lets nothing pass any more.
    pub(super) fn close(&self) {
        self.is_open.store(false, Ordering::Release);
    }

    /// Lets pass what comes from now on. What was missed before is to be read from the store next, and only then what
    /// has come this way.
    pub(super) fn open(&self) {
        self.is_open.store(true, Ordering::Release);
    }

    /// Waits until something was missed.
    pub(super) async fn missed(&self) {
        self.missed.notified().await;
    }

    /// The other end, for the one worker of this process.
    pub(super) fn take(&self) -> Option<mpsc::Receiver<Received>> {
        self.receiver.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
