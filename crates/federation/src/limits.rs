//! How much one peer, one request or one fetch may ask of us, all in one place.

use std::time::Duration;

use guildhall_activitypub::signature;

/// The numbers of this crate. The server fills in those that have a setting; the rest are as [`Limits::default`] says.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// What the inbox takes.
    pub inbox: InboxLimits,
    /// What one fetch, and all fetches for one cause, may cost.
    pub fetch: FetchLimits,
    /// How long what was learned of others is believed.
    pub memory: MemoryLimits,
}

/// What the inbox takes.
#[derive(Debug, Clone)]
pub struct InboxLimits {
    /// Largest activity, in bytes.
    pub body_bytes: usize,
    /// Time for the body to arrive.
    pub body_timeout: Duration,
    /// Bytes of bodies held at one time, until they are answered; more is 429.
    pub held_bytes: usize,
    /// The part of it that one address may have.
    pub held_bytes_per_client: usize,
    /// What each body may have besides: most activities are no larger.
    pub held_bytes_free: usize,
    /// Bytes read on of a body that is refused unread, before the connection is closed.
    pub drain_bytes: usize,
    /// Time for that.
    pub drain_timeout: Duration,
    /// Requests of one address in a minute; of IPv6 a /64 counts as one.
    pub per_ip_per_minute: u32,
    /// Requests of one address in a minute whose key ids name one host: less than of the address in all, so that one of
    /// several servers behind it leaves room for the others. Each address has a count of its own for a host: nothing is
    /// proved yet, and nobody shall use up what the host itself needs.
    pub per_host_per_minute: u32,
    /// Greatest age of a signature.
    pub signature_max_age: Duration,
    /// How far in the future a signature may lie.
    pub signature_max_ahead: Duration,
    /// Longest id of a key, in bytes.
    pub key_id_bytes: usize,
    /// Keys of one host fetched in a minute because somebody claimed to have them.
    pub key_fetches_per_host_per_minute: u32,
    /// Keys fetched in a minute because one address claimed to have them.
    pub key_fetches_per_ip_per_minute: u32,
}

/// What fetching may cost.
#[derive(Debug, Clone)]
pub struct FetchLimits {
    /// Largest document, in bytes after decompression.
    pub body_bytes: usize,
    /// Time for one fetch with all its redirects.
    pub timeout: Duration,
    /// Time for one connection to be made.
    pub connect_timeout: Duration,
    /// Redirects followed in one fetch; each is checked like the first address.
    pub redirects: u32,
    /// Missing parents followed upwards from one reply.
    pub depth: u32,
    /// Documents fetched for one cause.
    pub count: u32,
    /// Bytes fetched for one cause.
    pub total_bytes: usize,
    /// Time that all fetches for one cause may take.
    pub total_time: Duration,
    /// Pages read of one collection.
    pub collection_pages: u32,
    /// Items read of one collection.
    pub collection_items: usize,
}

/// How long what was learned of others is believed.
#[derive(Debug, Clone)]
pub struct MemoryLimits {
    /// An actor older than this is fetched again when it is next needed.
    pub actor_max_age: Duration,
    /// A key that fails is fetched again only if it is at least this old …
    pub key_settled_after: Duration,
    /// … and its actor has not been fetched for this reason for this long.
    pub key_refetch_interval: Duration,
    /// For how long something that could not be fetched is not asked for again by an unverified request.
    pub failure_ttl: Duration,
    /// Public keys kept parsed.
    pub keys: u64,
    /// For how long a change of the peering lists may go unnoticed.
    pub peering_ttl: Duration,
}

impl Default for InboxLimits {
    fn default() -> Self {
        Self {
            // 1 MiB: the largest recorded activity is 78 KiB.
            body_bytes: 1 << 20,
            body_timeout: Duration::from_secs(5),
            // Of JSON, a byte may take 16 of memory once it is parsed.
            held_bytes: 8 << 20,
            held_bytes_per_client: 2 << 20,
            held_bytes_free: 4 << 10,
            drain_bytes: 2 << 20,
            drain_timeout: Duration::from_secs(2),
            per_ip_per_minute: 6_000,
            // 50 in a second for as long as one likes: more than a large server has to say to one other.
            per_host_per_minute: 3_000,
            signature_max_age: Duration::from_hours(1),
            signature_max_ahead: Duration::from_mins(5),
            key_id_bytes: 2048,
            key_fetches_per_host_per_minute: 600,
            key_fetches_per_ip_per_minute: 600,
        }
    }
}

impl InboxLimits {
    /// The part that the signature check needs.
    pub fn signature(&self) -> signature::Limits {
        let millis = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        signature::Limits {
            max_age_ms: millis(self.signature_max_age),
            max_ahead_ms: millis(self.signature_max_ahead),
        }
    }
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            redirects: 3,
            depth: 20,
            count: 50,
            total_bytes: 8 << 20,
            total_time: Duration::from_mins(1),
            collection_pages: 10,
            collection_items: 1_000,
        }
    }
}

impl Default for MemoryLimits {
    fn default() -> Self {
        Self {
            actor_max_age: Duration::from_hours(24),
            key_settled_after: Duration::from_mins(5),
            key_refetch_interval: Duration::from_mins(10),
            failure_ttl: Duration::from_mins(5),
            keys: 10_000,
            peering_ttl: Duration::from_secs(3),
        }
    }
}
