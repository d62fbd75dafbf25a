//! `GET /groups/{name}/transparency` and `GET /transparency`: how much was decided in a period.

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use guildhall_app::{
    App, Viewer,
    read::{self, GroupView, Period, TransparencyError},
};

use super::{Found, find_group, see};
use crate::{error::PageError, paths, query::PeriodQuery, respond, view::TransparencyPage};

pub(crate) async fn of_group(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(query): Query<PeriodQuery>,
) -> Result<Response, PageError> {
    let view = match find_group(&app, &name).await? {
        Found::Here(view) => view,
        Found::Under(name) => return Ok(see(&paths::transparency(Some(&name)))),
    };
    show(&app, Some(&view), &query).await
}

pub(crate) async fn of_instance(
    State(app): State<App>,
    Query(query): Query<PeriodQuery>,
) -> Result<Response, PageError> {
    show(&app, None, &query).await
}

async fn show(app: &App, group: Option<&GroupView>, query: &PeriodQuery) -> Result<Response, PageError> {
    // Where the period is none, the latest month is shown, with a word on that.
    let (period, status, problem) = match query.period(app.now()) {
        Ok(period) => (period, StatusCode::OK, None),
        Err(problem) => (Period::latest(app.now()), StatusCode::BAD_REQUEST, Some(problem)),
    };
    let viewer = Viewer::anonymous();
    let counted = match group {
        Some(view) => read::transparency::of_group(app, &viewer, view.group.id, period).await,
        None => read::transparency::of_instance(app, &viewer, period).await.map_err(TransparencyError::Store),
    };
    let counted = match counted {
        Ok(counted) => Some(counted),
        Err(TransparencyError::NotReader) => None,
        // Its own server counts.
        Err(TransparencyError::Elsewhere) => return Err(PageError::NotFound),
        Err(TransparencyError::Store(error)) => return Err(PageError::store(error)),
    };
    respond::page(status, &TransparencyPage::new(&app.site, group, period, counted.as_deref(), problem))
}
