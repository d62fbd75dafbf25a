//! `GET /groups/{name}`: a group and its posts.

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use guildhall_app::{App, Viewer, partner, read};

use super::{Found, find_group, see_group};
use crate::{
    error::PageError,
    paths,
    query::ListQuery,
    respond,
    view::{GroupPage, GroupPosts},
};

pub(crate) async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Response, PageError> {
    let start = paths::group(&name);
    let (sort, request) = (query.sort(&start)?, query.page(&start)?);
    let view = match find_group(&app, &name).await? {
        Found::Here(view) => view,
        Found::Under(name) => return Ok(see_group(&name)),
    };

    let (viewer, id) = (Viewer::anonymous(), view.group.id);
    let posts = partner::posts(&app, &viewer, id, sort, request).await.map_err(PageError::store)?;
    let partners = partner::list(&app, &viewer, id).await.map_err(PageError::store)?;
    let featured = match request.after {
        None => read::entries::featured(&app, &viewer, id).await.map_err(PageError::store)?,
        Some(_) => Vec::new(),
    };
    let posts = GroupPosts { sort, request, featured, posts };
    let page = GroupPage::new(&app.site, &view, &posts).with_partners(&partners);
    respond::page(StatusCode::OK, &page)
}
