//! What somebody is in a group; joining and leaving it.

use axum::{Json, extract::State, http::StatusCode};
use guildhall_app::{
    App,
    group::{self, Leave, RequestJoin},
    read::membership,
};
use guildhall_domain::{event::Cause, membership::JoinOutcome};

use super::{
    extract::{At, Follower, GroupAddress, OptionalBody, SignedInReader},
    json::{JoinWish, Joined, Membership},
    lookup,
    problem::Problem,
};

/// What the owner of the token is in a group.
///
/// Whoever was refused or banned is told why, when, and until when.
#[utoipa::path(
    get,
    path = "/groups/{name}/membership",
    tag = "membership",
    params(GroupAddress),
    security(("token" = ["read"])),
    responses((status = 200, description = "Their place.", body = Membership))
)]
pub(super) async fn show_membership(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<Membership>, Problem> {
    let group = lookup::group(&app, &person.viewer, &address.name).await?.group.id;
    let found = membership::find(&app, group, person.actor).await.map_err(Problem::internal)?;
    Ok(Json(found.ok_or_else(|| Problem::not_found("group"))?.into()))
}

/// Joins a group. Asking again changes nothing.
///
/// Where a moderator decides and the group asks questions, the required ones are answered with the request: else it is
/// refused as `answers-needed`, with the questions. An invitation lets in past that.
#[utoipa::path(
    put,
    path = "/groups/{name}/membership",
    tag = "membership",
    params(GroupAddress),
    security(("token" = ["follow"])),
    request_body = Option<JoinWish>,
    responses(
        (status = 200, description = "A member.", body = Joined),
        (status = 202, description = "Waits for a moderator, or for the group's server.", body = Joined)
    )
)]
pub(super) async fn join_group(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    Follower(person): Follower,
    OptionalBody(wish): OptionalBody<JoinWish>,
) -> Result<(StatusCode, Json<Joined>), Problem> {
    let group = lookup::group(&app, &person.viewer, &address.name).await?.group.id;
    let command = RequestJoin { group, actor: person.actor, follow: None, cause: Cause::Local };
    let outcome = group::join_with(&app, command, wish.into()).await?;
    Ok((status_of(outcome), Json(outcome.into())))
}

fn status_of(outcome: JoinOutcome) -> StatusCode {
    match outcome {
        JoinOutcome::Joined | JoinOutcome::AlreadyMember => StatusCode::OK,
        JoinOutcome::AwaitingApproval => StatusCode::ACCEPTED,
    }
}

/// Leaves a group, or takes a request back. Without a membership nothing changes.
#[utoipa::path(
    delete,
    path = "/groups/{name}/membership",
    tag = "membership",
    params(GroupAddress),
    security(("token" = ["follow"])),
    responses((status = 204, description = "No member, from now on."))
)]
pub(super) async fn leave_group(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    Follower(person): Follower,
) -> Result<StatusCode, Problem> {
    let group = lookup::group(&app, &person.viewer, &address.name).await?.group.id;
    let command = Leave { group, actor: person.actor, cause: Cause::Local };
    group::leave(&app, command).await.map_err(Problem::internal)?;
    Ok(StatusCode::NO_CONTENT)
}
