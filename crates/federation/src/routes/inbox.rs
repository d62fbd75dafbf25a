//! `POST /inbox` and each actor's own inbox: size, speed and rate are checked here, all else in [`crate::inbound`].

use axum::body::BodyDataStream;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use axum::routing::post;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use guildhall_activitypub::Iri;
use guildhall_activitypub::signature::ParsedSignature;
use guildhall_domain::actor::ActorKind;
use guildhall_store::actor;
use http::{HeaderMap, StatusCode, header};

use super::listed::Routes;
use super::problem::{answer, empty, problem};
use super::target_of;
use crate::Federation;
use crate::fetch::is_activity;
use crate::inbound::{InboxRequest, Rejection, Share, receive};
use crate::limits::InboxLimits;
use crate::net::ClientIp;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/inbox", post(shared).fallback(not_post))
        .route("/actor/inbox", post(shared).fallback(not_post))
        .route("/groups/{name}/inbox", post(of_group).fallback(not_post))
        .route("/users/{name}/inbox", post(of_person).fallback(not_post))
}

/// For everybody here: whom an activity concerns is written in it.
async fn shared(State(federation): State<Federation>, request: Request) -> Response {
    let outcome = take(&federation, request).await;
    let code = outcome.as_ref().map_or_else(Rejection::code, |()| "accepted");
    count(code);
    match outcome {
        Ok(()) => empty(StatusCode::ACCEPTED),
        Err(rejection) => {
            note(&rejection);
            answer(&rejection)
        }
    }
}

/// Every request to an inbox is counted once, under the step that ended it.
fn count(outcome: &'static str) {
    metrics::counter!("inbox_requests_total", "outcome" => outcome).increment(1);
}

async fn of_group(
    State(federation): State<Federation>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let is_group = |kind| kind == ActorKind::Group;
    of_actor(federation, &name, is_group, request).await
}

async fn of_person(
    State(federation): State<Federation>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let is_person = |kind| !matches!(kind, ActorKind::Group | ActorKind::Application);
    of_actor(federation, &name, is_person, request).await
}

async fn of_actor(
    federation: Federation,
    name: &str,
    is_wanted: impl Fn(ActorKind) -> bool,
    request: Request,
) -> Response {
    match actor::find_local_by_name(&federation.app.store, name).await {
        Ok(Some(found)) if is_wanted(found.kind) && found.deleted_at.is_some() => {
            count("actor-gone");
            problem(StatusCode::GONE, "actor-gone", "this actor is gone")
        }
        Ok(Some(found)) if is_wanted(found.kind) => shared(State(federation), request).await,
        Ok(_) => {
            count("no-such-actor");
            problem(StatusCode::NOT_FOUND, "no-such-actor", "there is no such actor here")
        }
        Err(error) => {
            let rejection = Rejection::from(error);
            count(rejection.code());
            note(&rejection);
            answer(&rejection)
        }
    }
}

async fn not_post() -> Response {
    count("method");
    let mut response = problem(
        StatusCode::METHOD_NOT_ALLOWED,
        "method",
        "an inbox is written to with POST and read by nobody",
    );
    response.headers_mut().insert(header::ALLOW, http::HeaderValue::from_static("POST"));
    response
}

/// Steps 1 to 3, then the rest.
async fn take(federation: &Federation, request: Request) -> Result<(), Rejection> {
    let limits = &federation.config.limits.inbox;
    let (parts, body) = request.into_parts();
    let mut pieces = body.into_data_stream();
    let client = ClientIp::of(&parts.extensions);
    // Until the answer: what is parsed of it takes more.
    let mut share = federation.buckets.hold(client);
    let body = match take_body(&parts.headers, &mut pieces, &mut share, limits).await {
        Ok(body) => body,
        Err(rejection) => {
            drain(&parts.headers, &mut pieces, limits, &rejection).await;
            return Err(rejection);
        }
    };
    let request = InboxRequest {
        target: target_of(&parts),
        authority: parts.uri.authority().map(ToString::to_string),
        client,
        headers: parts.headers,
        body,
    };
    let claimed = claimed_host(&request.headers);
    let taken = federation.buckets.take_request(request.client, claimed.as_deref());
    taken.map_err(Rejection::TooManyRequests)?;
    // Apart: who is slow to send a body holds no room for what comes after it.
    Box::pin(receive(federation, &request)).await
}

async fn take_body(
    headers: &HeaderMap,
    pieces: &mut BodyDataStream,
    share: &mut Share,
    limits: &InboxLimits,
) -> Result<Bytes, Rejection> {
    check_form(headers, limits)?;
    let reading = read_up_to(pieces, share, limits.body_bytes);
    // Step 2: so many bytes, in so much time.
    tokio::time::timeout(limits.body_timeout, reading).await.unwrap_or(Err(Rejection::BodyTimeout))
}

/// Reads a bounded part of what is refused unread, and forgets it: a proxy that is still sending when this end closes
/// makes a 502 of the refusal (nginx 1.22).
async fn drain(
    headers: &HeaderMap,
    pieces: &mut BodyDataStream,
    limits: &InboxLimits,
    rejection: &Rejection,
) {
    let is_unread = matches!(
        rejection,
        Rejection::TooLarge | Rejection::MediaType | Rejection::Encoding | Rejection::TooManyRequests(_)
    );
    // Who asks first (RFC 9110 section 10.1.1) sends nothing after a refusal; reading would be a yes.
    if !is_unread || headers.contains_key(header::EXPECT) {
        return;
    }
    let reading = async {
        let mut left = limits.drain_bytes;
        while let Some(Ok(piece)) = pieces.next().await {
            let Some(rest) = left.checked_sub(piece.len()) else { return };
            left = rest;
        }
    };
    // Out of time: the refusal goes out all the same.
    let _ = tokio::time::timeout(limits.drain_timeout, reading).await;
}

/// Step 1: what the headers say about the body, before it is read.
fn check_form(headers: &HeaderMap, limits: &InboxLimits) -> Result<(), Rejection> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if !text(header::CONTENT_TYPE).is_some_and(is_activity) {
        return Err(Rejection::MediaType);
    }
    if text(header::CONTENT_ENCODING).is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return Err(Rejection::Encoding);
    }
    let length = text(header::CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    if length.is_some_and(|length| length > limits.body_bytes) { Err(Rejection::TooLarge) } else { Ok(()) }
}

async fn read_up_to(
    pieces: &mut BodyDataStream,
    share: &mut Share,
    max_bytes: usize,
) -> Result<Bytes, Rejection> {
    let mut body = BytesMut::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Rejection::BodyBroken)?;
        if body.len() + piece.len() > max_bytes {
            return Err(Rejection::TooLarge);
        }
        share.add(piece.len()).map_err(Rejection::TooManyRequests)?;
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

/// The host that the request says to come from, by the id of its key. Nothing of it is proved.
fn claimed_host(headers: &HeaderMap) -> Option<String> {
    let key_id = ParsedSignature::from_headers(headers).ok()?.key_id().ok()?;
    Some(Iri::authority(&key_id).to_owned())
}

/// Logged here and nowhere else; without addresses, keys or bodies.
fn note(rejection: &Rejection) {
    if let Rejection::Store(error) = rejection {
        tracing::error!(error = error.as_ref() as &dyn std::error::Error, "an activity could not be kept");
    } else {
        tracing::debug!(code = rejection.code(), reason = %rejection, "an inbox request had no effect");
    }
}
