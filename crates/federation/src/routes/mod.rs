//! What other servers can ask of this one over HTTP.

mod activities;
mod actors;
mod collections;
mod discovery;
mod inbox;
mod objects;
mod outbox_item;
mod problem;
mod reader;
mod respond;

use axum::Router;
use axum::extract::OriginalUri;
use http::request::Parts;

use crate::Federation;

/// All routes of this crate.
pub fn router(federation: Federation) -> Router {
    Router::new()
        .merge(activities::routes())
        .merge(actors::routes())
        .merge(collections::routes())
        .merge(discovery::routes())
        .merge(inbox::routes())
        .merge(objects::routes())
        .with_state(federation)
}

/// Path and query as they stood in the request line, before any router took a part away: that is what was signed.
pub(crate) fn target_of(request: &Parts) -> String {
    let uri = request.extensions.get::<OriginalUri>().map_or(&request.uri, |original| &original.0);
    uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}
