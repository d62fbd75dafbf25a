//! Telling a group's moderators about a post or comment, and what they were told.

use axum::{extract::State, http::StatusCode};
use guildhall_app::{App, entry, read::reports as read};
use guildhall_domain::{EntryId, content::EntryKind, event::Cause};

use super::{
    extract::{
        At, Body, EntryAddress, GroupAddress, Order, PageParams, Paging, SignedIn, SignedInReader, Writer,
    },
    json::{NewReport, Report},
    listing::{List, Listing},
    lookup,
    problem::Problem,
};

/// Reports a post to the moderators of its group.
#[utoipa::path(
    post,
    path = "/posts/{id}/report",
    tag = "posts",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = NewReport,
    responses((status = 204, description = "The moderators are told."))
)]
pub(super) async fn report_post(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Writer(person): Writer,
    Body(report): Body<NewReport>,
) -> Result<StatusCode, Problem> {
    send(&app, &person, address.id, EntryKind::Post, report).await
}

/// Reports a comment to the moderators of its group.
#[utoipa::path(
    post,
    path = "/comments/{id}/report",
    tag = "comments",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = NewReport,
    responses((status = 204, description = "The moderators are told."))
)]
pub(super) async fn report_comment(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Writer(person): Writer,
    Body(report): Body<NewReport>,
) -> Result<StatusCode, Problem> {
    send(&app, &person, address.id, EntryKind::Comment, report).await
}

/// What was reported in a group, newest first; for its moderators.
///
/// What came from other servers is among it.
#[utoipa::path(
    get,
    path = "/groups/{name}/reports",
    tag = "moderation",
    params(GroupAddress, PageParams),
    security(("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of reports.",
        body = List<Report>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_reports(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    SignedInReader(person): SignedInReader,
    paging: Paging,
) -> Result<Listing<Report>, Problem> {
    let request = paging.request(Order::Reports)?;
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?.group.id;
    let page = read::of_group(&app, &person.viewer, group, request).await?;
    let items = page.items.into_iter().map(Report::from).collect();
    Ok(Listing::new(&app, &paging, Order::Reports, items, page.next))
}

async fn send(
    app: &App,
    person: &SignedIn,
    id: EntryId,
    kind: EntryKind,
    report: NewReport,
) -> Result<StatusCode, Problem> {
    let text = report.text()?;
    let current = lookup::entry(app, &person.viewer, id, kind).await?;
    let command = entry::Report {
        group: current.group.id,
        reporter: person.actor,
        entry: Some(id),
        person: current.author.map(|author| author.id),
        text,
        flag: None,
        cause: Cause::Local,
    };
    entry::report(app, command).await.map_err(Problem::internal)?;
    Ok(StatusCode::NO_CONTENT)
}
