//! Pages have one address each, without a slash at its end.

use axum::{
    http::Uri,
    response::{IntoResponse, Redirect, Response},
};

/// `GET` of a page's address with a slash at its end: sends the reader to the one without, for ever (308), and keeps
/// the query.
pub(crate) async fn drop(uri: Uri) -> Response {
    let path = uri.path().trim_end_matches('/');
    match uri.query() {
        Some(query) => Redirect::permanent(&format!("{path}?{query}")).into_response(),
        None => Redirect::permanent(path).into_response(),
    }
}
