//! One error for everything: the tests read its text.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

/// Anything that went wrong; answered as 400 with the chain of causes.
#[derive(Debug)]
pub(crate) struct Error(pub(crate) anyhow::Error);

impl<T: Into<anyhow::Error>> From<T> for Error {
    fn from(source: T) -> Self {
        Self(source.into())
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, self.to_string()).into_response()
    }
}
