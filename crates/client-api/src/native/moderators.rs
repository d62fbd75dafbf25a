//! Appointing and dismissing moderators.

use axum::{extract::State, http::StatusCode};
use guildhall_app::{
    App,
    group::{self, SetModerator},
};
use guildhall_domain::event::Cause;

use super::{
    acting,
    extract::{At, PersonAddress, SignedIn, Writer},
    lookup,
    problem::Problem,
};

/// Makes somebody a moderator, from here or elsewhere; for those who may appoint (the permission `appoint`).
#[utoipa::path(
    put,
    path = "/groups/{name}/moderators/{handle}",
    tag = "moderation",
    params(PersonAddress),
    security(("token" = ["write"])),
    responses((status = 204, description = "A moderator, from now on."))
)]
pub(super) async fn appoint_moderator(
    State(app): State<App>,
    At(address): At<PersonAddress>,
    Writer(person): Writer,
) -> Result<StatusCode, Problem> {
    set(&app, &person, &address, true).await
}

/// Dismisses a moderator; for those who may appoint (the permission `appoint`), and for themselves.
#[utoipa::path(
    delete,
    path = "/groups/{name}/moderators/{handle}",
    tag = "moderation",
    params(PersonAddress),
    security(("token" = ["write"])),
    responses((status = 204, description = "No moderator, from now on."))
)]
pub(super) async fn dismiss_moderator(
    State(app): State<App>,
    At(address): At<PersonAddress>,
    Writer(person): Writer,
) -> Result<StatusCode, Problem> {
    set(&app, &person, &address, false).await
}

async fn set(
    app: &App,
    by: &SignedIn,
    address: &PersonAddress,
    appointed: bool,
) -> Result<StatusCode, Problem> {
    let group = lookup::group(app, &by.viewer, &address.name).await?;
    let by = acting::as_moderator(by, &group)?;
    let actor = lookup::person(app, &address.handle).await?.person.id;
    let command = SetModerator { group: group.group.id, actor, by, appointed, cause: Cause::Local };
    group::set_moderator(app, command).await?;
    Ok(StatusCode::NO_CONTENT)
}
