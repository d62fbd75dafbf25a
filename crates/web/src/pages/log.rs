//! `GET /groups/{name}/log` and `GET /log`: what was decided, for everybody who may read there.

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use guildhall_app::{
    App, Viewer,
    read::{self, GroupView, LogError, LogWanted, PageRequest},
};

use super::{Found, find_group, see};
use crate::{
    error::PageError,
    paths,
    query::LogQuery,
    respond,
    view::{LogPage, LogShown},
};

pub(crate) async fn of_group(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(query): Query<LogQuery>,
) -> Result<Response, PageError> {
    let request = query.page(&paths::log(Some(&name)))?;
    let view = match find_group(&app, &name).await? {
        Found::Here(view) => view,
        Found::Under(name) => return Ok(see(&paths::log(Some(&name)))),
    };
    let wanted = LogWanted { whose: None, group: None, ..query.wanted() };
    show(&app, Some(&view), wanted, request).await
}

pub(crate) async fn of_instance(
    State(app): State<App>,
    Query(query): Query<LogQuery>,
) -> Result<Response, PageError> {
    let request = query.page(&paths::log(None))?;
    show(&app, None, query.wanted(), request).await
}

async fn show(
    app: &App,
    group: Option<&GroupView>,
    wanted: LogWanted,
    request: PageRequest,
) -> Result<Response, PageError> {
    let (status, shown) = match find(app, group, &wanted, request).await {
        Ok(page) => (StatusCode::OK, LogShown::Lines(page)),
        Err(LogError::NotReader) => (StatusCode::OK, LogShown::NotToYou),
        Err(LogError::Unreadable { field, wanted }) => {
            (StatusCode::BAD_REQUEST, LogShown::Unreadable { field, wanted })
        }
        Err(LogError::Store(error)) => return Err(PageError::store(error)),
    };
    respond::page(status, &LogPage::new(&app.site, group, &wanted, request, shown))
}

async fn find(
    app: &App,
    group: Option<&GroupView>,
    wanted: &LogWanted,
    request: PageRequest,
) -> Result<read::Page<read::LogLine>, LogError> {
    let (viewer, filter) = (Viewer::anonymous(), read::log::understand(app, wanted).await?);
    match group {
        Some(view) => read::log::of_group(app, &viewer, view.group.id, &filter, request).await,
        None => read::log::of_instance(app, &viewer, &filter, request).await,
    }
}
