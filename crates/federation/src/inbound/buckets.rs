//! Token buckets: who may ask how often, before anything dear is done for them.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::held::{Held, Share};
use crate::limits::InboxLimits;
use crate::net::ClientIp;

/// After so many questions, buckets that are full again are dropped.
const SWEEP_EVERY: u32 = 4096;

/// All buckets of the inbox.
pub(crate) struct Buckets {
    requests_of_ip: Limiter<IpAddr>,
    /// By who asks, and the host that is claimed.
    requests_of_host: Limiter<(IpAddr, String)>,
    key_fetches_of_ip: Limiter<IpAddr>,
    key_fetches_of_host: Limiter<String>,
    held: Arc<Held>,
}

impl Buckets {
    pub(crate) fn new(limits: &InboxLimits) -> Self {
        Self {
            requests_of_ip: Limiter::new(limits.per_ip_per_minute),
            requests_of_host: Limiter::new(limits.per_host_per_minute),
            key_fetches_of_ip: Limiter::new(limits.key_fetches_per_ip_per_minute),
            key_fetches_of_host: Limiter::new(limits.key_fetches_per_host_per_minute),
            held: Held::new(limits),
        }
    }

    /// What a request of `client` holds in memory, nothing at first.
    pub(crate) fn hold(&self, client: ClientIp) -> Share {
        self.held.begin(client)
    }

    /// A request of `client` that says to come from `host`. The error is the time to wait.
    pub(crate) fn take_request(&self, client: ClientIp, host: Option<&str>) -> Result<(), Duration> {
        self.requests_of_ip.take(&client.bucket())?;
        // Of one client: nothing proves the host yet, so one must not use up what another would need.
        host.map_or(Ok(()), |host| self.requests_of_host.take(&(client.bucket(), host.to_owned())))
    }

    /// A fetch from `host` because of something `client` claims. The error is the time to wait.
    pub(crate) fn take_fetch(&self, client: ClientIp, host: &str) -> Result<(), Duration> {
        self.key_fetches_of_ip.take(&client.bucket())?;
        // Of all clients together: it is the host that would bear it.
        self.key_fetches_of_host.take(&host.to_owned())
    }
}

struct Limiter<K: Hash + Eq + Clone> {
    buckets: DefaultKeyedRateLimiter<K>,
    clock: DefaultClock,
    asked: AtomicU32,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    fn new(per_minute: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        Self { buckets: RateLimiter::keyed(quota), clock: DefaultClock::default(), asked: AtomicU32::new(0) }
    }

    fn take(&self, key: &K) -> Result<(), Duration> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.buckets.retain_recent();
        }
        self.buckets.check_key(key).map_err(|until| until.wait_time_from(self.clock.now()))
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::*;

    fn buckets() -> Buckets {
        Buckets::new(&InboxLimits {
            per_ip_per_minute: 3,
            per_host_per_minute: 2,
            key_fetches_per_host_per_minute: 2,
            ..InboxLimits::default()
        })
    }

    fn client(last: u8) -> ClientIp {
        ClientIp(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn a_bucket_is_empty_after_its_number_and_says_when_to_come_back() {
        let buckets = buckets();
        assert!(buckets.take_request(client(1), Some("a.example")).is_ok());
        assert!(buckets.take_request(client(1), Some("a.example")).is_ok());
        let wait = buckets.take_request(client(1), Some("a.example")).unwrap_err();
        assert!(wait > Duration::from_secs(20) && wait <= Duration::from_secs(30), "{wait:?}");
        assert!(
            buckets.take_request(client(2), Some("a.example")).is_ok(),
            "claimed by one is not used up for others"
        );
    }

    #[test]
    fn by_default_one_host_leaves_room_for_others_behind_its_address() {
        let limits = InboxLimits::default();
        let buckets = Buckets::new(&limits);
        // On a busy machine the bucket fills again by some meanwhile.
        let most = 2 * limits.per_host_per_minute;
        let is_taken = |_: &u32| buckets.take_request(client(1), Some("busy.example")).is_ok();
        let taken = (0..most).take_while(is_taken).count();
        assert!((limits.per_host_per_minute..most).contains(&u32::try_from(taken).unwrap()), "{taken}");
        assert!(buckets.take_request(client(1), Some("quiet.example")).is_ok());
    }

    #[test]
    fn addresses_of_one_ipv6_network_share_a_bucket() {
        let buckets = buckets();
        let of = |last| ClientIp(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, last).into());
        for last in 0..3 {
            assert!(buckets.take_request(of(last), None).is_ok());
        }
        assert!(buckets.take_request(of(9), None).is_err());
        assert!(buckets.take_request(client(1), None).is_ok());
    }

    #[test]
    fn fetches_are_counted_for_the_host_that_would_be_asked() {
        let buckets = buckets();
        assert!(buckets.take_fetch(client(1), "victim.example").is_ok());
        assert!(buckets.take_fetch(client(2), "victim.example").is_ok());
        assert!(buckets.take_fetch(client(3), "victim.example").is_err());
    }
}
