//! `[server]`: where the server listens and what its public address is.

use std::net::{Ipv4Addr, SocketAddr};

use ipnet::IpNet;

use super::BaseUrl;
use super::section::section;
use super::setting::TextSetting;

section! {
    /// Where the server listens and what its public address is.
    struct ServerConfig = "server" {
        /// Address and port of the HTTP listener (HTTP/1.1 and HTTP/2 without TLS).
        listen: SocketAddr = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
        /// Public address; all ids begin with it, so it never changes once others know them.
        base_url: BaseUrl = default_base_url(),
        /// Proxies whose `X-Forwarded-For` is believed.
        trusted_proxies: Vec<IpNet> = Vec::new(),
        /// Listener of `/metrics`; `None`: off.
        metrics_listen: Option<SocketAddr> = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 9464))),
    }
}

#[expect(clippy::expect_used, reason = "a constant; the tests read it")]
fn default_base_url() -> BaseUrl {
    BaseUrl::from_text("http://localhost:8080").expect("a base URL")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_address_is_localhost_8080() {
        let server = ServerConfig::default();
        assert_eq!(server.base_url.as_str(), "http://localhost:8080");
        assert_eq!(server.listen.to_string(), "127.0.0.1:8080");
    }
}
