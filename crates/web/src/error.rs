//! Why a page could not be shown. The page that says so is made in [`crate::dress`], which knows the instance.

use std::error::Error;

use axum::{
    Extension,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use guildhall_app::StoreError;

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
    /// The database cannot answer now, or not soon enough.
    Unavailable,
    /// Refused before a handler saw it: a wrong method, an address that cannot be read.
    Other(StatusCode),
}

/// When to try again while the database is away, in seconds: restarts and fail-overs take about as long.
const RETRY_SECONDS: u64 = 30;

impl PageError {
    /// What the reader may know of a failure of the store: that it will pass, when it will.
    pub(crate) fn store(error: StoreError) -> Self {
        if error.is_unavailable() || error.is_retryable() {
            tracing::error!(error = &error as &dyn Error, "the database could not answer for a page");
            return Self::Unavailable;
        }
        Self::internal(error)
    }

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
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Other(status) => *status,
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let retry = (self == Self::Unavailable).then_some([(header::RETRY_AFTER, RETRY_SECONDS.to_string())]);
        (self.status(), retry, Extension(self)).into_response()
    }
}
