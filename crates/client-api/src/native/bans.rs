//! Banning people from a group.

use axum::{extract::State, http::StatusCode};
use guildhall_app::{
    App,
    group::{self, SetBan},
};
use guildhall_domain::event::Cause;

use super::{
    acting,
    extract::{At, OptionalBody, PersonAddress, SignedIn, Writer},
    json::{Ban, Given, Grounds},
    lookup,
    problem::Problem,
};

/// Bans somebody from a group; for moderators.
///
/// It ends their membership. Banning again sets end and reason anew.
#[utoipa::path(
    put,
    path = "/groups/{name}/bans/{handle}",
    tag = "moderation",
    params(PersonAddress),
    security(("token" = ["write"])),
    request_body = Option<Ban>,
    responses((status = 204, description = "Banned, from now on."))
)]
pub(super) async fn ban_person(
    State(app): State<App>,
    At(address): At<PersonAddress>,
    Writer(person): Writer,
    OptionalBody(ban): OptionalBody<Ban>,
) -> Result<StatusCode, Problem> {
    let (until, remove_content) = (ban.until(app.now())?, ban.remove_content);
    let lifted = lifted(&app, &person, &address).await?;
    set(&app, SetBan { banned: true, until, remove_content, ..lifted }, ban.given()?).await
}

/// Lifts a ban, which does not bring the membership back; for moderators.
#[utoipa::path(
    delete,
    path = "/groups/{name}/bans/{handle}",
    tag = "moderation",
    params(PersonAddress),
    security(("token" = ["write"])),
    request_body = Option<Grounds>,
    responses((status = 204, description = "Not banned, from now on."))
)]
pub(super) async fn unban_person(
    State(app): State<App>,
    At(address): At<PersonAddress>,
    Writer(person): Writer,
    OptionalBody(body): OptionalBody<Grounds>,
) -> Result<StatusCode, Problem> {
    set(&app, lifted(&app, &person, &address).await?, body.given()?).await
}

async fn set(app: &App, command: SetBan, given: Given) -> Result<StatusCode, Problem> {
    let grounds = acting::grounds(app, command.group, &given).await?;
    group::set_ban_on(app, SetBan { reason: given.reason, ..command }, &grounds).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The command that lifts a ban without a word.
async fn lifted(app: &App, by: &SignedIn, address: &PersonAddress) -> Result<SetBan, Problem> {
    let group = lookup::group(app, &by.viewer, &address.name).await?;
    let by = acting::as_moderator(by, &group)?;
    let actor = lookup::person(app, &address.handle).await?.person.id;
    Ok(SetBan {
        group: group.group.id,
        actor,
        by,
        banned: false,
        until: None,
        reason: None,
        remove_content: false,
        cause: Cause::Local,
    })
}
