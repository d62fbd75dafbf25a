//! Opens listeners.

use std::net::SocketAddr;

use anyhow::Context;
use tokio::net::TcpListener;

/// Listens on `address`, which is the setting `key`.
///
/// # Errors
/// Names the setting, since that is what has to change.
pub async fn bind(key: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address} ({key})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_an_error_that_names_the_setting() {
        let first = bind("server.listen", "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = first.local_addr().unwrap();
        let error = format!("{:#}", bind("server.listen", address).await.unwrap_err());
        assert!(error.starts_with(&format!("cannot listen on {address} (server.listen): ")), "{error}");
    }
}
