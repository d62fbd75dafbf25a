//! Of `guildhall_federation::net`.

#[path = "../../../crates/federation/src/net/forbidden.rs"]
mod forbidden;
#[path = "../../../crates/federation/src/net/guard.rs"]
pub(crate) mod guard;
