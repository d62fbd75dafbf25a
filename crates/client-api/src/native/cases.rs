//! Cases: what was reported, and what is done about it.

use axum::{Json, extract::State, http::StatusCode};
use guildhall_app::{
    App, case as desk,
    read::{CaseFilter, cases as read},
};

use super::{
    extract::{
        Assignee, At, Body, CaseAddress, CaseParams, GroupAddress, Order, PageParams, Paging, SignedIn,
        SignedInReader, Wanted, Writer,
    },
    json::{Case, CaseFile, Done, NewActions, NewNote},
    listing::{List, Listing},
    lookup,
    problem::Problem,
};

/// The cases of a group, newest first; for its moderators.
#[utoipa::path(
    get,
    path = "/groups/{name}/cases",
    tag = "cases",
    params(GroupAddress, CaseParams, PageParams),
    security(("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of cases.",
        body = List<Case>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_group_cases(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    SignedInReader(person): SignedInReader,
    wanted: Wanted,
    paging: Paging,
) -> Result<Listing<Case>, Problem> {
    let request = paging.request(Order::Cases)?;
    let group = lookup::group(&app, &person.viewer, &address.name).await?.group.id;
    let filter = filter(&app, &person, wanted).await?;
    let page = read::of_group(&app, &person.viewer, group, filter, request).await?;
    let items = page.items.into_iter().map(Case::from).collect();
    Ok(Listing::new(&app, &paging, Order::Cases, items, page.next))
}

/// The cases that those who run this server look at, newest first; for admins.
#[utoipa::path(
    get,
    path = "/instance/cases",
    tag = "cases",
    params(CaseParams, PageParams),
    security(("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of cases.",
        body = List<Case>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_instance_cases(
    State(app): State<App>,
    SignedInReader(person): SignedInReader,
    wanted: Wanted,
    paging: Paging,
) -> Result<Listing<Case>, Problem> {
    let request = paging.request(Order::CasesOfInstance)?;
    let filter = filter(&app, &person, wanted).await?;
    let page = read::of_instance(&app, &person.viewer, filter, request).await?;
    let items = page.items.into_iter().map(Case::from).collect();
    Ok(Listing::new(&app, &paging, Order::CasesOfInstance, items, page.next))
}

/// A case with its evidence and history; for those who look at it.
#[utoipa::path(
    get,
    path = "/cases/{case}",
    tag = "cases",
    params(CaseAddress),
    security(("token" = ["read"])),
    responses((status = 200, description = "The case.", body = CaseFile))
)]
pub(super) async fn show_case(
    State(app): State<App>,
    At(address): At<CaseAddress>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<CaseFile>, Problem> {
    Ok(Json(read::find(&app, &person.viewer, address.case).await?.into()))
}

/// Takes a case to look after, whoever had it before.
#[utoipa::path(
    post,
    path = "/cases/{case}/claim",
    tag = "cases",
    params(CaseAddress),
    security(("token" = ["write"])),
    responses((status = 204, description = "Theirs."))
)]
pub(super) async fn claim_case(
    State(app): State<App>,
    At(address): At<CaseAddress>,
    Writer(person): Writer,
) -> Result<StatusCode, Problem> {
    desk::claim(&app, &person.viewer, address.case).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leaves a case to whoever wants it.
#[utoipa::path(
    post,
    path = "/cases/{case}/release",
    tag = "cases",
    params(CaseAddress),
    security(("token" = ["write"])),
    responses((status = 204, description = "Nobody's."))
)]
pub(super) async fn release_case(
    State(app): State<App>,
    At(address): At<CaseAddress>,
    Writer(person): Writer,
) -> Result<StatusCode, Problem> {
    desk::release(&app, &person.viewer, address.case).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Notes something on a case, for those alone who look at it.
#[utoipa::path(
    post,
    path = "/cases/{case}/notes",
    tag = "cases",
    params(CaseAddress),
    security(("token" = ["write"])),
    request_body = NewNote,
    responses((status = 204, description = "Noted."))
)]
pub(super) async fn note_on_case(
    State(app): State<App>,
    At(address): At<CaseAddress>,
    Writer(person): Writer,
    Body(note): Body<NewNote>,
) -> Result<StatusCode, Problem> {
    desk::note(&app, &person.viewer, address.case, &note.text()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Acts on a case in one step, and closes it for those who act.
///
/// A case about an automatic rule is admitted, refused or removed as a whole, at most 1,000 posts and comments at a time:
/// as long as `left` is not 0, send it again.
#[utoipa::path(
    post,
    path = "/cases/{case}/actions",
    tag = "cases",
    params(CaseAddress),
    security(("token" = ["write"])),
    request_body = NewActions,
    responses((status = 200, description = "Done.", body = Done))
)]
pub(super) async fn act_on_case(
    State(app): State<App>,
    At(address): At<CaseAddress>,
    Writer(person): Writer,
    Body(actions): Body<NewActions>,
) -> Result<Json<Done>, Problem> {
    let mut groups = Vec::new();
    for name in actions.targets() {
        let handle = name.parse().map_err(|_| Problem::invalid("to", "the name of a group is wanted"))?;
        groups.push(lookup::group(&app, &person.viewer, &handle).await?.group.id);
    }
    let command = actions.command(&groups, app.now())?;
    Ok(Json(desk::act(&app, &person.viewer, address.case, command).await?.into()))
}

/// Closes a case without a decision, for those who ask.
#[utoipa::path(
    post,
    path = "/cases/{case}/close",
    tag = "cases",
    params(CaseAddress),
    security(("token" = ["write"])),
    responses((status = 204, description = "Closed."))
)]
pub(super) async fn close_case(
    State(app): State<App>,
    At(address): At<CaseAddress>,
    Writer(person): Writer,
) -> Result<StatusCode, Problem> {
    desk::close(&app, &person.viewer, address.case).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Opens a case again, for those who ask.
#[utoipa::path(
    post,
    path = "/cases/{case}/reopen",
    tag = "cases",
    params(CaseAddress),
    security(("token" = ["write"])),
    responses((status = 204, description = "Open."))
)]
pub(super) async fn reopen_case(
    State(app): State<App>,
    At(address): At<CaseAddress>,
    Writer(person): Writer,
) -> Result<StatusCode, Problem> {
    desk::reopen(&app, &person.viewer, address.case).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn filter(app: &App, person: &SignedIn, wanted: Wanted) -> Result<CaseFilter, Problem> {
    let assignee = match wanted.assignee {
        None => None,
        Some(Assignee::Me) => Some(person.actor),
        Some(Assignee::Named(handle)) => Some(lookup::person(app, &handle).await?.person.id),
    };
    Ok(CaseFilter { is_open: wanted.is_open, assignee })
}
