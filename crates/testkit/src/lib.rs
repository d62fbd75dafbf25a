//! What tests that go through the whole of an instance begin with: [`TestInstance`] (this instance, on a database of the
//! test's own, serving real HTTP on loopback), [`FakePeer`] (another server, likewise), recorded deliveries of other
//! software ([`Recording`], [`RecordedPeer`]), and a [`Chronicle`] of what they change and what is sent back.
//!
//! Only ever a dev-dependency. Nothing here sleeps: time is a [`FixedClock`] that the test moves, and work is done by
//! [`TestInstance::run_until_idle`]. Nothing leaves the machine: no name is ever looked up.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]
#![expect(clippy::missing_panics_doc, reason = "everything here panics instead of failing")]

mod chance;
mod chronicle;
mod clock;
mod fixture;
mod instance;
mod keys;
mod peer;

pub use chance::SeededRng;
pub use chronicle::Chronicle;
pub use clock::FixedClock;
pub use fixture::{RecordedDelivery, RecordedDocument, RecordedPeer, Recording};
pub use guildhall_store::testing::on_both_engines;
pub use instance::{Became, LocalEntry, LocalGroup, LocalPerson, TestInstance};
pub use keys::{StaticKeys, rsa};
pub use peer::{Delivered, FakePeer, Inbox, KeyIdStyle, PeerActor, Reply, Signing};
