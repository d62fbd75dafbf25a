//! From a template to a response.

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{assets::fnv1a, error::PageError};

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
    let tag = format!("W/\"{:016x}\"", fnv1a(body.as_bytes()));
    Ok((status, [(header::CONTENT_TYPE, media_type.to_owned()), (header::ETAG, tag)], body).into_response())
}
