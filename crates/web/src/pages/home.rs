//! `GET /`: what this instance is, and its groups.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use guildhall_app::{App, Viewer, instance, read};

use crate::{error::PageError, query::ListQuery, respond, view::HomePage};

pub(crate) async fn show(
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Response, PageError> {
    let request = query.page("/")?;
    let groups = read::groups::list(&app, &Viewer::anonymous(), request).await.map_err(PageError::store)?;
    let has_accounts = instance::has_accounts(&app).await.map_err(PageError::store)?;
    respond::page(StatusCode::OK, &HomePage::new(&app.site, request, &groups, has_accounts))
}
