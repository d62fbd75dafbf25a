//! Asking, and what came of it.

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
    table::{Door, Route},
    world::{BASE, Reader, VISIBILITIES, Visibility, World},
};

/// What came back.
pub(crate) struct Answer {
    status: StatusCode,
    body: Vec<u8>,
}

impl World {
    /// Asks for a route as somebody does, with what there is in a group in place of its parameters.
    pub(crate) async fn ask(&self, route: &Route, visibility: Visibility, reader: Reader) -> Answer {
        let path = fill::path(&self.things[&visibility], route);
        let method: Method = route.method.parse().unwrap();
        let body = (route.method != "GET").then(|| fill::body(&self.things[&visibility], route)).flatten();
        let mut headers = HeaderMap::new();
        if route.door == Door::Document {
            headers.insert(header::ACCEPT, HeaderValue::from_static("application/activity+json"));
        }
        if body.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(token) = self.tokens.get(&reader) {
            headers.insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
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
        let router = match route.door {
            Door::Api => &self.api,
            Door::Page => &self.pages,
            Door::Document => &self.documents,
        };
        send(router, method, &path, headers, body).await
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

    /// Whether a title or text is in it that this reader may not read.
    pub(crate) fn says_what_it_must_not(&self, door: Door, reader: Reader) -> bool {
        let text = self.text();
        let mut hidden = VISIBILITIES.into_iter().filter(|group| !may_read(door, *group, reader));
        hidden.any(|group| text.contains(&group.secret()))
    }
}

/// Who may read what the author wrote in a group: the rule of `domain::visibility`, written down once more.
fn may_read(door: Door, visibility: Visibility, reader: Reader) -> bool {
    use Reader::{Author, BannedAuthor, Member, Moderator, RemoteMember, Stranger};
    match (visibility, door) {
        (Visibility::Public, _) => true,
        (Visibility::Members, Door::Api) => matches!(reader, Member | Moderator | Author),
        (Visibility::Members, Door::Document) => reader == RemoteMember,
        (Visibility::Local, Door::Api) => {
            matches!(reader, Stranger | Member | Moderator | Author | BannedAuthor)
        }
        (Visibility::Members | Visibility::Local, Door::Page) | (Visibility::Local, Door::Document) => false,
    }
}
