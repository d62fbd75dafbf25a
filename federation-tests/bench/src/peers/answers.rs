//! What the other servers answer.

use std::{
    future::pending,
    sync::{Arc, PoisonError, atomic::Ordering},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use super::{Manner, Shared, Signing};

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/u/{name}", get(actor))
        .route("/inbox", post(inbox))
        .route("/.well-known/nodeinfo", get(nodeinfo_links))
        .route("/nodeinfo", get(nodeinfo))
        .with_state(shared)
}

fn authority(headers: &HeaderMap) -> &str {
    headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
}

async fn actor(State(shared): State<Arc<Shared>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let host = authority(&headers);
    let id = format!("http://{host}/u/{name}");
    let key = |fragment: &str, pem: String| json!({"id": format!("{id}#{fragment}"), "owner": id, "publicKeyPem": pem});
    let mut keys = vec![key("main-key", shared.rsa.public().to_pem())];
    if shared.signing == Signing::Ed25519 {
        keys.push(key("ed25519-key", shared.ed25519.public().to_pem()));
    }
    let document = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": id,
        "type": "Person",
        "preferredUsername": name,
        "inbox": format!("http://{host}/inbox"),
        "endpoints": {"sharedInbox": format!("http://{host}/inbox")},
        "publicKey": keys,
    });
    ([(header::CONTENT_TYPE, "application/activity+json")], document.to_string()).into_response()
}

async fn inbox(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> StatusCode {
    match manner_of(&shared, authority(&headers)) {
        None => {
            shared.delivered.fetch_add(1, Ordering::Relaxed);
        }
        Some(Manner::After(span)) => {
            tokio::time::sleep(span).await;
            shared.late.fetch_add(1, Ordering::Relaxed);
        }
        Some(Manner::Never) => pending().await,
    }
    StatusCode::ACCEPTED
}

fn manner_of(shared: &Shared, authority: &str) -> Option<Manner> {
    shared.manners.read().unwrap_or_else(PoisonError::into_inner).get(authority).copied()
}

async fn nodeinfo_links(headers: HeaderMap) -> Json<Value> {
    let href = format!("http://{}/nodeinfo", authority(&headers));
    Json(json!({"links": [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": href}]}))
}

async fn nodeinfo(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({
        "version": "2.0",
        "software": {"name": shared.software, "version": "1"},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": false,
        "usage": {"users": {}},
        "metadata": {},
    }))
}
