//! Key pairs for new actors, made ahead.

use guildhall_activitypub::KeyPair;
use guildhall_activitypub::key::KeyError;
use guildhall_app::port::{KeyMint, NewKeys, PortFuture};
use tokio::sync::{Mutex, mpsc};

/// Pairs kept ready: enough for a few groups at once, few enough that an idle server soon rests.
const READY: usize = 2;

/// Makes keys on a thread of its own and keeps some ready: an RSA pair takes about 100 ms of CPU.
pub struct KeyPool {
    ready: Mutex<mpsc::Receiver<NewKeys>>,
}

impl KeyPool {
    /// Starts to make keys. The thread ends with the pool.
    pub fn start() -> Self {
        let (sender, ready) = mpsc::channel(READY);
        tokio::task::spawn_blocking(move || {
            loop {
                match make().map(|keys| sender.blocking_send(keys)) {
                    Ok(Ok(())) => {}
                    // The pool is gone.
                    Ok(Err(_)) => return,
                    Err(error) => tracing::error!(error = %error, "making a key pair failed"),
                }
            }
        });
        Self { ready: Mutex::new(ready) }
    }
}

impl KeyMint for KeyPool {
    #[expect(clippy::expect_used, reason = "the thread that makes keys lives as long as the pool")]
    fn next(&self) -> PortFuture<'_, NewKeys> {
        Box::pin(async { self.ready.lock().await.recv().await.expect("keys are being made") })
    }
}

fn make() -> Result<NewKeys, KeyError> {
    let rsa = KeyPair::generate_rsa()?;
    let ed25519 = KeyPair::generate_ed25519()?;
    Ok(NewKeys {
        rsa: (rsa.public().to_bytes(), rsa.to_pkcs8()?),
        ed25519: (ed25519.public().to_bytes(), ed25519.to_pkcs8()?),
    })
}
