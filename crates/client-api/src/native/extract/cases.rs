//! Which cases are wanted.

use axum::{
    extract::{FromRequestParts, OriginalUri},
    http::request::Parts,
};
use guildhall_app::App;
use guildhall_domain::Handle;
use utoipa::IntoParams;

use super::page::{param, read};
use crate::native::problem::Problem;

/// Which cases are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CaseParams {
    /// `open` (when absent) or `closed`, for those who ask.
    #[param(pattern = "^(open|closed)$")]
    state: Option<String>,
    /// `me`, or the name of whoever looks after them.
    assignee: Option<String>,
}

/// Who looks after the cases that are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Assignee {
    /// Whoever asks.
    Me,
    /// Somebody.
    Named(Handle),
}

/// The cases that were asked for.
pub(crate) struct Wanted {
    pub(crate) is_open: bool,
    pub(crate) assignee: Option<Assignee>,
}

impl FromRequestParts<App> for Wanted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let OriginalUri(uri) = match OriginalUri::from_request_parts(parts, app).await {
            Ok(uri) => uri,
            Err(never) => match never {},
        };
        let params = CaseParams { state: param(&uri, "state")?, assignee: param(&uri, "assignee")? };
        Ok(Self {
            is_open: read("state", params.state, state)?.unwrap_or(true),
            assignee: read("assignee", params.assignee, assignee)?,
        })
    }
}

fn state(text: &str) -> Result<bool, String> {
    match text {
        "open" => Ok(true),
        "closed" => Ok(false),
        _ => Err("open or closed is wanted".to_owned()),
    }
}

fn assignee(text: &str) -> Result<Assignee, String> {
    match text {
        "me" => Ok(Assignee::Me),
        name => name.parse().map(Assignee::Named).map_err(|_| "me or a name is wanted".to_owned()),
    }
}
