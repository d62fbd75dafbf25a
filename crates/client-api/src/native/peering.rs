//! What groups and the instance have decided about other servers.

use axum::{Json, extract::State, http::StatusCode};
use guildhall_app::{
    App, Viewer,
    peering::{self, By, ClearPeering, Import},
};
use guildhall_domain::GroupId;

use super::{
    acting,
    extract::{
        At, Body, GroupAddress, GroupServerAddress, OptionalBody, PageParams, Paging, ServerAddress,
        SignedIn, SignedInReader, Writer,
    },
    json::{ImportedServers, ListedServer, NewListedServer, OptionalReason, ServerFile, ServersToImport},
    listing::{List, Listing},
    lookup,
    problem::Problem,
};

/// What a group has decided about other servers, by their names; for its moderators.
///
/// It adds to what the instance has decided and never loosens that.
#[utoipa::path(
    get,
    path = "/groups/{name}/peering",
    tag = "moderation",
    params(GroupAddress, PageParams),
    security(("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of servers.",
        body = List<ListedServer>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_servers_of_group(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    SignedInReader(person): SignedInReader,
    paging: Paging,
) -> Result<Listing<ListedServer>, Problem> {
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?.group.id;
    page(&app, &person.viewer, Some(group), &paging).await
}

/// Decides about another server for a group; for its moderators. A new decision replaces the old one.
///
/// Its subdomains are meant too.
#[utoipa::path(
    put,
    path = "/groups/{name}/peering/{host}",
    tag = "moderation",
    params(GroupServerAddress),
    security(("token" = ["write"])),
    request_body = NewListedServer,
    responses((status = 204, description = "Decided, from now on."))
)]
pub(super) async fn list_server_for_group(
    State(app): State<App>,
    At(address): At<GroupServerAddress>,
    Writer(person): Writer,
    Body(body): Body<NewListedServer>,
) -> Result<StatusCode, Problem> {
    let (group, by) = moderated(&app, &person, &address.name).await?;
    peering::set(&app, &by, body.command(Some(group), address.host)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes back what a group has decided about another server; for its moderators.
#[utoipa::path(
    delete,
    path = "/groups/{name}/peering/{host}",
    tag = "moderation",
    params(GroupServerAddress),
    security(("token" = ["write"])),
    request_body = Option<OptionalReason>,
    responses((status = 204, description = "Nothing is decided by the group any more."))
)]
pub(super) async fn clear_server_for_group(
    State(app): State<App>,
    At(address): At<GroupServerAddress>,
    Writer(person): Writer,
    OptionalBody(body): OptionalBody<OptionalReason>,
) -> Result<StatusCode, Problem> {
    let (group, by) = moderated(&app, &person, &address.name).await?;
    clear(&app, &by, Some(group), address.host, body).await
}

/// The list of servers of a group as a file in Mastodon's columns; for its moderators.
///
/// What is allowed has no place in it.
#[utoipa::path(
    get,
    path = "/groups/{name}/peering-file",
    tag = "moderation",
    params(GroupAddress),
    security(("token" = ["read"])),
    responses((status = 200, description = "The file.", body = ServerFile))
)]
pub(super) async fn export_servers_of_group(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<ServerFile>, Problem> {
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?.group.id;
    let csv = peering::export(&app, &person.viewer, Some(group)).await?;
    Ok(Json(ServerFile { csv }))
}

/// Takes a file in Mastodon's columns over into the list of a group, all of it or nothing; for its moderators.
///
/// What is stricter on the list already, or allowed there, stays as it is.
#[utoipa::path(
    post,
    path = "/groups/{name}/peering-file",
    tag = "moderation",
    params(GroupAddress),
    security(("token" = ["write"])),
    request_body = ServersToImport,
    responses((status = 200, description = "What was done, or would be.", body = ImportedServers))
)]
pub(super) async fn import_servers_of_group(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    Writer(person): Writer,
    Body(body): Body<ServersToImport>,
) -> Result<Json<ImportedServers>, Problem> {
    let (group, by) = moderated(&app, &person, &address.name).await?;
    import(&app, &by, Some(group), &body).await
}

