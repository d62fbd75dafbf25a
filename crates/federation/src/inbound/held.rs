//! Bytes of bodies in memory: so many in all, and so many of one client, so that one alone cannot have them all.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::limits::InboxLimits;
use crate::net::ClientIp;

/// When to come back: bodies are held for moments only.
const WAIT: Duration = Duration::from_secs(1);

/// What all clients hold.
pub(crate) struct Held {
    most: usize,
    most_of_client: usize,
    free: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    of_client: HashMap<IpAddr, usize>,
}

/// What one request holds; dropping it gives all back.
pub(crate) struct Share {
    held: Arc<Held>,
    client: IpAddr,
    /// Bytes that came, the free ones too.
    came: usize,
    counted: usize,
}

impl Held {
    pub(crate) fn new(limits: &InboxLimits) -> Arc<Self> {
        Arc::new(Self {
            most: limits.held_bytes,
            most_of_client: limits.held_bytes_per_client,
            free: limits.held_bytes_free,
            taken: Mutex::default(),
        })
    }

    /// A share without bytes yet.
    pub(crate) fn begin(self: &Arc<Self>, client: ClientIp) -> Share {
        Share { held: Arc::clone(self), client: client.bucket(), came: 0, counted: 0 }
    }
}

impl Share {
    /// So many more bytes. The error is the time to wait; nothing more is held then.
    pub(crate) fn add(&mut self, bytes: usize) -> Result<(), Duration> {
        self.came += bytes;
        let more = self.came.saturating_sub(self.held.free) - self.counted;
        if more == 0 {
            return Ok(());
        }
        let mut taken = self.held.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let of_client = taken.of_client.get(&self.client).copied().unwrap_or_default();
        if taken.all + more > self.held.most || of_client + more > self.held.most_of_client {
            return Err(WAIT);
        }
        taken.all += more;
        *taken.of_client.entry(self.client).or_default() += more;
        self.counted += more;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if self.counted == 0 {
            return;
        }
        let mut taken = self.held.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= self.counted;
        if let Some(of_client) = taken.of_client.get_mut(&self.client) {
            *of_client -= self.counted;
            if *of_client == 0 {
                taken.of_client.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held() -> Arc<Held> {
        let limits = InboxLimits {
            held_bytes: 30,
            held_bytes_per_client: 20,
            held_bytes_free: 5,
            ..InboxLimits::default()
        };
        Held::new(&limits)
    }

    fn client(last: u8) -> ClientIp {
        ClientIp(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn one_client_has_its_part_and_leaves_the_rest_to_others() {
        let held = held();
        let (mut first, mut second) = (held.begin(client(1)), held.begin(client(1)));
        assert!(first.add(25).is_ok(), "five are free");
        assert!(second.add(6).is_err());
        let mut other = held.begin(client(2));
        assert!(other.add(15).is_ok());
        assert!(held.begin(client(3)).add(6).is_err(), "all is taken");
        assert!(held.begin(client(3)).add(5).is_ok(), "what is free is always there");
    }

    #[test]
    fn what_is_answered_is_given_back() {
        let held = held();
        for _ in 0..3 {
            let mut share = held.begin(client(1));
            assert!(share.add(10).is_ok() && share.add(15).is_ok());
        }
        let taken = held.taken.lock().unwrap();
        assert_eq!((taken.all, taken.of_client.len()), (0, 0));
    }
}
