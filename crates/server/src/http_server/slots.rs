//! Who may have a connection open: so many in all and so many of one address. When all are taken, those go that have
//! gone longest without an answer: half a head and half a body keep nobody else out. The same when too much waits to be
//! sent to clients that do not read.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::stack::Settings;

/// All places there are.
pub(super) struct Slots {
    most: usize,
    most_of_address: usize,
    since: Instant,
    most_unsent: usize,
    /// Bytes of answers that the clients of all connections have not taken yet.
    unsent: AtomicUsize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    next: u64,
    of: HashMap<u64, (IpAddr, Arc<Progress>)>,
    of_address: HashMap<IpAddr, usize>,
}

/// The place of one connection; dropping it gives it back.
pub(super) struct Slot {
    id: u64,
    slots: Arc<Slots>,
    progress: Arc<Progress>,
}

/// What is known of a connection from outside.
#[derive(Default)]
pub(super) struct Progress {
    /// When it was accepted, or had its last answer, in milliseconds since the server began.
    answered_at: AtomicU64,
    /// Its part of all that is unsent.
    unsent: AtomicUsize,
    close: Notify,
}

/// Notes what is answered on one connection, and what of it is not taken yet.
#[derive(Clone)]
pub(super) struct Ledger {
    slots: Arc<Slots>,
    progress: Arc<Progress>,
}

/// A piece of an answer, counted as unsent for as long as it is there.
struct Unsent {
    bytes: Bytes,
    ledger: Ledger,
}

impl Slots {
    pub(super) fn new(settings: &Settings) -> Arc<Self> {
        Arc::new(Self {
            most: settings.connections.max(1),
            most_of_address: settings.connections_per_address,
            since: Instant::now(),
            most_unsent: settings.unsent_bytes,
            unsent: AtomicUsize::new(0),
            taken: Mutex::default(),
        })
    }

    /// A place for a connection from `address`, if need be that of somebody who has waited long. `None`: the address has
    /// as many as it may. `is_proxy`: it stands for many and may have all.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr, is_proxy: bool) -> Option<Slot> {
        let address = network_of(address);
        let progress = Arc::new(Progress { answered_at: self.now().into(), ..Progress::default() });
        let mut taken = self.lock();
        let of_address = taken.of_address.get(&address).copied().unwrap_or_default();
        if of_address >= self.most_of_address && !is_proxy {
            return None;
        }
        if taken.of.len() >= self.most {
            // Several at a time, as finding them looks at all.
            let mut left = self.most.div_ceil(100);
            self.close_longest_waiting(&mut taken, |_| {
                left -= 1;
                left > 0
            });
        }
        let id = taken.next;
        taken.next += 1;
        taken.of.insert(id, (address, Arc::clone(&progress)));
        *taken.of_address.entry(address).or_default() += 1;
        Some(Slot { id, slots: Arc::clone(self), progress })
    }

    /// Closes connections with unsent answers, until a quarter of what there may be is gained.
    fn relieve(&self) {
        let mut gained = 0;
        self.close_longest_waiting(&mut self.lock(), |unsent| {
            gained += unsent;
            gained < self.most_unsent / 4
        });
    }

    /// Closes those that have gone longest without an answer, for as long as `more` says so of the bytes gained.
    fn close_longest_waiting(&self, taken: &mut Taken, mut more: impl FnMut(usize) -> bool) {
        let waiting = |(id, (_, progress)): (&u64, &(IpAddr, Arc<Progress>))| {
            (progress.answered_at.load(Ordering::Relaxed), *id)
        };
        let mut all: Vec<_> = taken.of.iter().map(waiting).collect();
        all.sort_unstable();
        for (_, id) in all {
            let Some((_, progress)) = taken.remove(id) else { continue };
            // Gone from the account at once: it takes a moment until it is gone from memory.
            let unsent = progress.unsent.swap(0, Ordering::Relaxed);
            self.unsent.fetch_sub(unsent, Ordering::Relaxed);
            progress.close.notify_one();
            metrics::counter!("http_connections_displaced_total").increment(1);
            if !more(unsent) {
                return;
            }
        }
    }

    /// Milliseconds since the server began.
    fn now(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn remove(&mut self, id: u64) -> Option<(IpAddr, Arc<Progress>)> {
        let removed = self.of.remove(&id)?;
        if let Some(count) = self.of_address.get_mut(&removed.0) {
            *count -= 1;
            if *count == 0 {
                self.of_address.remove(&removed.0);
            }
        }
        Some(removed)
    }
}

