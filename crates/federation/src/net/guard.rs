//! Where this server may connect to.

use std::net::{IpAddr, Ipv6Addr};

use guildhall_activitypub::Iri;
use ipnet::IpNet;
use url::{Host, Url};

use super::forbidden::is_forbidden;

/// Says which URLs and addresses may be connected to. Cheap to ask; cloned into the resolver.
///
/// Source: SECURITY-CASES T6.
#[derive(Debug, Clone, Default)]
pub struct AddressGuard {
    allow_http: bool,
    allowed: Vec<IpNet>,
}

/// Why a URL or an address is not connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `http://` without the setting that allows it.
    #[error("plain http is not allowed")]
    PlainHttp,
    /// A private, local or otherwise special address.
    #[error("the address is in a forbidden range")]
    ForbiddenAddress,
    /// No http(s) URL.
    #[error("not an http(s) URL")]
    NotHttp,
}

impl AddressGuard {
    /// A guard that lets through `allowed` ranges although they are special, and plain http if so said.
    pub fn new(allow_http: bool, allowed: Vec<IpNet>) -> Self {
        Self { allow_http, allowed }
    }

    /// Whether `http://` is allowed.
    pub fn allows_http(&self) -> bool {
        self.allow_http
    }

    /// Checks what a URL says by itself: the scheme, and the host where it is an address. Names are checked when they
    /// are resolved.
    pub fn check(&self, url: &Iri) -> Result<(), Refusal> {
        if !url.is_https() && !self.allow_http {
            return Err(Refusal::PlainHttp);
        }
        let address = match Url::parse(url.as_str()).ok().as_ref().and_then(Url::host) {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(_)) => return Ok(()),
            None => return Err(Refusal::NotHttp),
        };
        if self.permits(address) { Ok(()) } else { Err(Refusal::ForbiddenAddress) }
    }

    /// Whether an address may be connected to.
    pub fn permits(&self, address: IpAddr) -> bool {
        let is_allowed = |address: IpAddr| self.allowed.iter().any(|range| range.contains(&address));
        match address {
            IpAddr::V4(_) => is_allowed(address) || !is_forbidden(address),
            // The system connects to the IPv4 address inside, so that is what a range has to cover.
            IpAddr::V6(v6) => match embedded(v6) {
                Some(inner) => is_allowed(address) || is_allowed(inner),
                None => is_allowed(address) || !is_forbidden(address),
            },
        }
    }
}

/// The IPv4 address of `::ffff:a.b.c.d`.
fn embedded(address: Ipv6Addr) -> Option<IpAddr> {
    address.to_ipv4_mapped().map(IpAddr::V4)
}
