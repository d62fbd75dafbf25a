//! Server to server: what other instances send ([`inbound`]), what they are sent, what is fetched from them
//! ([`fetch`]), and what they may read here ([`routes`]).
//!
//! Nothing passes from the network to a use case but through [`inbound::VerifiedActivity`], and nothing goes out but
//! through [`net::Client`].

pub mod delivery;
mod federation;
pub mod fetch;
pub mod inbound;
pub mod limits;
pub mod net;
pub mod outbound;
pub mod routes;

pub use federation::{Federation, FederationConfig};
pub use limits::Limits;