impl Slot {
    /// What is to be told of the answers on this connection.
    pub(super) fn ledger(&self) -> Ledger {
        Ledger { slots: Arc::clone(&self.slots), progress: Arc::clone(&self.progress) }
    }

    /// Ends when the place is needed for somebody else.
    pub(super) async fn displaced(&self) {
        self.progress.close.notified().await;
    }
}

impl Ledger {
    /// An answer is ready.
    pub(super) fn note_answer(&self) {
        self.progress.answered_at.store(self.slots.now(), Ordering::Relaxed);
    }

    /// Counts a piece of an answer until it is sent and dropped.
    pub(super) fn count(&self, bytes: Bytes) -> Bytes {
        let length = bytes.len();
        self.progress.unsent.fetch_add(length, Ordering::Relaxed);
        let all = self.slots.unsent.fetch_add(length, Ordering::Relaxed) + length;
        if all > self.slots.most_unsent {
            self.slots.relieve();
        }
        Bytes::from_owner(Unsent { bytes, ledger: self.clone() })
    }
}

impl AsRef<[u8]> for Unsent {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Unsent {
    fn drop(&mut self) {
        let Ledger { slots, progress } = &self.ledger;
        let less = |unsent: usize| unsent.checked_sub(self.bytes.len());
        // Not there any more when the connection is being closed for its unread answers.
        if progress.unsent.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok() {
            slots.unsent.fetch_sub(self.bytes.len(), Ordering::Relaxed);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.slots.lock().remove(self.id);
    }
}

/// What one customer of a provider can choose from at will counts as one address: a /64 of IPv6.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt;

    use super::*;

    const AMPLE: Duration = Duration::from_mins(1);

    fn slots(connections: usize, connections_per_address: usize) -> Arc<Slots> {
        Slots::new(&Settings {
            connections,
            connections_per_address,
            unsent_bytes: 100,
            header_timeout: AMPLE,
            request_timeout: AMPLE,
            body_bytes: 0,
            drain_timeout: AMPLE,
        })
    }

    /// Connections that had their last answers one after the other.
    fn places(slots: &Arc<Slots>, count: u8) -> Vec<Slot> {
        let place = |last| {
            let slot = slots.take(address(last), false).unwrap();
            slot.progress.answered_at.store(last.into(), Ordering::Relaxed);
            slot
        };
        (1..=count).map(place).collect()
    }

    fn displaced(held: &[Slot]) -> Vec<bool> {
        held.iter().map(|slot| slot.displaced().now_or_never().is_some()).collect()
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn one_address_has_its_share_until_it_gives_back_and_a_proxy_has_more() {
        let slots = slots(10, 2);
        let held = [slots.take(address(1), false).unwrap(), slots.take(address(1), false).unwrap()];
        assert!(slots.take(address(1), false).is_none());
        assert!(slots.take(address(2), false).is_some());
        assert!(slots.take(address(1), true).is_some());
        drop(held);
        assert!(slots.take(address(1), false).is_some());
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one() {
        let slots = slots(10, 1);
        let _held = slots.take("2001:db8::1".parse().unwrap(), false).unwrap();
        assert!(slots.take("2001:db8::2".parse().unwrap(), false).is_none());
        assert!(slots.take("2001:db8:0:1::1".parse().unwrap(), false).is_some());
    }

    #[test]
    fn who_waited_longest_goes_when_all_places_are_taken() {
        let slots = slots(3, 3);
        let held = places(&slots, 3);
        held[0].progress.answered_at.store(9, Ordering::Relaxed);
        assert_eq!(displaced(&held), [false; 3]);
        let _new = slots.take(address(4), false).unwrap();
        assert_eq!(displaced(&held), [false, true, false], "the first has been answered since");
        drop(held);
        assert_eq!(slots.lock().of.len(), 1, "a place that went to another is given back once");
    }

    #[test]
    fn answers_that_nobody_reads_go_before_there_are_too_many() {
        let slots = slots(3, 3);
        let held = places(&slots, 3);
        let unread: Vec<_> = held.iter().map(|slot| slot.ledger().count(vec![0; 30].into())).collect();
        assert_eq!(displaced(&held), [false; 3]);
        drop(held[2].ledger().count(vec![0; 10].into()));
        assert_eq!((displaced(&held), slots.unsent.load(Ordering::Relaxed)), (vec![false; 3], 90));
        let _more = held[2].ledger().count(vec![0; 20].into());
        assert_eq!(displaced(&held), [true, false, false], "its 30 are enough");
        drop(unread);
        assert_eq!(slots.unsent.load(Ordering::Relaxed), 20);
    }
}
