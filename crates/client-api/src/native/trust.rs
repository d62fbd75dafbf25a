//! How far people are trusted in a group.

use axum::{Json, extract::State, http::StatusCode};
use guildhall_app::{
    App,
    group::{SetTrust, find_trust, set_trust},
};

use super::{
    acting,
    extract::{At, Body, PersonAddress, SignedIn, SignedInReader, Writer},
    json::{NewTrust, Trust},
    lookup,
    problem::Problem,
};

/// How far somebody is trusted in a group, and why; for moderators, and for themselves.
#[utoipa::path(
    get,
    path = "/groups/{name}/people/{handle}/trust",
    tag = "moderation",
    params(PersonAddress),
    security(("token" = ["read"])),
    responses((status = 200, description = "The level, with a sentence on why.", body = Trust))
)]
pub(super) async fn show_trust(
    State(app): State<App>,
    At(address): At<PersonAddress>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<Trust>, Problem> {
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?.group.id;
    let actor = lookup::person(&app, &address.handle).await?.person.id;
    Ok(Json(find_trust(&app, &person.viewer, group, actor).await?.into()))
}

/// Gives somebody a level by hand, whatever they have earned; for moderators.
#[utoipa::path(
    put,
    path = "/groups/{name}/people/{handle}/trust",
    tag = "moderation",
    params(PersonAddress),
    security(("token" = ["write"])),
    request_body = NewTrust,
    responses((status = 204, description = "It holds from now on."))
)]
pub(super) async fn give_trust(
    State(app): State<App>,
    At(address): At<PersonAddress>,
    Writer(person): Writer,
    Body(body): Body<NewTrust>,
) -> Result<StatusCode, Problem> {
    let given = body.read()?;
    let command = SetTrust { given: Some(given), ..taken_back(&app, &person, &address).await? };
    set_trust(&app, command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a level back that was given by hand: what they have earned counts again; for moderators.
#[utoipa::path(
    delete,
    path = "/groups/{name}/people/{handle}/trust",
    tag = "moderation",
    params(PersonAddress),
    security(("token" = ["write"])),
    responses((status = 204, description = "What was earned counts again."))
)]
pub(super) async fn take_trust_back(
    State(app): State<App>,
    At(address): At<PersonAddress>,
    Writer(person): Writer,
) -> Result<StatusCode, Problem> {
    set_trust(&app, taken_back(&app, &person, &address).await?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The command that takes a level back.
async fn taken_back(app: &App, by: &SignedIn, address: &PersonAddress) -> Result<SetTrust, Problem> {
    let group = lookup::group_here(app, &by.viewer, &address.name).await?;
    let by = acting::as_moderator(by, &group)?;
    let actor = lookup::person(app, &address.handle).await?.person.id;
    Ok(SetTrust { group: group.group.id, actor, by, given: None })
}
