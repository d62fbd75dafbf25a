//! Which posts of partners are wanted.

use axum::{extract::FromRequestParts, http::request::Parts};
use guildhall_app::App;
use guildhall_domain::partner::MirrorState;
use utoipa::IntoParams;

use super::page::{param, read};
use crate::native::problem::Problem;

/// Which posts of partners.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StateParam {
    /// `waiting` (for a moderator; when absent), `shown`, `refused` (by a rule or list) or `removed` (by a moderator).
    #[param(pattern = "^(waiting|shown|refused|removed)$")]
    state: Option<String>,
}

/// The state that was asked for.
pub(crate) struct MirrorWanted(pub(crate) MirrorState);

impl FromRequestParts<App> for MirrorWanted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let params = StateParam { state: param(&parts.uri, "state")? };
        Ok(Self(read("state", params.state, state)?.unwrap_or(MirrorState::Waiting)))
    }
}

fn state(text: &str) -> Result<MirrorState, String> {
    match text {
        "waiting" => Ok(MirrorState::Waiting),
        "shown" => Ok(MirrorState::Shown),
        "refused" => Ok(MirrorState::Refused),
        "removed" => Ok(MirrorState::Removed),
        _ => Err("waiting, shown, refused or removed is wanted".to_owned()),
    }
}
