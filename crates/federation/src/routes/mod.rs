//! What other servers can ask of this one over HTTP.

mod activities;
mod actors;
mod collections;
mod discovery;
mod inbox;
mod listed;
mod objects;
mod outbox_item;
mod problem;
mod reader;
mod respond;

use axum::Router;
use axum::extract::OriginalUri;
use http::request::Parts;

use crate::Federation;
use listed::Routes;

/// All routes of this crate.
pub fn router(federation: Federation) -> Router {
    all().into_router().with_state(federation)
}

/// The paths of all routes, in the router's own spelling.
pub fn paths() -> Vec<&'static str> {
    all().paths()
}

fn all() -> Routes {
    activities::routes()
        .merge(actors::routes())
        .merge(collections::routes())
        .merge(discovery::routes())
        .merge(inbox::routes())
        .merge(objects::routes())
}

/// Path and query as they stood in the request line, before any router took a part away: that is what was signed.
pub(crate) fn target_of(request: &Parts) -> String {
    let uri = request.extensions.get::<OriginalUri>().map_or(&request.uri, |original| &original.0);
    uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}
