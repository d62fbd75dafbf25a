//! Requests that may be repeated: bodies with an `Idempotency-Key`.
//!
//! The header is that of draft-ietf-httpapi-idempotency-key-header, whose value is taken as it stands, quotes and all, and
//! of Mastodon's `POST /api/v1/statuses`.

use axum::{
    extract::{FromRequest, OriginalUri, Request},
    http::{HeaderMap, HeaderName, HeaderValue},
};
use guildhall_app::{App, entry::RequestKey};
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use super::body::{parse, read};
use crate::native::problem::Problem;

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// As people write it.
const HEADER_NAME: &str = "Idempotency-Key";

/// A body that is needed, with the key of its request, where it has one.
pub(crate) struct Keyed<T> {
    pub(crate) body: T,
    pub(crate) key: Option<RequestKey>,
}

/// What a client calls a request that it may have to repeat.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct KeyParam {
    /// A name of the client's choosing for this request, a UUID say. The same request with the same key within 24 hours
    /// makes nothing new: it is answered with what the first one made, so it can be repeated until an answer comes.
    #[expect(dead_code, reason = "for the document")]
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 200, pattern = "^[!-~]+$")]
    idempotency_key: Option<String>,
}

impl<T: DeserializeOwned> FromRequest<App> for Keyed<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let name = name_in(request.headers())?;
        let path = match request.extensions().get::<OriginalUri>() {
            Some(whole) => whole.path().to_owned(),
            None => request.uri().path().to_owned(),
        };
        let bytes = read(request, app).await?;
        let key = name.map(|name| RequestKey::new(name.as_bytes(), &[path.as_bytes(), &bytes])).transpose();
        let key = key.map_err(|invalid| refused(&invalid.to_string()))?;
        Ok(Self { body: parse(&bytes)?, key })
    }
}

fn name_in(headers: &HeaderMap) -> Result<Option<HeaderValue>, Problem> {
    let mut names = headers.get_all(HEADER).iter();
    match (names.next(), names.next()) {
        (name, None) => Ok(name.cloned()),
        (_, Some(_)) => Err(refused("one key is wanted, not several")),
    }
}

fn refused(detail: &str) -> Problem {
    Problem::unreadable("invalid-idempotency-key", detail).about(HEADER_NAME)
}
