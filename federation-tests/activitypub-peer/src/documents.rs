//! What others may read of us: actors, posts, activities, `WebFinger`, `NodeInfo`.

use activitypub_federation::{
    FEDERATION_CONTENT_TYPE,
    axum::json::FederationJson,
    fetch::webfinger::{Webfinger, build_webfinger_response, extract_webfinger_name},
    protocol::context::WithContext,
};
use axum::{
    Json, Router,
    extract::{OriginalUri, Query},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{error::Error, peer::PeerData};

pub(crate) fn routes() -> Router {
    Router::new()
        .route("/site", get(actor))
        .route("/u/{name}", get(actor))
        .route("/u/{name}/outbox", get(empty_collection))
        .route("/u/{name}/followers", get(empty_collection))
        .route("/post/{number}", get(post))
        .route("/comment/{number}", get(post))
        .route("/activities/{number}", get(activity))
        .route("/.well-known/webfinger", get(webfinger))
        .route("/.well-known/nodeinfo", get(nodeinfo_links))
        .route("/nodeinfo/2.1", get(nodeinfo))
}

async fn actor(data: PeerData, OriginalUri(uri): OriginalUri) -> Result<Response, Error> {
    let id = data.url(uri.path().trim_start_matches('/'))?;
    let actor = data.state().actors.get(&id).cloned();
    Ok(found(actor.map(|actor| actor.json)))
}

async fn post(data: PeerData, OriginalUri(uri): OriginalUri) -> Result<Response, Error> {
    let id = data.url(uri.path().trim_start_matches('/'))?;
    let post = data.state().posts.get(&id).cloned();
    Ok(match post {
        Some(None) => {
            let tombstone = json!({ "id": id, "type": "Tombstone" });
            let tombstone = WithContext::new_default(tombstone);
            (StatusCode::GONE, FederationJson(tombstone)).into_response()
        }
        other => found(other.flatten()),
    })
}

async fn activity(data: PeerData, OriginalUri(uri): OriginalUri) -> Result<Response, Error> {
    let id = data.url(uri.path().trim_start_matches('/'))?;
    let activity = data.state().activities.get(&id).cloned();
    let Some(activity) = activity else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    // It has its `@context` already.
    Ok(([(CONTENT_TYPE, FEDERATION_CONTENT_TYPE)], Json(activity)).into_response())
}

fn found<T: Serialize>(document: Option<T>) -> Response {
    match document {
        Some(document) => FederationJson(WithContext::new_default(document)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn empty_collection(data: PeerData, OriginalUri(uri): OriginalUri) -> Result<Response, Error> {
    let id = data.url(uri.path().trim_start_matches('/'))?;
    let empty = json!({ "id": id, "type": "OrderedCollection", "totalItems": 0, "orderedItems": [] });
    Ok(found(Some(empty)))
}

#[derive(Deserialize)]
struct Resource {
    resource: String,
}

async fn webfinger(
    data: PeerData,
    Query(Resource { resource }): Query<Resource>,
) -> Result<Json<Webfinger>, Error> {
    let name = extract_webfinger_name(&resource, &data)?;
    let person = data.person(Some(name))?;
    Ok(Json(build_webfinger_response(resource, person.json.id)))
}

async fn nodeinfo_links(data: PeerData) -> Result<Json<Value>, Error> {
    let rel = "http://nodeinfo.diaspora.software/ns/schema/2.1";
    Ok(Json(json!({ "links": [{ "rel": rel, "href": data.url("nodeinfo/2.1")? }] })))
}

async fn nodeinfo(data: PeerData) -> Json<Value> {
    Json(data.software.nodeinfo())
}
