//! Reports of a period.

use std::sync::Arc;

use axum::{Json, extract::State};
use guildhall_app::{App, read::transparency as read};

use super::{
    extract::{AskedPeriod, At, GroupAddress, PeriodParams, Reader},
    json::Transparency,
    lookup,
    problem::Problem,
};

/// How much was decided in a group in a period, how long that took, and what became of appeals; for everybody who may read
/// there.
#[utoipa::path(
    get,
    path = "/groups/{name}/transparency",
    tag = "groups",
    params(GroupAddress, PeriodParams),
    security((), ("token" = ["read"])),
    responses((status = 200, description = "The figures.", body = Transparency))
)]
pub(super) async fn show_group_transparency(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    Reader(viewer): Reader,
    AskedPeriod(period): AskedPeriod,
) -> Result<Json<Transparency>, Problem> {
    let group = lookup::group_here(&app, &viewer, &address.name).await?.group.id;
    let view = read::of_group(&app, &viewer, group, period).await?;
    Ok(Json(Arc::unwrap_or_clone(view).into()))
}

/// The same for the whole instance: what was decided for all of it, and in the groups hosted here whose log the reader sees.
/// For admins those are all.
#[utoipa::path(
    get,
    path = "/instance/transparency",
    tag = "instance",
    params(PeriodParams),
    security((), ("token" = ["read"])),
    responses((status = 200, description = "The figures.", body = Transparency))
)]
pub(super) async fn show_instance_transparency(
    State(app): State<App>,
    Reader(viewer): Reader,
    AskedPeriod(period): AskedPeriod,
) -> Result<Json<Transparency>, Problem> {
    let view = read::of_instance(&app, &viewer, period).await.map_err(Problem::internal)?;
    Ok(Json(Arc::unwrap_or_clone(view).into()))
}
