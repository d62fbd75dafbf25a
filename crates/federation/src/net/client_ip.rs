//! Who is at the other end of an incoming connection.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use http::Extensions;

/// The address of the client, behind trusted proxies the one they name. The server puts it into the request's
/// extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientIp(pub IpAddr);

impl ClientIp {
    /// The address the server determined, else the one that is connected; unspecified where nothing is known.
    pub fn of(extensions: &Extensions) -> Self {
        let connected = || extensions.get::<ConnectInfo<SocketAddr>>().map(|info| Self(info.0.ip()));
        extensions.get().copied().or_else(connected).unwrap_or(Self(Ipv6Addr::UNSPECIFIED.into()))
    }

    /// What one customer of a provider can choose from at will counts as one address: a /64 of IPv6.
    #[must_use]
    pub fn bucket(self) -> IpAddr {
        match self.0.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
            address @ IpAddr::V4(_) => address,
        }
    }
}
