//! Groups: listing, making, showing, changing.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use guildhall_app::{
    App, group,
    read::{GroupView, access, groups},
};
use guildhall_domain::ActorId;

use super::{
    acting,
    extract::{At, Body, GroupAddress, Order, PageParams, Paging, Reader, Writer},
    json::{Group, GroupChanges, NewGroup},
    listing::{List, Listing},
    lookup,
    problem::Problem,
    router::PREFIX,
};

/// The groups hosted here, most members first.
#[utoipa::path(
    get,
    path = "/groups",
    tag = "groups",
    params(PageParams),
    security((), ("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of groups.",
        body = List<Group>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_groups(
    State(app): State<App>,
    Reader(viewer): Reader,
    paging: Paging,
) -> Result<Listing<Group>, Problem> {
    let request = paging.request(Order::Groups)?;
    let page = groups::list(&app, &viewer, request).await.map_err(Problem::internal)?;
    let items = page.items.into_iter().map(|group| Group::new(group, &app.site.base_url)).collect();
    Ok(Listing::new(&app, &paging, Order::Groups, items, page.next))
}

/// Makes a group hosted here, which the owner of the token owns. Admins make any number; others as many as the instance lets one
/// person own (403 `too-many-groups`), or none (403 `only-admins-make-groups`).
#[utoipa::path(
    post,
    path = "/groups",
    tag = "groups",
    security(("token" = ["write"])),
    request_body = NewGroup,
    responses((
        status = 201,
        description = "The group.",
        body = Group,
        headers(("Location" = String, description = "Its address in this API."))
    ))
)]
pub(super) async fn create_group(
    State(app): State<App>,
    Writer(person): Writer,
    Body(new): Body<NewGroup>,
) -> Result<Response, Problem> {
    let id =
        group::create_own(&app, person.actor, person.viewer.is_admin, new.command(person.actor)?).await?;
    let made = lookup::group_by_id(&app, id).await?;
    let location = format!("{}{PREFIX}/groups/{}", app.site.base_url, made.group.name);
    let body = Json(shown(&app, made, Some(person.actor)).await?);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], body).into_response())
}

/// A group, hosted here or elsewhere.
#[utoipa::path(
    get,
    path = "/groups/{name}",
    tag = "groups",
    params(GroupAddress),
    security((), ("token" = ["read"])),
    responses((status = 200, description = "The group.", body = Group))
)]
pub(super) async fn show_group(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    Reader(viewer): Reader,
) -> Result<Json<Group>, Problem> {
    let found = lookup::group(&app, &viewer, &address.name).await?;
    Ok(Json(shown(&app, found, viewer.actor).await?))
}

/// Changes a group hosted here; for its moderators.
#[utoipa::path(
    patch,
    path = "/groups/{name}",
    tag = "groups",
    params(GroupAddress),
    security(("token" = ["write"])),
    request_body = GroupChanges,
    responses((status = 200, description = "The group after the change.", body = Group))
)]
pub(super) async fn change_group(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    Writer(person): Writer,
    Body(changes): Body<GroupChanges>,
) -> Result<Json<Group>, Problem> {
    let current = lookup::group_here(&app, &person.viewer, &address.name).await?;
    let by = acting::in_group(&person, &current);
    group::change(&app, current.group.id, by, changes.command()?).await?;
    let after = lookup::group_by_id(&app, current.group.id).await?;
    Ok(Json(shown(&app, after, Some(person.actor)).await?))
}

/// A group with what its reader may do in it.
async fn shown(app: &App, group: GroupView, reader: Option<ActorId>) -> Result<Group, Problem> {
    let access = match reader {
        Some(actor) => access::find(app, group.group.id, actor).await.map_err(Problem::internal)?,
        None => None,
    };
    Ok(Group::new(group, &app.site.base_url).seen_with(access.map(Into::into)))
}
