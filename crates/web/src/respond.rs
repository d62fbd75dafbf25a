//! From a template to a response.

use std::hash::{DefaultHasher, Hasher as _};

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::error::PageError;

/// A page for people.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Result<Response, PageError> {
    document(status, "text/html; charset=utf-8", template)
}

/// A feed.
pub(crate) fn feed(template: &impl Template) -> Result<Response, PageError> {
    document(StatusCode::OK, "application/atom+xml; charset=utf-8", template)
}

/// Renders, and marks what came out with an `ETag`. A weak one: it is still the same page when compressed.
fn document(
    status: StatusCode,
    media_type: &'static str,
    template: &impl Template,
) -> Result<Response, PageError> {
    let body = template.render().map_err(PageError::internal)?;
    let tag = format!("W/\"{:016x}\"", mark(body.as_bytes()));
    Ok((status, [(header::CONTENT_TYPE, media_type.to_owned()), (header::ETAG, tag)], body).into_response())
}

/// Tells versions of a page apart, no more than that: another version of this program may give another mark.
fn mark(page: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(page);
    hasher.finish()
}
