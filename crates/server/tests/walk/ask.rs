//! Asking, and what came of it.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use axum::{Router, body::Body};
use guildhall_activitypub::{
    Iri,
    signature::{Outgoing, sign_cavage},
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::{
    fill,
    readers::Reader,
    secrets::Secret,
    table::{Door, Route},
    things::Things,
    world::{BASE, World},
};

/// What came back.
pub(crate) struct Answer {
    status: StatusCode,
    body: Vec<u8>,
}

/// The id of an activity, and what was sent to groups' servers and to microblogs.
type Told = (String, Option<Vec<u8>>, Option<Vec<u8>>);

impl World {
    /// Asks for a route as somebody does, with what there is in a group in place of its parameters.
    pub(crate) async fn ask(&self, route: &Route, things: &Things, reader: Reader) -> Answer {
        let (path, body) = fill::asks(things, route);
        self.ask_at(route.door, &route.method, &path, body, reader).await
    }

    /// Asks for a document as somebody does.
    pub(crate) async fn fetch(&self, path: &str, reader: Reader) -> Answer {
        self.ask_at(Door::Document, "GET", path, None, reader).await
    }

    async fn ask_at(
        &self,
        door: Door,
        method: &str,
        path: &str,
        body: Option<String>,
        reader: Reader,
    ) -> Answer {
        let method: Method = method.parse().unwrap();
        let mut headers = HeaderMap::new();
        if door == Door::Document {
            headers.insert(header::ACCEPT, HeaderValue::from_static("application/activity+json"));
        }
        if body.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(account) = reader.account() {
            let token = format!("Bearer {}", self.tokens[account]);
            headers.insert(header::AUTHORIZATION, token.parse().unwrap());
        }
        if let Some((key_id, key)) = self.keys.get(&reader) {
            let url = Iri::parse(&format!("{BASE}{path}")).unwrap();
            let request = Outgoing {
                method: &method,
                url: &url,
                body: None,
                now_ms: self.app.now().as_millis(),
                synchronization: None,
            };
            headers.extend(sign_cavage(&request, key_id, key).unwrap());
        }
        send(self.router(door), method, path, headers, body).await
    }

    /// The paths of all activities that were told to anybody, also of those that were only told inside of another, with what
    /// was sent.
    pub(crate) async fn activities(&self) -> BTreeMap<String, String> {
        let sql = "SELECT activity_ap_id, body_group, body_microblog FROM delivery_log";
        let told: Vec<Told> = self.app.store.query(sql).all().await.unwrap();
        let mut activities = BTreeMap::new();
        for (id, group, microblog) in told {
            let Some(path) = id.strip_prefix(BASE) else { continue };
            let bodies: Vec<u8> = [group, microblog].into_iter().flatten().flatten().collect();
            let sent = String::from_utf8_lossy(&bodies).into_owned();
            if let Some(inside) = path.strip_suffix("/announce") {
                activities.insert(inside.to_owned(), sent.clone());
            }
            activities.insert(path.to_owned(), sent);
        }
        activities
    }
}

pub(crate) async fn send(
    router: &Router,
    method: Method,
    path: &str,
    headers: HeaderMap,
    body: Option<String>,
) -> Answer {
    let body = body.map_or_else(Body::empty, Body::from);
    let mut request = Request::builder().method(method).uri(path).body(body).unwrap();
    *request.headers_mut() = headers;
    let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    Answer { status: parts.status, body: body.collect().await.unwrap().to_bytes().to_vec() }
}

impl Answer {
    /// As the table has it.
    pub(crate) fn outcome(&self) -> char {
        match self.status.as_u16() {
            200..=299 => '+',
            300..=399 => '>',
            401 | 403 => 'x',
            404 | 410 => '-',
            400..=499 => '?',
            _ => '!',
        }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(crate) fn may_have_changed_something(&self, route: &Route) -> bool {
        route.method != "GET" && self.status.is_success()
    }

    /// The secrets that are in it.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = Secret> {
        let text = self.text();
        Secret::all().filter(move |secret| text.contains(&secret.text()))
    }
}
