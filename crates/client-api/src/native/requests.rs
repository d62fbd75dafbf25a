//! Who waits to become a member, and members who vouch for them.

use axum::{Json, extract::State};
use guildhall_app::{App, read::requests, welcome};

use super::{
    extract::{At, GroupAddress, Order, PageParams, Paging, PersonAddress, SignedIn, SignedInReader, Writer},
    json::{JoinRequest, Vouched, Vouches},
    listing::{List, Listing},
    lookup,
    problem::Problem,
};

/// Who waits to become a member, longest waiting first; for members and moderators.
#[utoipa::path(
    get,
    path = "/groups/{name}/requests",
    tag = "membership",
    params(GroupAddress, PageParams),
    security(("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of requests.",
        body = List<JoinRequest>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_requests(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    SignedInReader(person): SignedInReader,
    paging: Paging,
) -> Result<Listing<JoinRequest>, Problem> {
    let request = paging.request(Order::Requests)?;
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?.group.id;
    let page = requests::list(&app, &person.viewer, group, request).await?;
    let items = page.items.into_iter().map(JoinRequest::from).collect();
    Ok(Listing::new(&app, &paging, Order::Requests, items, page.next))
}

/// Vouches for somebody who waits; for members whom the group knows.
///
/// With as many as the group asks for (`vouches_needed`) they become a member at once. Moderators see who vouched.
#[utoipa::path(
    put,
    path = "/groups/{name}/requests/{handle}/vouch",
    tag = "membership",
    params(PersonAddress),
    security(("token" = ["write"])),
    responses((status = 200, description = "Vouched for.", body = Vouched))
)]
pub(super) async fn vouch_for(
    State(app): State<App>,
    At(address): At<PersonAddress>,
    Writer(person): Writer,
) -> Result<Json<Vouched>, Problem> {
    set(&app, &address, &person, true).await
}

/// Takes back a vouch, as long as the request waits.
#[utoipa::path(
    delete,
    path = "/groups/{name}/requests/{handle}/vouch",
    tag = "membership",
    params(PersonAddress),
    security(("token" = ["write"])),
    responses((status = 200, description = "Not vouched for, from now on.", body = Vouched))
)]
pub(super) async fn take_vouch_back(
    State(app): State<App>,
    At(address): At<PersonAddress>,
    Writer(person): Writer,
) -> Result<Json<Vouched>, Problem> {
    set(&app, &address, &person, false).await
}

async fn set(
    app: &App,
    address: &PersonAddress,
    by: &SignedIn,
    vouches: bool,
) -> Result<Json<Vouched>, Problem> {
    let group = lookup::group_here(app, &by.viewer, &address.name).await?.group.id;
    let newcomer = lookup::person(app, &address.handle).await?.person.id;
    Ok(Json(welcome::set_vouch(app, group, newcomer, by.actor, vouches).await?.into()))
}

/// For whom somebody vouched in a group, who vouched for them, and what came of it; for moderators.
#[utoipa::path(
    get,
    path = "/groups/{name}/people/{handle}/vouches",
    tag = "moderation",
    params(PersonAddress),
    security(("token" = ["read"])),
    responses((status = 200, description = "What vouching says about them.", body = Vouches))
)]
pub(super) async fn show_vouches(
    State(app): State<App>,
    At(address): At<PersonAddress>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<Vouches>, Problem> {
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?.group.id;
    let about = lookup::person(&app, &address.handle).await?.person.id;
    Ok(Json(requests::vouches(&app, &person.viewer, group, about).await?.into()))
}
