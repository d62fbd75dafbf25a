//! The one way out: an HTTP client that connects to no address it should not, follows no redirect on its own, and reads
//! no more than it was told to.
//!
//! Knows nothing of actors or signatures; [`crate::fetch`] and [`crate::delivery`] bring the headers.

mod answer;
mod client;
mod client_ip;
mod error;
mod forbidden;
mod guard;
mod resolver;
mod transport;

pub use answer::Answer;
pub use client::{Client, ClientError, ClientOptions};
pub use client_ip::ClientIp;
pub use error::NetError;
pub use guard::{AddressGuard, Refusal};
pub use resolver::{FixedLookup, Lookup, LookupFuture, SystemLookup};
pub use transport::InboxTransport;
