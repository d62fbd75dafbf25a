//! Asking the routes, and what their tests begin with.

use axum::{Router, body::Body};
use guildhall_activitypub::{
    Iri,
    signature::{Outgoing, sign_cavage},
};
use guildhall_app::{entry, group};
use guildhall_domain::{ActorId, EntryId, GroupId, event::Cause, group::Policy};
use guildhall_federation::routes;
use guildhall_store::{
    actor::Actor,
    actor_key::{self, ActorKey, KeyAlgorithm},
};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::stage::{BASE, HOST, Stage, key_pairs, spki};

pub(super) const ACTIVITY_JSON: &str = "application/activity+json";

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.status))
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(super) async fn send(router: &Router, method: Method, path: &str, headers: HeaderMap) -> Answer {
    let mut request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    *request.headers_mut() = headers;
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

pub(super) async fn get(router: &Router, path: &str) -> Answer {
    let accept = HeaderMap::from_iter([(http::header::ACCEPT, ACTIVITY_JSON.parse().unwrap())]);
    send(router, Method::GET, path, accept).await
}

/// A GET signed by an actor elsewhere, whose key is `key_pairs`'.
pub(super) async fn get_signed(stage: &Stage, router: &Router, path: &str, by: &Actor) -> Answer {
    let url = Iri::parse(&format!("{BASE}{path}")).unwrap();
    let request = Outgoing {
        method: &Method::GET,
        url: &url,
        body: None,
        now_ms: stage.now().as_millis(),
        synchronization: None,
    };
    let key_id = Iri::parse(&format!("{}#main-key", by.ap_id)).unwrap();
    let headers = sign_cavage(&request, &key_id, &key_pairs().0).unwrap();
    send(router, Method::GET, path, headers).await
}

pub(super) async fn keep_key(stage: &Stage, of: &Actor) {
    let key = ActorKey {
        key_id: format!("{}#main-key", of.ap_id),
        actor_id: of.id,
        algorithm: KeyAlgorithm::Rsa,
        public_key: spki(key_pairs().0.public()),
        private_key: None,
    };
    let mut tx = stage.app.begin().await.unwrap();
    actor_key::replace_remote(&mut tx, of.id, &[key], stage.now()).await.unwrap();
    tx.commit().await.unwrap();
}

pub(super) async fn garden(stage: &Stage, policy: Policy) -> (GroupId, Actor, Router) {
    let mona = stage.person("mona").await;
    let group = stage.group("gardening", policy, &mona).await;
    (group, mona, routes::router(stage.federation(false)))
}

pub(super) async fn remove(stage: &Stage, entry: EntryId, by: &Actor) {
    let command = entry::Delete { entry, by: by.id, reason: Some("off topic".into()), cause: Cause::Local };
    entry::delete(&stage.app, command).await.unwrap();
}

pub(super) async fn feature(stage: &Stage, entry: EntryId, by: &Actor) {
    let annotation = entry::Annotation::Featured(true);
    let command = entry::Annotate { entry, by: by.id, annotation, reason: None, cause: Cause::Local };
    entry::annotate(&stage.app, command).await.unwrap();
}

pub(super) async fn appoint(stage: &Stage, group: GroupId, actor: ActorId, appointed: bool) {
    let (by, cause) = (group.actor(), Cause::Local);
    let command = group::SetModerator { group, actor, by, appointed, cause };
    group::set_moderator(&stage.app, command).await.unwrap();
}

/// The document at an id of ours.
pub(super) async fn get_url(router: &Router, id: &Value) -> Value {
    let id = id.as_str().unwrap();
    assert!(id.contains(HOST));
    let answer = get(router, &id[BASE.len()..]).await;
    assert_eq!(answer.status, StatusCode::OK, "{id}");
    answer.json()
}
