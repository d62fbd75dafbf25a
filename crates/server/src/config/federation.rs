//! `[federation]`: how this instance deals with other servers.

use std::path::PathBuf;

use ipnet::IpNet;

use super::HumanDuration;
use super::section::section;

section! {
    /// How this instance deals with other servers.
    struct FederationConfig = "federation" {
        /// Whether anything is taken from or sent to other servers.
        enabled: bool = true,
        /// Whether ids may begin with `http://`: for tests and closed networks.
        allow_http: bool = false,
        /// Ranges the address guard lets through although they are private or otherwise special.
        allow_addresses: Vec<IpNet> = Vec::new(),
        /// PEM file of certificate authorities trusted next to the public ones.
        extra_ca_file: Option<PathBuf> = None,
        /// Whether an ActivityPub GET of content needs a signature of an actor that may read it.
        authorized_fetch: bool = false,
        /// Whether only servers named by `guildhall instance allow` are dealt with.
        allow_list_only: bool = false,
        /// Oldest signature that is accepted; at most 12 hours.
        signature_max_age: HumanDuration = HumanDuration::hours(1),
        /// How much is done at one time: for each, the activities of 2 senders and the deliveries to 32 servers.
        workers: u32 = 16,
    }
}
