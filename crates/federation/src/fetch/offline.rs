//! A resolver that finds nothing.

use guildhall_app::port::{PortFuture, RemoteResolver, ResolveError};
use guildhall_domain::{ActorId, Handle};

/// Finds nothing. Stands in until [`crate::Federation`] is set up, which puts its fetcher here: also where federation is
/// switched off, since what is known can still be found then.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offline;

impl RemoteResolver for Offline {
    fn actor_by_handle<'a>(&'a self, _: &'a Handle) -> PortFuture<'a, Result<ActorId, ResolveError>> {
        Box::pin(async { Err(ResolveError::NotFound) })
    }
}
