//! `[limits]`: how much one peer, one client or one fetch may ask of this server.

use super::HumanDuration;
use super::section::section;

section! {
    /// How much one peer, one client or one fetch may ask of this server.
    struct LimitsConfig = "limits" {
        /// Connections open at one time; for one more, those are closed that have gone longest without an answer.
        connections: u32 = 5_000,
        /// Connections open at one time from one address that is no trusted proxy; of IPv6 a /64 counts as one.
        connections_per_address: u32 = 256,
        /// Time for the head of a request to arrive, and for which a connection may stay idle.
        header_timeout: HumanDuration = HumanDuration::seconds(30),
        /// Time for the body of a request to arrive and its handler to answer, together.
        request_timeout: HumanDuration = HumanDuration::seconds(30),
        /// Largest request body, in bytes, of everything but the inbox.
        body_bytes: u32 = 1024 * 1024,
        /// Largest activity taken by the inbox, in bytes.
        inbox_body_bytes: u32 = 1024 * 1024,
        /// Time for the body of an activity to arrive.
        inbox_body_timeout: HumanDuration = HumanDuration::seconds(5),
        /// Inbox requests of one IP address in a minute, before any signature is looked at.
        inbox_per_ip_per_minute: u32 = 6_000,
        /// Inbox requests of one IP address in a minute whose keys are of one host.
        inbox_per_host_per_minute: u32 = 3_000,
        /// Unknown keys fetched in a minute because requests of one IP address, or naming one host, claim to have them.
        inbox_key_fetches_per_minute: u32 = 600,
        /// Largest document fetched from another server, in bytes after decompression.
        fetch_body_bytes: u32 = 1024 * 1024,
        /// Time for one fetch with all its redirects.
        fetch_timeout: HumanDuration = HumanDuration::seconds(10),
        /// Redirects followed in one fetch; each is checked like the first address.
        fetch_redirects: u32 = 3,
        /// Missing parents followed upwards from one received reply.
        fetch_depth: u32 = 20,
        /// Documents fetched because of one received activity.
        fetch_count: u32 = 50,
    }
}
