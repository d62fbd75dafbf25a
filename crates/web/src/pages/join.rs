//! `GET /groups/{name}/join/{code}`: an invitation.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use guildhall_app::{App, read::invitations};

use super::{Found, find_group, see};
use crate::{error::PageError, paths, respond, view::JoinPage};

pub(crate) async fn show(
    State(app): State<App>,
    Path((name, code)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let view = match find_group(&app, &name).await? {
        Found::Here(view) => view,
        Found::Under(name) => return Ok(see(&paths::join(&name, &code))),
    };
    let found = invitations::find_by_code(&app, view.group.id, &code).await.map_err(PageError::store)?;
    let page = found.ok_or(PageError::NotFound)?;
    let status = if page.invitation.void.is_none() { StatusCode::OK } else { StatusCode::GONE };
    respond::page(status, &JoinPage::new(&app.site, &view, &page))
}
