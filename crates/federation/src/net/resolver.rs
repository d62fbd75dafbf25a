//! Name lookup with the address guard inside: what was checked is what is connected to.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::guard::{AddressGuard, Refusal};

/// The addresses of a name; those with port 0 get the port of the URL.
pub type LookupFuture = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Where names are looked up.
pub trait Lookup: Send + Sync + 'static {
    /// The addresses of `name`.
    fn lookup(&self, name: &str) -> LookupFuture;
}

/// The system's resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: &str) -> LookupFuture {
        let name = name.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) })
    }
}

/// A table of names, for tests; what is not in it does not exist.
#[derive(Debug, Clone, Default)]
pub struct FixedLookup(pub HashMap<String, Vec<SocketAddr>>);

impl Lookup for FixedLookup {
    fn lookup(&self, name: &str) -> LookupFuture {
        let found = self.0.get(name).cloned();
        Box::pin(async move { found.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound)) })
    }
}

/// A lookup that gives only addresses the guard permits.
pub(super) struct GuardedResolver {
    pub(super) guard: AddressGuard,
    pub(super) lookup: Arc<dyn Lookup>,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.guard.clone();
        let looking = self.lookup.lookup(name.as_str());
        Box::pin(async move {
            let found = looking.await?;
            let permitted: Vec<SocketAddr> =
                found.iter().copied().filter(|address| guard.permits(address.ip())).collect();
            if permitted.is_empty() && !found.is_empty() {
                return Err(Refusal::ForbiddenAddress.into());
            }
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}
