//! The `OpenAPI` document, made from the routes.

use std::sync::LazyLock;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use utoipa::{
    OpenApi, ToSchema,
    openapi::{
        self, Content, PathItem, Ref, RefOr, ResponseBuilder,
        path::Operation,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{
    problem::{PROBLEM_JSON, ProblemDocument},
    router,
};

const ABOUT: &str = "\
Groups, posts, comments and what moderators decide, for scripts and apps.

Everything is JSON. Ids are strings. A list is `{\"items\": […], \"next\": cursor or null}`; pass `next` as `?cursor=` \
of the same list in the same order to read on, or follow the `Link` header. Reading works without a token where everybody may read; everything else wants \
`Authorization: Bearer …` with the scope named at the operation. Whatever is refused is answered with \
`application/problem+json` (RFC 9457), whose `code` does not change. After a 503, or no answer at all, a request for a \
new post or comment that has an `Idempotency-Key` can be repeated as it is: it makes one, however often it is sent.";

#[derive(OpenApi)]
#[openapi(
    info(title = "Guildhall", description = ABOUT, version = "1"),
    components(schemas(ProblemDocument))
)]
struct Base;

/// What the document says besides its operations.
pub(super) fn base() -> openapi::OpenApi {
    let mut base = Base::openapi();
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "A token of `guildhall token create`, with some of the scopes read, write, follow.",
        ))
        .build();
    base.components
        .get_or_insert_default()
        .security_schemes
        .insert("token".to_owned(), RefOr::T(SecurityScheme::Http(token)));
    base
}

/// The document.
pub fn openapi() -> openapi::OpenApi {
    let mut document = router::documented().into_openapi();
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            operation.responses.responses.insert("default".to_owned(), problem());
        }
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete].into_iter().flatten()
}

fn problem() -> RefOr<openapi::Response> {
    let schema = Ref::from_schema_name(ProblemDocument::name());
    let content = Content::builder().schema(Some(schema)).build();
    RefOr::T(
        ResponseBuilder::new()
            .description("Refused, with the reason.")
            .content(PROBLEM_JSON, content)
            .build(),
    )
}

static TEXT: LazyLock<String> = LazyLock::new(|| match openapi().to_json() {
    Ok(text) => text,
    Err(error) => {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "the OpenAPI document could not be written"
        );
        "{}".to_owned()
    }
});

/// This document.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "about",
    responses((status = 200, description = "The OpenAPI document.", body = serde_json::Value))
)]
pub(super) async fn show_document() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], TEXT.as_str()).into_response()
}
