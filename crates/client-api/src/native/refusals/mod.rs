//! What use cases refuse, as problems: each refusal of a rule keeps its fixed name as `code`. Here what several areas share.

mod cases;
mod entries;
mod groups;
mod reading;

use axum::http::StatusCode;
use guildhall_app::port::ResolveError;
use guildhall_domain::{admission::Refusal, staff::NotPermitted};

use super::problem::Problem;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::forbidden(refusal.as_str(), refusal.explanation())
    }
}

impl From<NotPermitted> for Problem {
    fn from(refusal: NotPermitted) -> Self {
        Self::forbidden(refusal.code(), refusal.to_string())
    }
}

impl From<ResolveError> for Problem {
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::NotFound => Self::not_found("group or person"),
            ResolveError::SwitchedOff => Self::forbidden("federation-off", error.to_string()),
            ResolveError::Blocked => Self::forbidden("host-blocked", error.to_string()),
            ResolveError::Refused(_) => remote(
                &error,
                "remote-refused",
                "the other server answered something else than was asked for",
            ),
            ResolveError::Unreachable(_) => {
                remote(&error, "remote-unreachable", "the other server could not be reached; try again later")
            }
            ResolveError::Store(source) => Self::internal(source),
        }
    }
}

/// 502: another server's fault. What it is in detail is for whoever runs this one.
fn remote(error: &ResolveError, code: &'static str, detail: &str) -> Problem {
    tracing::info!(error = error as &dyn std::error::Error, "another server did not help");
    Problem::new(StatusCode::BAD_GATEWAY, code, detail)
}
