//! Refusals and failures as problem+json (RFC 9457).

use std::{borrow::Cow, error::Error};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use guildhall_app::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use super::json::Question;

/// The media type of a problem.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request was not fulfilled.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    field: Option<String>,
    questions: Option<Vec<Question>>,
    challenge: Option<&'static str>,
}

/// A problem as it is sent: RFC 9457 with two members more.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDocument {
    /// Always `about:blank`: `code` tells problems apart.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong with this request, for people.
    detail: String,
    /// What is wrong, for programs: a fixed name such as `not-found`, `missing-scope`, `members-only`.
    code: &'static str,
    /// The field or parameter it is about: `rules[0].title`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    field: Option<String>,
    /// Of `answers-needed`: what the group asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    questions: Option<Vec<Question>>,
}

impl Problem {
    /// `detail` is shown as a sentence, whatever its first letter and last character.
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl AsRef<str>) -> Self {
        Self {
            status,
            code,
            detail: sentence(detail.as_ref()),
            field: None,
            questions: None,
            challenge: None,
        }
    }

    /// Names the field or parameter it is about.
    #[must_use]
    pub(crate) fn about<'a>(mut self, field: impl Into<Cow<'a, str>>) -> Self {
        self.field = Some(field.into().into_owned());
        self
    }

    /// Adds what a group asks.
    #[must_use]
    pub(crate) fn asking(self, questions: Vec<Question>) -> Self {
        Self { questions: Some(questions), ..self }
    }

    /// Adds a `WWW-Authenticate` header (RFC 6750 section 3).
    #[must_use]
    pub(crate) fn challenging(mut self, challenge: &'static str) -> Self {
        self.challenge = Some(challenge);
        self
    }

    /// 400: a path, a query or a body that cannot be read at all.
    pub(crate) fn unreadable(code: &'static str, detail: impl AsRef<str>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 403: the rules say no.
    pub(crate) fn forbidden(code: &'static str, detail: impl AsRef<str>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// 404: there is no such `what`, or the reader must not know of it.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", format!("there is no such {what}"))
    }

    /// 404 for an address that means nothing.
    pub(crate) fn no_such_address() -> Self {
        Self::new(StatusCode::NOT_FOUND, "no-such-address", "nothing is at this address; see openapi.json")
    }

    /// 405.
    pub(crate) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "this address does not take this method",
        )
    }

    /// 409: as things stand, this cannot be done.
    pub(crate) fn conflict(code: &'static str, detail: impl AsRef<str>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 410: it was here once.
    pub(crate) fn gone(what: &str) -> Self {
        Self::new(StatusCode::GONE, "gone", format!("this {what} was deleted"))
    }

    /// 422: a field with a value that cannot be taken; `wanted` says what can.
    pub(crate) fn invalid(field: &str, wanted: impl AsRef<str>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-field", wanted).about(field)
    }

    /// Our own fault, logged here with its causes: 503 when the database cannot serve now, else 500.
    pub(crate) fn internal(error: impl Error + 'static) -> Self {
        tracing::error!(error = &error as &dyn Error, "a request of the native API failed");
        let store = (&error as &dyn std::any::Any).downcast_ref::<StoreError>();
        if store.is_some_and(|store| store.is_unavailable() || store.is_retryable()) {
            let detail = "the database does not answer; try again in a moment";
            return Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail);
        }
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong here; try again later")
    }
}

/// The first letter large and a full stop at the end: refusals of rules are written without, explanations with both.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut sentence: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    sentence.push_str(letters.as_str());
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = ProblemDocument {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: self.detail,
            code: self.code,
            field: self.field,
            questions: self.questions,
        };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let headers = [(header::CONTENT_TYPE, PROBLEM_JSON), (header::CACHE_CONTROL, "no-store")];
        let mut response = (self.status, headers, body).into_response();
        if let Some(challenge) = self.challenge {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_and_explanations_become_sentences_alike() {
        assert_eq!(sentence("no such group"), "No such group.");
        assert_eq!(sentence("You are banned."), "You are banned.");
        assert_eq!(sentence("élan"), "Élan.");
    }
}
