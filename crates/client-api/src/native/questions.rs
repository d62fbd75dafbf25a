//! What a group asks those who want to join.

use axum::{Json, extract::State};
use guildhall_app::{App, read::requests, welcome};

use super::{
    acting,
    extract::{At, Body, GroupAddress, Reader, Writer},
    json::{NewQuestions, Questions},
    lookup,
    problem::Problem,
};

/// What a group hosted here asks those who want to join.
#[utoipa::path(
    get,
    path = "/groups/{name}/questions",
    tag = "membership",
    params(GroupAddress),
    security((), ("token" = ["read"])),
    responses((status = 200, description = "The questions.", body = Questions))
)]
pub(super) async fn show_questions(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    Reader(viewer): Reader,
) -> Result<Json<Questions>, Problem> {
    let group = lookup::group_here(&app, &viewer, &address.name).await?.group.id;
    Ok(Json(requests::questions(&app, group).await.map_err(Problem::internal)?.into()))
}

/// Sets what a group asks; for moderators.
///
/// People here answer when they ask to join; people elsewhere are sent the questions as a direct message, and answer by
/// replying to it. Who waits already is not asked again.
#[utoipa::path(
    put,
    path = "/groups/{name}/questions",
    tag = "membership",
    params(GroupAddress),
    security(("token" = ["write"])),
    request_body = NewQuestions,
    responses((status = 200, description = "The questions, from now on.", body = Questions))
)]
pub(super) async fn set_questions(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    Writer(person): Writer,
    Body(new): Body<NewQuestions>,
) -> Result<Json<Questions>, Problem> {
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?;
    let by = acting::in_group(&person, &group);
    Ok(Json(welcome::set_questions(&app, group.group.id, by, new.into()).await?.into()))
}
