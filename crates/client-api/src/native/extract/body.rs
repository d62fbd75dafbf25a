//! Bodies: JSON whose every field is known.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
};
use guildhall_app::App;
use guildhall_domain::content::MAX_CONTENT_BYTES;
use serde::de::DeserializeOwned;

use super::fields::{self, Misfit};
use crate::native::problem::Problem;

/// A body that is needed.
pub(crate) struct Body<T>(pub(crate) T);

/// A body that may be left out, or be `null`.
pub(crate) struct OptionalBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        parse(&read(request, app).await?).map(Self)
    }
}

impl<T: DeserializeOwned + Default> FromRequest<App> for OptionalBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let bytes = read(request, app).await?;
        let given: Option<T> = if bytes.is_empty() { None } else { parse(&bytes)? };
        Ok(Self(given.unwrap_or_default()))
    }
}

pub(super) async fn read(request: Request, app: &App) -> Result<Bytes, Problem> {
    let is_json = says_json(request.headers());
    let bytes = Bytes::from_request(request, app).await.map_err(|rejection| unread(&rejection))?;
    if is_json || bytes.is_empty() {
        return Ok(bytes);
    }
    let wanted = "JSON is wanted; say so with Content-Type: application/json";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "json-wanted", wanted))
}

fn unread(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let detail = format!(
            "this is larger than this server takes at once; a text has at most {MAX_CONTENT_BYTES} bytes"
        );
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", detail);
    }
    Problem::unreadable("unreadable-body", "the body did not arrive whole; send it again")
}

/// Whether a body is said to be JSON. Without a word it is taken as such, since nothing else is understood.
fn says_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return true;
    };
    let essence =
        value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if bytes.is_empty() {
        return Err(Problem::unreadable("invalid-json", "a JSON object is wanted, and the body is empty"));
    }
    let json = serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Problem::unreadable("invalid-json", format!("this is not JSON: look at line {line}, column {column}"))
    })?;
    fields::read(json).map_err(unfit)
}

fn unfit(misfit: Misfit) -> Problem {
    match misfit.field.as_str() {
        "" => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-field", misfit.wanted),
        field => Problem::invalid(field, &misfit.wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_goes_by_several_media_types() {
        let says = |value: &'static str| {
            says_json(&HeaderMap::from_iter([(
                header::CONTENT_TYPE,
                header::HeaderValue::from_static(value),
            )]))
        };
        assert!(says("application/json; charset=utf-8") && says("application/merge-patch+json"));
        assert!(!says("text/plain") && !says("application/x-www-form-urlencoded"));
        assert!(says_json(&HeaderMap::new()));
    }
}
