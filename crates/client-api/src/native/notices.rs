//! What the owner of the token was told.

use axum::{Json, extract::State, http::StatusCode};
use guildhall_app::{App, notice, read::notices as read};

use super::{
    extract::{At, NoticeAddress, Order, PageParams, Paging, SignedInReader, Writer},
    json::Notice,
    listing::{List, Listing},
    problem::Problem,
};

/// What one was told, newest first: of decisions about oneself, of one's appeals; moderators also of appeals to decide and of
/// rules that fitted.
#[utoipa::path(
    get,
    path = "/notices",
    tag = "notices",
    params(PageParams),
    security(("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of notices.",
        body = List<Notice>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_notices(
    State(app): State<App>,
    SignedInReader(person): SignedInReader,
    paging: Paging,
) -> Result<Listing<Notice>, Problem> {
    let request = paging.request(Order::Notices)?;
    let page = read::list(&app, &person.viewer, request).await.map_err(Problem::internal)?;
    let items = page.items.into_iter().map(Notice::from).collect();
    Ok(Listing::new(&app, &paging, Order::Notices, items, page.next))
}

/// One of one's notices.
#[utoipa::path(
    get,
    path = "/notices/{id}",
    tag = "notices",
    params(NoticeAddress),
    security(("token" = ["read"])),
    responses((status = 200, description = "The notice.", body = Notice))
)]
pub(super) async fn show_notice(
    State(app): State<App>,
    At(address): At<NoticeAddress>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<Notice>, Problem> {
    Ok(Json(read::find(&app, &person.viewer, address.id).await?.into()))
}

/// Marks a notice as read.
#[utoipa::path(
    post,
    path = "/notices/{id}/read",
    tag = "notices",
    params(NoticeAddress),
    security(("token" = ["write"])),
    responses((status = 204, description = "It is read."))
)]
pub(super) async fn read_notice(
    State(app): State<App>,
    At(address): At<NoticeAddress>,
    Writer(person): Writer,
) -> Result<StatusCode, Problem> {
    notice::mark_read(&app, &person.viewer, address.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
