//! Which servers hold copies of what is said in a group.

use axum::extract::State;
use guildhall_app::{App, read::copies};

use super::{
    extract::{At, GroupAddress, PageParams, Paging, SignedInReader},
    json::CopiesOnServer,
    listing::{List, Listing},
    lookup,
    problem::Problem,
};

/// The servers that hold copies of what is said in a group hosted here, this one first; for its members.
///
/// Of a group that everybody may read, others may have fetched copies without asking for more.
#[utoipa::path(
    get,
    path = "/groups/{name}/copies",
    tag = "groups",
    params(GroupAddress, PageParams),
    security(("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of servers.",
        body = List<CopiesOnServer>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_copies(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    SignedInReader(person): SignedInReader,
    paging: Paging,
) -> Result<Listing<CopiesOnServer>, Problem> {
    let (after, limit) = paging.position()?;
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?.group.id;
    let after = after.as_ref().map(|(host, _)| host.as_str());
    let (found, next) = copies::list(&app, &person.viewer, group, after, limit).await?;
    let items = found.into_iter().map(CopiesOnServer::from).collect();
    Ok(Listing::at_position(&app, &paging, items, next.map(|host| (host, 0)).as_ref()))
}
