//! A resolver for where there is no network: nothing is found.

use guildhall_app::port::{PortFuture, RemoteResolver, ResolveError};
use guildhall_domain::{ActorId, Handle};

/// Finds nothing. For instances that do not federate, and until [`crate::Federation`] is set up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offline;

impl RemoteResolver for Offline {
    fn actor_by_handle<'a>(&'a self, _: &'a Handle) -> PortFuture<'a, Result<ActorId, ResolveError>> {
        Box::pin(async { Err(ResolveError::NotFound) })
    }
}
