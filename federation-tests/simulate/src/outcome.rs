//! What a simulation has found.

use std::time::Duration;

use crate::histogram::Histogram;
use crate::time::Moment;

/// What a simulation has found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// Items on the log.
    pub(crate) items: u64,
    /// From writing to the answer, of hosts that were up then and had not failed last time.
    pub(crate) well: Histogram,
    /// Of hosts that were up when it was written.
    pub(crate) up: Histogram,
    /// Of all that got it.
    pub(crate) all: Histogram,
    /// Requests sent, whatever came of them.
    pub(crate) attempts: u64,
    /// Connections opened to hosts that were up.
    pub(crate) handshakes: u64,
    /// Requests that have to be made again.
    pub(crate) retried: u64,
    /// Taken again by a host that had it: sent before a node was killed, noted after.
    pub(crate) twice: u64,
    /// Items that a host will never get.
    pub(crate) given_up: u64,
    /// An item taken before an earlier one of its order key.
    pub(crate) out_of_order: u64,
    /// Items that a host which is up at the end has not got.
    pub(crate) missing: u64,
    /// Hosts up at the end.
    pub(crate) up_at_end: u64,
    /// Transactions that lease hosts.
    pub(crate) lease_transactions: u64,
    /// Hosts leased.
    pub(crate) leases: u64,
    /// Cursors written down.
    pub(crate) saves: u64,
    /// CPU time of all nodes for all requests.
    pub(crate) cpu: Duration,
    /// The same if all were signed with RSA, and with Ed25519.
    pub(crate) cpu_rsa: Duration,
    pub(crate) cpu_ed25519: Duration,
    /// Most at once.
    pub(crate) peak: Peak,
    /// How things stood, every five minutes.
    pub(crate) samples: Vec<Sample>,
    /// From the killing of a node to the end of its leases.
    pub(crate) takeover: Option<Duration>,
    /// When the last host that is up had everything.
    pub(crate) settled_at: Moment,
}

/// The most of something at once.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Peak {
    pub(crate) queue_depth: u64,
    pub(crate) connections: u64,
    pub(crate) in_flight: u64,
}

/// How things stand at one time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) at: Moment,
    /// Deliveries that wait: items times hosts.
    pub(crate) queue_depth: u64,
    /// Those of them whose host is up.
    pub(crate) queue_depth_up: u64,
    /// Hosts that are down, those gone for good among them.
    pub(crate) down: u64,
    /// Hosts that failed last time, as we have noted; not the dead.
    pub(crate) failing: u64,
    /// Hosts given up, but for a question a day.
    pub(crate) dead: u64,
    /// Hosts with a task.
    pub(crate) running: u64,
    /// Connections open.
    pub(crate) connections: u64,
}
