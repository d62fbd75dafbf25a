//! Where this server connects to, and where it does not, whatever a name, a URL or a redirect says.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use guildhall_activitypub::Iri;
use guildhall_federation::net::{
    AddressGuard, Client, ClientOptions, FixedLookup, Lookup, LookupFuture, NetError, Refusal,
};
use http::HeaderMap;
use tokio::net::TcpListener;

#[test]
fn special_ranges_are_forbidden_from_their_first_to_their_last_address() {
    let guard = AddressGuard::new(true, Vec::new());
    for address in [
        "0.0.0.0",
        "0.255.255.255",
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.0.0",
        "169.254.169.254",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.0",
        "192.0.0.255",
        "192.0.2.1",
        "192.168.0.0",
        "192.168.255.255",
        "198.18.0.0",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.0",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "64:ff9b:1:ffff::1",
        "100::1",
        "2001::1",
        "2001:0:ffff::1",
        "2001:db8::1",
        "2002:a00:1::",
        "2002:7f00:1::1",
        "fc00::1",
        "fdff:ffff::1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
    ] {
        assert!(!guard.permits(address.parse().unwrap()), "{address}");
    }
}

#[test]
fn their_neighbours_are_not() {
    let guard = AddressGuard::new(false, Vec::new());
    for address in [
        "1.0.0.0",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "8.8.8.8",
        "2a00::1",
        "2600::1",
        "2001:4860:4860::8888",
        "2003::1",
        "2606:4700::1",
    ] {
        assert!(guard.permits(address.parse().unwrap()), "{address}");
    }
}

#[test]
fn only_what_is_named_is_let_through() {
    let guard = AddressGuard::new(true, vec!["127.0.0.0/8".parse().unwrap(), "fd00:1::/32".parse().unwrap()]);
    let permits = |address: &str| guard.permits(address.parse::<IpAddr>().unwrap());
    assert!(permits("127.0.0.1") && permits("::ffff:127.0.0.1") && permits("fd00:1::5"));
    assert!(!permits("10.0.0.1") && !permits("::1") && !permits("::ffff:10.0.0.1") && !permits("fd00:2::5"));
}

#[test]
fn addresses_in_urls_are_seen_through_in_every_spelling() {
    let guard = AddressGuard::new(true, Vec::new());
    for url in [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://017700000001/",
        "http://127.0.0.1:8080/x",
        "https://[::1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::ffff:127.0.0.1]:8443/",
        "http://１２７.0.0.1/",
        "http://0/",
        "https://[fe80::1]/",
    ] {
        let refusal = guard.check(&Iri::parse(url).unwrap());
        assert_eq!(refusal, Err(Refusal::ForbiddenAddress), "{url}");
    }
    assert_eq!(guard.check(&Iri::parse("https://8.8.8.8/").unwrap()), Ok(()));
}

#[test]
fn plain_http_is_a_setting() {
    let url = Iri::parse("http://example.org/").unwrap();
    assert_eq!(AddressGuard::new(false, Vec::new()).check(&url), Err(Refusal::PlainHttp));
    assert_eq!(AddressGuard::new(true, Vec::new()).check(&url), Ok(()));
}

#[tokio::test]
async fn a_name_that_leads_to_a_forbidden_address_is_not_connected_to() {
    let (listener, port) = listen().await;
    for address in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254"] {
        let client = client(Vec::new(), table("peer.example", &[address]));
        let url = Iri::parse(&format!("http://peer.example:{port}/")).unwrap();
        let error = client.get(&url, HeaderMap::new(), 100).await.unwrap_err();
        assert_eq!(error, NetError::Refused(Refusal::ForbiddenAddress), "{address}");
        let posted = client.post(&url, HeaderMap::new(), "{}".into()).await.unwrap_err();
        assert_eq!(posted, NetError::Refused(Refusal::ForbiddenAddress), "{address}");
    }
    assert!(futures_util::poll!(Box::pin(listener.accept())).is_pending(), "nobody may have connected");
}

