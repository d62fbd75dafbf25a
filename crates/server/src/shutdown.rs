//! One signal to stop, heard by everything that runs.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Asks for the end of everything that holds the [`Shutdown`] made with it; so does dropping it.
#[derive(Debug)]
pub struct Trigger(watch::Sender<bool>);

/// Tells whether the end was asked for. Clones share one signal.
#[derive(Debug, Clone)]
pub struct Shutdown(watch::Receiver<bool>);

/// A signal and the means to give it.
pub fn channel() -> (Trigger, Shutdown) {
    let (sender, receiver) = watch::channel(false);
    (Trigger(sender), Shutdown(receiver))
}

/// A signal given by SIGTERM and SIGINT.
///
/// # Errors
/// When the handlers cannot be installed.
pub fn on_signals() -> io::Result<Shutdown> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (trigger, shutdown) = channel();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("asked to stop");
        trigger.stop();
    });
    Ok(shutdown)
}

impl Trigger {
    /// Asks for the end.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Shutdown {
    /// Ends when the end is asked for.
    pub async fn requested(&self) {
        // An error means that the trigger is gone: nobody could ask any more.
        let _ = self.0.clone().wait_for(|asked| *asked).await;
    }

    /// As [`Shutdown::requested`], for tasks that outlive the one who starts them.
    pub async fn ended(self) {
        self.requested().await;
    }

    /// Whether the end was asked for.
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_clones_hear_the_trigger() {
        let (trigger, shutdown) = channel();
        let clone = shutdown.clone();
        assert!(!clone.is_requested());
        trigger.stop();
        clone.requested().await;
        assert!(shutdown.is_requested());
    }

    #[tokio::test]
    async fn a_lost_trigger_means_the_end() {
        let (trigger, shutdown) = channel();
        drop(trigger);
        shutdown.requested().await;
    }
}
