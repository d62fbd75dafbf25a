//! `GET /users/{name}`: a person with what they wrote.

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use guildhall_app::{App, Viewer, read};

use super::{Found, find_person, see_person};
use crate::{error::PageError, paths, query::ListQuery, respond, view::PersonPage};

pub(crate) async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Response, PageError> {
    let request = query.page(&paths::person(&name))?;
    let view = match find_person(&app, &name).await? {
        Found::Here(view) => view,
        Found::Under(name) => return Ok(see_person(&name)),
    };
    let entries = read::entries::by_author(&app, &Viewer::anonymous(), view.person.id, request)
        .await
        .map_err(PageError::store)?;
    respond::page(StatusCode::OK, &PersonPage::new(&app.site, &view, request, &entries))
}
