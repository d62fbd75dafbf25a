use tempfile::TempDir;

use crate::program::{Server, free_address, get, guildhall};

#[test]
fn metrics_are_served_by_a_listener_of_their_own_and_not_where_visitors_come() {
    let folder = TempDir::new().unwrap();
    let metrics = free_address();
    let server = Server::start(
        guildhall(&folder, &["serve"])
            .env("GUILDHALL_SERVER__LISTEN", "127.0.0.1:0")
            .env("GUILDHALL_SERVER__METRICS_LISTEN", metrics.to_string()),
    );

    assert!(get(server.address, "/metrics").starts_with("HTTP/1.1 404 "));
    let answer = get(metrics, "/metrics");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("http_requests_total{method=\"GET\",status=\"404\"} 1"), "{answer}");
    assert!(get(metrics, "/health/ready").starts_with("HTTP/1.1 404 "));
    server.stop();
}
