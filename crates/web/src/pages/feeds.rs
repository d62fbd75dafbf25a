//! Atom feeds (RFC 4287) of a group's newest posts, of what a person wrote, and of what was decided.

use axum::{
    extract::{Path, State},
    response::Response,
};
use guildhall_app::{
    App, Viewer, read,
    read::{LogError, LogFilter, LogLine, Page, PageRequest},
};
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

/// `GET /groups/{name}/log/feed.atom`
pub(crate) async fn group_log(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Response, PageError> {
    let view = match find_group(&app, &name).await? {
        Found::Here(view) => view,
        Found::Under(name) => return Ok(see(&paths::feed(&paths::log(Some(&name))))),
    };
    let (filter, request) = (LogFilter::default(), PageRequest::default());
    let found = read::log::of_group(&app, &Viewer::anonymous(), view.group.id, &filter, request).await;
    respond::feed(&Feed::of_log(&app.site, Some(&view.group), &lines(found)?))
}

/// `GET /log/feed.atom`
pub(crate) async fn instance_log(State(app): State<App>) -> Result<Response, PageError> {
    let (filter, request) = (LogFilter::default(), PageRequest::default());
    let found = read::log::of_instance(&app, &Viewer::anonymous(), &filter, request).await;
    respond::feed(&Feed::of_log(&app.site, None, &lines(found)?))
}

/// Of a group for its members there is a feed, as of its posts; nothing is in it.
fn lines(found: Result<Page<LogLine>, LogError>) -> Result<Vec<LogLine>, PageError> {
    match found {
        Ok(page) => Ok(page.items),
        Err(LogError::NotReader | LogError::Unreadable { .. }) => Ok(Vec::new()),
        Err(LogError::Store(error)) => Err(PageError::store(error)),
    }
}
