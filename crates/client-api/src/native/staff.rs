//! Who looks after a group: roles, single permissions, and who follows.

use axum::{Json, extract::State, http::StatusCode};
use guildhall_app::{
    App, Viewer,
    staff::{self, SetStaff, StaffWish},
};
use guildhall_domain::{GroupId, event::Cause, staff::Succession as Follows};

use super::{
    acting,
    extract::{
        At, Body, GroupAddress, OptionalBody, PermissionAddress, PersonAddress, Reader, SignedIn, Writer,
    },
    json::{NewRole, OptionalReason, Staff, Succession},
    lookup,
    problem::Problem,
};

/// Who looks after a group, with role and permissions; for everybody who may read about it.
#[utoipa::path(
    get,
    path = "/groups/{name}/staff",
    tag = "moderation",
    params(GroupAddress),
    responses((status = 200, description = "Owners, moderators and helpers, longest in office first.", body = Staff))
)]
pub(super) async fn list_staff(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    Reader(viewer): Reader,
) -> Result<Json<Staff>, Problem> {
    let group = lookup::group(&app, &viewer, &address.name).await?.group.id;
    let found = staff::list(&app, &viewer, group).await.map_err(Problem::internal)?;
    Ok(Json(found.into()))
}

/// Gives somebody a role in a group, from here or elsewhere; for those who may appoint. Owners are made by owners.
#[utoipa::path(
    put,
    path = "/groups/{name}/staff/{handle}",
    tag = "moderation",
    params(PersonAddress),
    security(("token" = ["write"])),
    request_body = NewRole,
    responses((status = 200, description = "It holds from now on.", body = Succession))
)]
pub(super) async fn appoint(
    State(app): State<App>,
    At(address): At<PersonAddress>,
    Writer(person): Writer,
    Body(body): Body<NewRole>,
) -> Result<Json<Succession>, Problem> {
    let (role, reason) = body.read()?;
    let wanted = Wanted::find(&app, &person, &address, StaffWish::Role(role)).await?;
    wanted.set(&app, reason).await.map(Json)
}

/// Takes somebody off the staff of a group; for those who may appoint. Everybody may resign by their own name.
#[utoipa::path(
    delete,
    path = "/groups/{name}/staff/{handle}",
    tag = "moderation",
    params(PersonAddress),
    security(("token" = ["write"])),
    request_body = Option<OptionalReason>,
    responses((status = 200, description = "Not on the staff, from now on; and who leads the group.", body = Succession))
)]
pub(super) async fn dismiss(
    State(app): State<App>,
    At(address): At<PersonAddress>,
    Writer(person): Writer,
    OptionalBody(body): OptionalBody<OptionalReason>,
) -> Result<Json<Succession>, Problem> {
    let reason = body.text()?;
    let wanted = Wanted::find(&app, &person, &address, StaffWish::Nothing).await?;
    wanted.set(&app, reason).await.map(Json)
}

/// Grants a permission to somebody on the staff; for those who may appoint, and have it themselves.
#[utoipa::path(
    put,
    path = "/groups/{name}/staff/{handle}/permissions/{permission}",
    tag = "moderation",
    params(PermissionAddress),
    security(("token" = ["write"])),
    responses((status = 204, description = "They may, from now on."))
)]
pub(super) async fn grant_permission(
    State(app): State<App>,
    At(address): At<PermissionAddress>,
    Writer(person): Writer,
) -> Result<StatusCode, Problem> {
    set_permission(&app, &person, address, true).await
}

/// Withdraws a permission from somebody on the staff; for those who may appoint, and have it themselves.
#[utoipa::path(
    delete,
    path = "/groups/{name}/staff/{handle}/permissions/{permission}",
    tag = "moderation",
    params(PermissionAddress),
    security(("token" = ["write"])),
    responses((status = 204, description = "They may not, from now on."))
)]
pub(super) async fn withdraw_permission(
    State(app): State<App>,
    At(address): At<PermissionAddress>,
    Writer(person): Writer,
) -> Result<StatusCode, Problem> {
    set_permission(&app, &person, address, false).await
}

async fn set_permission(
    app: &App,
    person: &SignedIn,
    address: PermissionAddress,
    is_granted: bool,
) -> Result<StatusCode, Problem> {
    let PermissionAddress { name, handle, permission } = address;
    let wish = if is_granted { StaffWish::Grant(permission) } else { StaffWish::Withdraw(permission) };
    Wanted::find(app, person, &PersonAddress { name, handle }, wish).await?.set(app, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whose place is to change, and by whom.
struct Wanted {
    viewer: Viewer,
    group: GroupId,
    command: SetStaff,
}

impl Wanted {
    async fn find(
        app: &App,
        by: &SignedIn,
        address: &PersonAddress,
        wish: StaffWish,
    ) -> Result<Self, Problem> {
        let view = lookup::group(app, &by.viewer, &address.name).await?;
        let actor = lookup::person(app, &address.handle).await?.person.id;
        // Who resigns does so as themselves, whatever else they are; an admin who takes an office is given it by the group.
        let resigns = actor == by.actor && wish == StaffWish::Nothing;
        let by_actor = if resigns { by.actor } else { acting::as_moderator(by, &view)? };
        let group = view.group.id;
        let command = SetStaff { group, actor, by: by_actor, wish, reason: None, cause: Cause::Local };
        Ok(Self { viewer: by.viewer.clone(), group, command })
    }

    async fn set(self, app: &App, reason: Option<String>) -> Result<Succession, Problem> {
        let follows = staff::set_staff(app, SetStaff { reason, ..self.command }).await?;
        let owner = match follows {
            Follows::To(next) => {
                let found = staff::list(app, &self.viewer, self.group).await.map_err(Problem::internal)?;
                found.staff.into_iter().find(|one| one.person.id == next).map(|one| one.person.into())
            }
            Follows::Led | Follows::Care => None,
        };
        Ok(Succession { owner, in_care: follows == Follows::Care })
    }
}
