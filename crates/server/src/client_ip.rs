//! Whose request it is, by IP address, when proxies may stand in between.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address a request is counted by; a request extension. IPv4 in IPv6 form is given as IPv4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientIp(pub IpAddr);

/// The proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    /// These ranges.
    pub fn new(ranges: &[IpNet]) -> Self {
        Self(ranges.into())
    }

    /// The right-most address that no trusted proxy has, starting at the connection's own.
    ///
    /// What stands further left was written by that client and proves nothing. An entry that is no address ends
    /// the walk, as does the end of the header: then the last proxy stands for whoever is behind it.
    pub fn resolve(&self, peer: IpAddr, headers: &HeaderMap) -> ClientIp {
        let mut client = peer.to_canonical();
        // Several header lines are one list (RFC 9110 section 5.3).
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let entries = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
        for entry in entries {
            if !self.trusts(client) {
                break;
            }
            let Some(address) = parse_entry(entry) else { break };
            client = address.to_canonical();
        }
        ClientIp(client)
    }

    /// Whether a proxy of ours has this address, which is in its canonical form.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|range| range.contains(&address))
    }
}

/// An address, perhaps with a port, as some proxies add it.
fn parse_entry(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    entry.parse().ok().or_else(with_port).or_else(in_brackets)
}

/// Middleware that puts [`ClientIp`] into each request that came by a connection.
pub async fn assign(State(proxies): State<TrustedProxies>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    if let Some(peer) = peer {
        let client = proxies.resolve(peer, request.headers());
        request.extensions_mut().insert(client);
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn resolve(peer: &str, lines: &[&'static str]) -> String {
        let trusted = ["10.0.0.0/8", "::1/128"].map(|range| range.parse().unwrap());
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
        }
        TrustedProxies::new(&trusted).resolve(peer.parse().unwrap(), &headers).0.to_string()
    }

    #[test]
    fn the_right_most_untrusted_address_is_the_client() {
        let cases: [(&str, &[&str], &str); 12] = [
            ("198.51.100.1", &[], "198.51.100.1"),
            // Not a proxy: its header is its own invention.
            ("198.51.100.1", &["192.0.2.1"], "198.51.100.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.1"], "192.0.2.1"),
            ("10.0.0.1", &["203.0.113.9, 192.0.2.1"], "192.0.2.1"),
            ("10.0.0.1", &["203.0.113.9, 192.0.2.1, 10.0.0.2"], "192.0.2.1"),
            ("10.0.0.1", &["203.0.113.9", "192.0.2.1,10.0.0.2"], "192.0.2.1"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &["192.0.2.1, unknown"], "10.0.0.1"),
            ("::1", &["192.0.2.1:4711"], "192.0.2.1"),
            ("::ffff:10.0.0.1", &["[2001:db8::1]:80"], "2001:db8::1"),
            ("10.0.0.1", &["::ffff:192.0.2.1"], "192.0.2.1"),
        ];
        for (peer, lines, expected) in cases {
            assert_eq!(resolve(peer, lines), expected, "{peer} {lines:?}");
        }
    }
}
