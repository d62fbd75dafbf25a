//! Partner groups, and what of theirs is shown in a group.

use axum::{Json, extract::State, http::StatusCode};
use guildhall_app::{
    App,
    partner::{self, ClearPartner, Judge},
    peering::By,
};
use guildhall_domain::{ActorId, GroupId, Handle, staff::Permission};

use super::{
    acting,
    extract::{
        At, Body, GroupAddress, MirrorAddress, MirrorWanted, OptionalBody, Order, PageParams, Paging,
        PartnerAddress, Reader, SignedIn, SignedInReader, StateParam, Writer,
    },
    json::{Mirror, NewPartner, OptionalReason, Partners},
    listing::{List, Listing},
    lookup,
    problem::Problem,
};

/// The partners of a group, and the groups elsewhere that follow it; for everybody who may read in it.
#[utoipa::path(
    get,
    path = "/groups/{name}/partners",
    tag = "groups",
    params(GroupAddress),
    security((), ("token" = ["read"])),
    responses((status = 200, description = "The partners, oldest first.", body = Partners))
)]
pub(super) async fn list_partners(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    Reader(viewer): Reader,
) -> Result<Json<Partners>, Problem> {
    let group = lookup::group_here(&app, &viewer, &address.name).await?.group.id;
    let partners = partner::list(&app, &viewer, group).await.map_err(Problem::internal)?;
    let followed_by = partner::followers(&app, &viewer, group).await.map_err(Problem::internal)?;
    Ok(Json(Partners::of(partners, followed_by)))
}

/// Makes a group a partner, or says something else about one; for moderators who decide about other servers.
///
/// With `mirror` and `review` the group follows its partner. Asked for again, it asks the partner again.
#[utoipa::path(
    put,
    path = "/groups/{name}/partners/{partner}",
    tag = "moderation",
    params(PartnerAddress),
    security(("token" = ["write"])),
    request_body = NewPartner,
    responses((status = 204, description = "A partner, from now on."))
)]
pub(super) async fn set_partner(
    State(app): State<App>,
    At(address): At<PartnerAddress>,
    Writer(person): Writer,
    Body(body): Body<NewPartner>,
) -> Result<StatusCode, Problem> {
    let (group, by) = keeper(&app, &person, &address.name).await?;
    let other = partner::find_group(&app, &address.partner).await?;
    partner::set(&app, &by, body.command(group, other)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a partnership; for moderators who decide about other servers. What was mirrored is shown no more.
#[utoipa::path(
    delete,
    path = "/groups/{name}/partners/{partner}",
    tag = "moderation",
    params(PartnerAddress),
    security(("token" = ["write"])),
    request_body = Option<OptionalReason>,
    responses((status = 204, description = "No partner, from now on."))
)]
pub(super) async fn clear_partner(
    State(app): State<App>,
    At(address): At<PartnerAddress>,
    Writer(person): Writer,
    OptionalBody(body): OptionalBody<OptionalReason>,
) -> Result<StatusCode, Problem> {
    let (group, by) = keeper(&app, &person, &address.name).await?;
    let other = partner::find_group(&app, &address.partner).await?;
    let command = ClearPartner { group, partner: other, reason: body.text()? };
    if partner::clear(&app, &by, command).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::new(StatusCode::NOT_FOUND, "no-partner", "this group is no partner").about("partner"))
    }
}

/// Posts of partners that wait, are shown, or are not; for moderators who decide what waits.
#[utoipa::path(
    get,
    path = "/groups/{name}/mirrors",
    tag = "moderation",
    params(GroupAddress, StateParam, PageParams),
    security(("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of posts, latest first.",
        body = List<Mirror>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_mirrors(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    MirrorWanted(state): MirrorWanted,
    SignedInReader(person): SignedInReader,
    paging: Paging,
) -> Result<Listing<Mirror>, Problem> {
    let request = paging.request(Order::Mirrors)?;
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?.group.id;
    let page = partner::mirrors(&app, &person.viewer, group, state, request).await?;
    let items = page.items.into_iter().filter_map(Mirror::of).collect();
    Ok(Listing::new(&app, &paging, Order::Mirrors, items, page.next))
}

/// Shows a post of a partner's that waits, or was not let in; for moderators who decide what waits.
#[utoipa::path(
    put,
    path = "/groups/{name}/mirrors/{id}",
    tag = "moderation",
    params(MirrorAddress),
    security(("token" = ["write"])),
    request_body = Option<OptionalReason>,
    responses((status = 204, description = "Shown, from now on."))
)]
pub(super) async fn admit_mirror(
    State(app): State<App>,
    At(address): At<MirrorAddress>,
    Writer(person): Writer,
    OptionalBody(body): OptionalBody<OptionalReason>,
) -> Result<StatusCode, Problem> {
    let (group, by) = moderated(&app, &person, &address.name).await?;
    partner::admit(&app, Judge { group, entry: address.id, by, reason: body.text()? }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows a post of a partner's here no longer; for moderators who may remove posts. Where it was written it stays.
#[utoipa::path(
    delete,
    path = "/groups/{name}/mirrors/{id}",
    tag = "moderation",
    params(MirrorAddress),
    security(("token" = ["write"])),
    request_body = Option<OptionalReason>,
    responses((status = 204, description = "Not shown here, from now on."))
)]
pub(super) async fn remove_mirror(
    State(app): State<App>,
    At(address): At<MirrorAddress>,
    Writer(person): Writer,
    OptionalBody(body): OptionalBody<OptionalReason>,
) -> Result<StatusCode, Problem> {
    let (group, by) = moderated(&app, &person, &address.name).await?;
    partner::take_away(&app, Judge { group, entry: address.id, by, reason: body.text()? }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The group hosted here, and who decides about its partners. Asked before a partner is looked up at another server.
async fn keeper(app: &App, person: &SignedIn, name: &Handle) -> Result<(GroupId, By), Problem> {
    let (group, actor) = moderated(app, person, name).await?;
    acting::demand(app, person, group, Permission::Peering).await?;
    Ok((group, By::Person { actor, is_admin: person.viewer.is_admin }))
}

/// The group hosted here, and as whom somebody acts in it.
async fn moderated(app: &App, person: &SignedIn, name: &Handle) -> Result<(GroupId, ActorId), Problem> {
    let view = lookup::group_here(app, &person.viewer, name).await?;
    Ok((view.group.id, acting::as_moderator(person, &view)?))
}
