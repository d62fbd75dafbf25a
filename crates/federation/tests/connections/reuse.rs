//! How many connections a number of deliveries takes.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::join_all;
use guildhall_activitypub::Iri;
use guildhall_app::port::Clock;
use guildhall_domain::Timestamp;
use guildhall_federation::delivery::Transport as _;
use guildhall_federation::net::{AddressGuard, Client, ClientOptions, FixedLookup, InboxTransport};
use http::{HeaderMap, HeaderValue, Version};

use super::server::Server;

const NAME: &str = "peer.example";
const DELIVERIES: usize = 20;
/// One, and one more where an answer was read to its end before its connection was put back.
const FEW: usize = 2;

struct NoTime;

impl Clock for NoTime {
    fn now(&self) -> Timestamp {
        Timestamp(0)
    }
}

/// What delivery sends with, where the server is the only one there is.
fn transport(server: &Server) -> InboxTransport {
    let guard = AddressGuard::new(true, vec!["127.0.0.0/8".parse().unwrap()]);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let options = ClientOptions {
        extra_ca: server.authority_pem.clone(),
        lookup: Arc::new(FixedLookup(HashMap::from([(NAME.to_owned(), vec![address])]))),
        ..ClientOptions::new(guard, "https://here.example")
    };
    InboxTransport::new(Client::new(options).unwrap(), Arc::new(NoTime))
}

async fn deliver(transport: &InboxTransport, inbox: &Iri) {
    let media_type = HeaderValue::from_static("application/activity+json");
    let headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, media_type)]);
    let answer = transport.post(inbox, headers, Bytes::from_static(b"{}")).await.unwrap();
    assert_eq!(answer.status, 202);
}

#[tokio::test]
async fn deliveries_one_after_another_take_one_connection() {
    let server = Server::plain().await;
    let (transport, inbox) = (transport(&server), server.inbox(NAME));
    for _ in 0..DELIVERIES {
        deliver(&transport, &inbox).await;
    }
    assert_eq!(server.versions(), [Version::HTTP_11; DELIVERIES]);
    assert!(server.connections() <= FEW);
}

#[tokio::test]
async fn deliveries_at_one_time_share_a_connection_of_http_2() {
    let server = Server::tls(NAME, &["h2", "http/1.1"]).await;
    let (transport, inbox) = (transport(&server), server.inbox(NAME));
    // Only then is it known what the server offers.
    deliver(&transport, &inbox).await;
    join_all((1..DELIVERIES).map(|_| deliver(&transport, &inbox))).await;
    assert_eq!(server.versions(), [Version::HTTP_2; DELIVERIES]);
    assert!(server.connections() <= FEW);
}

#[tokio::test]
async fn where_http_2_is_not_offered_http_1_does() {
    let server = Server::tls(NAME, &["http/1.1"]).await;
    let (transport, inbox) = (transport(&server), server.inbox(NAME));
    for _ in 0..DELIVERIES {
        deliver(&transport, &inbox).await;
    }
    assert_eq!(server.versions(), [Version::HTTP_11; DELIVERIES]);
    assert!(server.connections() <= FEW);
}

#[tokio::test]
async fn a_server_whose_authority_nobody_trusts_gets_nothing() {
    let mut server = Server::tls(NAME, &["h2"]).await;
    server.authority_pem = None;
    let sent =
        transport(&server).post(&server.inbox(NAME), HeaderMap::new(), Bytes::from_static(b"{}")).await;
    assert!(sent.is_err());
    assert!(server.versions().is_empty());
}
