//! The inboxes: the crate verifies, the peer keeps what came together with the verdict.

use std::sync::Arc;

use activitypub_federation::axum::inbox::{ActivityData, receive_activity};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{FromRequest, Request},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::Value;

use crate::{
    actor::Actor,
    error::Error,
    incoming::Incoming,
    peer::{Peer, PeerData, Received},
};

/// Larger than anything in the tests.
const BODY_LIMIT: usize = 1024 * 1024;

pub(crate) fn routes() -> Router {
    Router::new().route("/inbox", post(receive)).route("/u/{name}/inbox", post(receive))
}

async fn receive(data: PeerData, request: Request) -> Result<Response, Error> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_LIMIT).await?;
    let inbox = parts.uri.path().to_owned();
    let signature = parts.headers.get("signature").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let understood_as = serde_json::from_slice(&body).map(|activity: Incoming| activity.describe());

    let request = Request::from_parts(parts, Body::from(body.clone()));
    let outcome = match ActivityData::from_request(request, &()).await {
        Ok(activity) => receive_activity::<Incoming, Actor, Arc<Peer>>(activity, &data).await,
        Err(rejection) => return Ok(rejection),
    };
    let error = outcome.err().map(|error| error.to_string());
    let activity = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let understood_as = understood_as.ok().filter(|_| error.is_none());
    data.state().received.push(Received { inbox, activity, understood_as, error: error.clone(), signature });
    Ok(match error {
        None => StatusCode::OK.into_response(),
        Some(error) => (StatusCode::BAD_REQUEST, error).into_response(),
    })
}
