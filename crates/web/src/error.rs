//! Why a page could not be shown. The page that says so is made in [`crate::dress`], which knows the instance.

use std::error::Error;

use axum::{
    Extension,
    http::StatusCode,
    response::{IntoResponse, Response},
};

/// Why a page could not be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageError {
    /// Nothing is here, or nothing that the reader may see.
    NotFound,
    /// The order asked for does not exist; `start` is the list in its usual order.
    UnknownSort {
        /// Path of the list.
        start: String,
    },
    /// The cursor is none of ours; `start` is the first page.
    UnknownCursor {
        /// Path of the list.
        start: String,
    },
    /// Our own fault, logged where it happened.
    Internal,
    /// Refused before a handler saw it: a wrong method, an address that cannot be read.
    Other(StatusCode),
}

impl PageError {
    /// Logs `error` with its causes and gives what the reader may know of it.
    pub(crate) fn internal(error: impl Error) -> Self {
        let mut chain = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            chain.push_str(": ");
            chain.push_str(&cause.to_string());
            source = cause.source();
        }
        tracing::error!(error = chain, "a page could not be made");
        Self::Internal
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::UnknownSort { .. } | Self::UnknownCursor { .. } => StatusCode::BAD_REQUEST,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Other(status) => *status,
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        (self.status(), Extension(self)).into_response()
    }
}
