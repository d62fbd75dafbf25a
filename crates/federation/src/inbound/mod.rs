//! What other servers send: checked, kept, answered; then worked through.
//!
//! `verify` gives the only [`VerifiedActivity`] there is, `receive` keeps it before the sender hears 202.

mod arrivals;
mod buckets;
mod held;
mod keep;
mod lanes;
mod receive;
mod room;
mod shards;
mod share;
pub mod synchronize;
mod translate;
mod turns;
mod verify;
mod worker;

pub(crate) use arrivals::Arrivals;
pub(crate) use buckets::Buckets;
pub(crate) use held::Share;
pub(crate) use keep::Keeping;
pub(crate) use receive::{InboxRequest, receive};
pub(crate) use shards::Shards;
pub use share::{SERVING, introduce, shard_in};
pub(crate) use synchronize::Synchronizations;
pub use verify::{Authentication, Rejection, VerifiedActivity, verify_announced, verify_get};
pub use worker::{run, run_until_idle};
