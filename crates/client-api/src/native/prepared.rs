//! Texts that moderators have at hand.

use axum::{Json, extract::State};
use guildhall_app::{App, case};
use guildhall_domain::{GroupId, staff::Permission};

use super::{
    acting,
    extract::{At, Body, GroupAddress, SignedInReader, Writer},
    json::{AtHand, OwnTexts},
    listing::List,
    lookup,
    problem::Problem,
};

/// What is at hand in a group, by name and language: its own texts and those that are built in; for moderators.
#[utoipa::path(
    get,
    path = "/groups/{name}/prepared-texts",
    tag = "cases",
    params(GroupAddress),
    security(("token" = ["read"])),
    responses((status = 200, description = "All of them.", body = List<AtHand>))
)]
pub(super) async fn list_prepared_texts(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<List<AtHand>>, Problem> {
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?.group.id;
    acting::demand(&app, &person, group, Permission::Cases).await?;
    Ok(Json(at_hand(&app, group).await?))
}

/// Sets the texts that are a group's own, all of them; for its moderators.
#[utoipa::path(
    put,
    path = "/groups/{name}/prepared-texts",
    tag = "cases",
    params(GroupAddress),
    security(("token" = ["write"])),
    request_body = OwnTexts,
    responses((status = 200, description = "What is at hand from now on.", body = List<AtHand>))
)]
pub(super) async fn set_prepared_texts(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    Writer(person): Writer,
    Body(own): Body<OwnTexts>,
) -> Result<Json<List<AtHand>>, Problem> {
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?;
    let by = acting::in_group(&person, &group);
    case::set_prepared_texts(&app, group.group.id, by, own.texts()).await?;
    Ok(Json(at_hand(&app, group.group.id).await?))
}

async fn at_hand(app: &App, group: GroupId) -> Result<List<AtHand>, Problem> {
    let texts = case::prepared_texts(app, group).await.map_err(Problem::internal)?;
    Ok(List::whole(texts.into_iter().map(AtHand::from).collect()))
}