/// What the instance has decided about other servers, by their names; for its admins.
///
/// What a block list wants that is subscribed to is among it, beside what was decided here.
#[utoipa::path(
    get,
    path = "/instance/peering",
    tag = "instance",
    params(PageParams),
    security(("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of servers.",
        body = List<ListedServer>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_servers_of_instance(
    State(app): State<App>,
    SignedInReader(person): SignedInReader,
    paging: Paging,
) -> Result<Listing<ListedServer>, Problem> {
    page(&app, &person.viewer, None, &paging).await
}

/// Decides about another server for the whole instance; for its admins. A new decision replaces the old one.
///
/// Its subdomains are meant too.
#[utoipa::path(
    put,
    path = "/instance/peering/{host}",
    tag = "instance",
    params(ServerAddress),
    security(("token" = ["write"])),
    request_body = NewListedServer,
    responses((status = 204, description = "Decided, from now on."))
)]
pub(super) async fn list_server_for_instance(
    State(app): State<App>,
    At(address): At<ServerAddress>,
    Writer(person): Writer,
    Body(body): Body<NewListedServer>,
) -> Result<StatusCode, Problem> {
    peering::set(&app, &acting::for_instance(&person), body.command(None, address.host)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes back what the instance has decided about another server; for its admins.
///
/// What only a block list wants is made an exception of that list instead.
#[utoipa::path(
    delete,
    path = "/instance/peering/{host}",
    tag = "instance",
    params(ServerAddress),
    security(("token" = ["write"])),
    request_body = Option<OptionalReason>,
    responses((status = 204, description = "Nothing is decided here any more."))
)]
pub(super) async fn clear_server_for_instance(
    State(app): State<App>,
    At(address): At<ServerAddress>,
    Writer(person): Writer,
    OptionalBody(body): OptionalBody<OptionalReason>,
) -> Result<StatusCode, Problem> {
    clear(&app, &acting::for_instance(&person), None, address.host, body).await
}

/// The instance's list of servers as a file in Mastodon's columns; for its admins.
///
/// What is allowed has no place in it.
#[utoipa::path(
    get,
    path = "/instance/peering-file",
    tag = "instance",
    security(("token" = ["read"])),
    responses((status = 200, description = "The file.", body = ServerFile))
)]
pub(super) async fn export_servers_of_instance(
    State(app): State<App>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<ServerFile>, Problem> {
    Ok(Json(ServerFile { csv: peering::export(&app, &person.viewer, None).await? }))
}

/// Takes a file in Mastodon's columns over into the instance's list, all of it or nothing; for its admins.
///
/// What is stricter on the list already, or allowed there, stays as it is.
#[utoipa::path(
    post,
    path = "/instance/peering-file",
    tag = "instance",
    security(("token" = ["write"])),
    request_body = ServersToImport,
    responses((status = 200, description = "What was done, or would be.", body = ImportedServers))
)]
pub(super) async fn import_servers_of_instance(
    State(app): State<App>,
    Writer(person): Writer,
    Body(body): Body<ServersToImport>,
) -> Result<Json<ImportedServers>, Problem> {
    import(&app, &acting::for_instance(&person), None, &body).await
}

async fn moderated(
    app: &App,
    person: &SignedIn,
    name: &guildhall_domain::Handle,
) -> Result<(GroupId, By), Problem> {
    let group = lookup::group_here(app, &person.viewer, name).await?;
    let actor = acting::as_moderator(person, &group)?;
    Ok((group.group.id, By::Person { actor, is_admin: person.viewer.is_admin }))
}

async fn page(
    app: &App,
    viewer: &Viewer,
    group: Option<GroupId>,
    paging: &Paging,
) -> Result<Listing<ListedServer>, Problem> {
    let (after, limit) = paging.position()?;
    let (found, next) = peering::list(app, viewer, group, after.as_ref(), limit).await?;
    let items = found.into_iter().map(ListedServer::from).collect();
    Ok(Listing::at_position(app, paging, items, next.as_ref()))
}

async fn clear(
    app: &App,
    by: &By,
    group: Option<GroupId>,
    host: String,
    body: OptionalReason,
) -> Result<StatusCode, Problem> {
    let command = ClearPeering { group, host, reason: body.text()? };
    if peering::clear(app, by, command).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        let detail = "nothing was decided about this server";
        Err(Problem::new(StatusCode::NOT_FOUND, "not-listed", detail).about("host"))
    }
}

async fn import(
    app: &App,
    by: &By,
    group: Option<GroupId>,
    body: &ServersToImport,
) -> Result<Json<ImportedServers>, Problem> {
    let command = Import { group, text: &body.csv, dry_run: body.dry_run };
    Ok(Json(peering::import(app, by, command).await?.into()))
}
