//! Atom feeds (RFC 4287) of a group's newest posts and of what a person wrote.

use axum::{
    extract::{Path, State},
    response::Response,
};
use guildhall_app::{App, Viewer, read, read::PageRequest};
use guildhall_domain::content::Sort;

use super::{Found, find_group, find_person, see};
use crate::{error::PageError, paths, respond, view::Feed};

/// `GET /groups/{name}/feed.atom`
pub(crate) async fn group(State(app): State<App>, Path(name): Path<String>) -> Result<Response, PageError> {
    let view = match find_group(&app, &name).await? {
        Found::Here(view) => view,
        Found::Under(name) => return Ok(see(&paths::feed(&paths::group(&name)))),
    };
    let request = PageRequest::default();
    let posts = read::entries::posts(&app, &Viewer::anonymous(), view.group.id, Sort::New, request)
        .await
        .map_err(PageError::store)?;
    respond::feed(&Feed::of_group(&app.site, &view, posts.items))
}

/// `GET /users/{name}/feed.atom`
pub(crate) async fn person(State(app): State<App>, Path(name): Path<String>) -> Result<Response, PageError> {
    let view = match find_person(&app, &name).await? {
        Found::Here(view) => view,
        Found::Under(name) => return Ok(see(&paths::feed(&paths::person(&name)))),
    };
    let request = PageRequest::default();
    let entries = read::entries::by_author(&app, &Viewer::anonymous(), view.person.id, request)
        .await
        .map_err(PageError::store)?;
    respond::feed(&Feed::of_person(&app.site, &view, entries.items))
}
