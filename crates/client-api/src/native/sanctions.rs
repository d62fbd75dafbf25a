//! Muting people in a group, and looking at what they write before others do.

use axum::{extract::State, http::StatusCode};
use guildhall_app::{
    App,
    group::{self, SetSanction},
};
use guildhall_domain::admission::{End, Sanction};

use super::{
    acting,
    extract::{At, OptionalBody, PersonAddress, SignedIn, Writer},
    json::{Given, Grounds, Measure},
    lookup,
    problem::Problem,
};

/// Mutes somebody in a group: they read, and write nothing; for who may do so there.
///
/// Doing it again sets end and reason anew.
#[utoipa::path(
    put,
    path = "/groups/{name}/mutes/{handle}",
    tag = "moderation",
    params(PersonAddress),
    security(("token" = ["write"])),
    request_body = Option<Measure>,
    responses((status = 204, description = "Muted, from now on."))
)]
pub(super) async fn mute_person(
    State(app): State<App>,
    At(address): At<PersonAddress>,
    Writer(person): Writer,
    OptionalBody(measure): OptionalBody<Measure>,
) -> Result<StatusCode, Problem> {
    impose(&app, &person, &address, Sanction::Mute, measure).await
}

/// Ends a mute; for who may do so in the group.
#[utoipa::path(
    delete,
    path = "/groups/{name}/mutes/{handle}",
    tag = "moderation",
    params(PersonAddress),
    security(("token" = ["write"])),
    request_body = Option<Grounds>,
    responses((status = 204, description = "Not muted, from now on."))
)]
pub(super) async fn unmute_person(
    State(app): State<App>,
    At(address): At<PersonAddress>,
    Writer(person): Writer,
    OptionalBody(body): OptionalBody<Grounds>,
) -> Result<StatusCode, Problem> {
    set(&app, &person, &address, (Sanction::Mute, None), body.given()?).await
}

/// Puts somebody on probation: what they write in the group waits for its moderators; for who may do so there.
///
/// Doing it again sets end and reason anew.
#[utoipa::path(
    put,
    path = "/groups/{name}/probations/{handle}",
    tag = "moderation",
    params(PersonAddress),
    security(("token" = ["write"])),
    request_body = Option<Measure>,
    responses((status = 204, description = "On probation, from now on."))
)]
pub(super) async fn begin_probation(
    State(app): State<App>,
    At(address): At<PersonAddress>,
    Writer(person): Writer,
    OptionalBody(measure): OptionalBody<Measure>,
) -> Result<StatusCode, Problem> {
    impose(&app, &person, &address, Sanction::Probation, measure).await
}

/// Ends a probation; for who may do so in the group.
#[utoipa::path(
    delete,
    path = "/groups/{name}/probations/{handle}",
    tag = "moderation",
    params(PersonAddress),
    security(("token" = ["write"])),
    request_body = Option<Grounds>,
    responses((status = 204, description = "Not on probation, from now on."))
)]
pub(super) async fn end_probation(
    State(app): State<App>,
    At(address): At<PersonAddress>,
    Writer(person): Writer,
    OptionalBody(body): OptionalBody<Grounds>,
) -> Result<StatusCode, Problem> {
    set(&app, &person, &address, (Sanction::Probation, None), body.given()?).await
}

async fn impose(
    app: &App,
    by: &SignedIn,
    address: &PersonAddress,
    sanction: Sanction,
    measure: Measure,
) -> Result<StatusCode, Problem> {
    let end = End::at(measure.until(app.now())?);
    set(app, by, address, (sanction, Some(end)), measure.given()?).await
}

async fn set(
    app: &App,
    by: &SignedIn,
    address: &PersonAddress,
    (sanction, end): (Sanction, Option<End>),
    given: Given,
) -> Result<StatusCode, Problem> {
    let group = lookup::group(app, &by.viewer, &address.name).await?;
    let by = acting::as_moderator(by, &group)?;
    let actor = lookup::person(app, &address.handle).await?.person.id;
    let group = group.group.id;
    let grounds = acting::grounds(app, group, &given).await?;
    let command = SetSanction { group, actor, by, sanction, end, reason: given.reason };
    group::set_sanction_on(app, command, &grounds).await?;
    Ok(StatusCode::NO_CONTENT)
}
