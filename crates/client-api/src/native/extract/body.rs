//! Bodies: JSON whose every field is known.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use guildhall_app::App;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

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

async fn read(request: Request, app: &App) -> Result<Bytes, Problem> {
    let is_json = says_json(request.headers());
    let bytes = Bytes::from_request(request, app)
        .await
        .map_err(|rejection| Problem::new(rejection.status(), "unreadable-body", rejection.body_text()))?;
    if is_json || bytes.is_empty() {
        return Ok(bytes);
    }
    let wanted = "JSON is wanted; say so with Content-Type: application/json";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "json-wanted", wanted))
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

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        unreadable(&path, &error.into_inner())
    })?;
    reader.end().map_err(|error| unreadable(".", &error))?;
    Ok(value)
}

fn unreadable(path: &str, error: &serde_json::Error) -> Problem {
    match error.classify() {
        Category::Data => {
            let message = error.to_string();
            let wanted = message.rsplit_once(" at line ").map_or(message.as_str(), |(wanted, _)| wanted);
            match field(path, wanted) {
                Some(field) => Problem::invalid(&field, wanted),
                None => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-field", wanted),
            }
        }
        Category::Io | Category::Syntax | Category::Eof => {
            Problem::unreadable("invalid-json", format!("this is not JSON: {error}"))
        }
    }
}

/// The field an error is about. serde reports a missing or unknown one at the object around it, with its name in the
/// text only.
fn field(path: &str, message: &str) -> Option<String> {
    let path = Some(path).filter(|path| *path != ".");
    let named = ["missing field `", "unknown field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start)?.split_once('`').map(|(name, _)| name));
    match (path, named) {
        (Some(path), Some(name)) if path.rsplit('.').next() != Some(name) => Some(format!("{path}.{name}")),
        (Some(path), _) => Some(path.to_owned()),
        (None, named) => named.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_is_named_by_path_or_text() {
        assert_eq!(field("rules[0].title", "invalid type").as_deref(), Some("rules[0].title"));
        assert_eq!(field(".", "missing field `value`").as_deref(), Some("value"));
        assert_eq!(field("rules[1]", "missing field `title`").as_deref(), Some("rules[1].title"));
        assert_eq!(field("x", "unknown field `x`, expected `y`").as_deref(), Some("x"));
        assert_eq!(field(".", "invalid type: sequence").as_deref(), None);
    }

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