#[tokio::test]
async fn of_several_addresses_only_permitted_ones_are_tried() {
    let (listener, port) = listen().await;
    let served = tokio::spawn(async move {
        let router = axum::Router::new().fallback(|| async { "hello" });
        axum::serve(listener, router).await.unwrap();
    });
    let allowed = vec!["127.0.0.1/32".parse().unwrap()];
    let client = client(allowed, table("peer.example", &["10.0.0.1", "127.0.0.1"]));
    let url = Iri::parse(&format!("http://peer.example:{port}/")).unwrap();
    let answer = client.get(&url, HeaderMap::new(), 100).await.unwrap();
    assert_eq!(&answer.body[..], b"hello");
    served.abort();
}

#[tokio::test]
async fn what_was_checked_is_what_is_connected_to() {
    /// Gives a good address first and a bad one ever after.
    struct Rebinding(AtomicUsize);
    impl Lookup for Rebinding {
        fn lookup(&self, _: &str) -> LookupFuture {
            let address = match self.0.fetch_add(1, Ordering::SeqCst) {
                0 => "127.0.0.1:0",
                _ => "10.0.0.1:0",
            };
            Box::pin(async move { Ok(vec![address.parse().unwrap()]) })
        }
    }
    let (listener, port) = listen().await;
    tokio::spawn(async move {
        let router = axum::Router::new().fallback(|| async { ([("connection", "close")], "hello") });
        axum::serve(listener, router).await.unwrap();
    });
    let lookup = Arc::new(Rebinding(AtomicUsize::new(0)));
    let client = client(vec!["127.0.0.0/8".parse().unwrap()], lookup.clone());
    let url = Iri::parse(&format!("http://peer.example:{port}/")).unwrap();
    assert_eq!(client.get(&url, HeaderMap::new(), 100).await.unwrap().status, 200);
    assert_eq!(lookup.0.load(Ordering::SeqCst), 1, "one lookup for one connection");
    let later = client.get(&url, HeaderMap::new(), 100).await.unwrap_err();
    assert_eq!(later, NetError::Refused(Refusal::ForbiddenAddress));
}

#[tokio::test]
async fn a_body_is_read_to_its_limit_and_no_further() {
    let (listener, port) = listen().await;
    tokio::spawn(async move {
        let router = axum::Router::new().fallback(|| async { "x".repeat(101) });
        axum::serve(listener, router).await.unwrap();
    });
    let client = client(vec!["127.0.0.0/8".parse().unwrap()], table("peer.example", &["127.0.0.1"]));
    let url = Iri::parse(&format!("http://peer.example:{port}/")).unwrap();
    assert_eq!(client.get(&url, HeaderMap::new(), 101).await.unwrap().body.len(), 101);
    assert_eq!(client.get(&url, HeaderMap::new(), 100).await.unwrap_err(), NetError::TooLarge(100));
}

#[test]
fn a_file_without_certificates_is_no_authority() {
    let options = |pem: &str| ClientOptions {
        extra_ca: Some(pem.as_bytes().to_vec()),
        ..ClientOptions::new(AddressGuard::default(), "https://here.example")
    };
    assert!(Client::new(options("no certificate")).is_err());
    assert!(
        options("").user_agent.starts_with("Guildhall/")
            && options("").user_agent.ends_with("(+https://here.example)")
    );
}

async fn listen() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

fn table(name: &str, addresses: &[&str]) -> Arc<dyn Lookup> {
    let found = addresses.iter().map(|address| SocketAddr::new(address.parse().unwrap(), 0)).collect();
    Arc::new(FixedLookup(HashMap::from([(name.to_owned(), found)])))
}

fn client(allowed: Vec<ipnet::IpNet>, lookup: Arc<dyn Lookup>) -> Client {
    let guard = AddressGuard::new(true, allowed);
    Client::new(ClientOptions { lookup, ..ClientOptions::new(guard, "https://here.example") }).unwrap()
}
