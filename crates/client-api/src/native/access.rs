//! What somebody may do in a group, before they do it.

use axum::{Json, extract::State};
use guildhall_app::{App, read::access};

use super::{
    extract::{At, GroupAddress, SignedInReader},
    json::Access,
    lookup,
    problem::Problem,
};

/// What the owner of the token may do in a group: join, post, comment, vote, report; and if not, why.
///
/// By the same rules that decide when they do. Of a group elsewhere it says what is known: its own server decides.
#[utoipa::path(
    get,
    path = "/groups/{name}/access",
    tag = "membership",
    params(GroupAddress),
    security(("token" = ["read"])),
    responses((status = 200, description = "What would come of it.", body = Access))
)]
pub(super) async fn show_access(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<Access>, Problem> {
    let group = lookup::group(&app, &person.viewer, &address.name).await?.group.id;
    let found = access::find(&app, group, person.actor).await.map_err(Problem::internal)?;
    Ok(Json(found.ok_or_else(|| Problem::not_found("group"))?.into()))
}
