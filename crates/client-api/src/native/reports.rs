//! Telling a group's moderators about a post or comment, and what they were told.

use axum::{extract::State, http::StatusCode};
use guildhall_app::{
    App,
    case::{self, MAX_ENTRIES, Report as Telling},
    peering::parse_host,
    read::{entries, reports as read},
};
use guildhall_domain::{EntryId, Handle, content::EntryKind, visibility::Sight};

use super::{
    extract::{
        At, Body, EntryAddress, GroupAddress, Order, PageParams, Paging, SignedIn, SignedInReader, Writer,
    },
    json::{NewGeneralReport, NewReport, Report},
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
    let command = Telling {
        entries: vec![id],
        person: current.author.map(|author| author.id),
        is_named: report.named,
        is_forwarded: report.forward,
        ..Telling::by(person.actor, text)
    };
    case::report(app, command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reports a person, a group, another server, or several posts and comments.
///
/// Posts and comments go to the moderators of their groups; a person to those of the group that is named with them, else to
/// those who run this server, as do groups and servers.
#[utoipa::path(
    post,
    path = "/reports",
    tag = "cases",
    security(("token" = ["write"])),
    request_body = NewGeneralReport,
    responses((status = 204, description = "Those who look at it are told."))
)]
pub(super) async fn report_anything(
    State(app): State<App>,
    Writer(person): Writer,
    Body(report): Body<NewGeneralReport>,
) -> Result<StatusCode, Problem> {
    if report.entries.len() > MAX_ENTRIES {
        return Err(Problem::invalid(
            "entries",
            format!("one report is about {MAX_ENTRIES} posts and comments at most"),
        ));
    }
    let host = report.host.as_deref().map(parse_host).transpose();
    let host = host.map_err(|invalid| Problem::invalid("host", invalid.to_string()))?;
    let mut command = Telling {
        is_named: report.named,
        is_forwarded: report.forward,
        host,
        ..Telling::by(person.actor, report.text()?)
    };
    for id in &report.entries {
        command.entries.push(seen(&app, &person, id).await?);
    }
    if let Some(group) = &report.group {
        let group = lookup::group(&app, &person.viewer, &handle("group", group)?).await?;
        command.group = Some(group.group.id);
        // By itself it is what the report is about.
        command.person = report.person.is_none().then(|| group.group.id.actor());
    }
    if let Some(whom) = &report.person {
        command.person = Some(lookup::person(&app, &handle("person", whom)?).await?.person.id);
    }
    case::report(&app, command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A post or comment that the reporter sees.
async fn seen(app: &App, person: &SignedIn, id: &str) -> Result<EntryId, Problem> {
    let id: EntryId =
        id.parse().map_err(|_| Problem::invalid("entries", "ids of posts and comments are wanted"))?;
    let found = entries::find(app, &person.viewer, id).await.map_err(Problem::internal)?;
    match found.filter(|found| found.sight == Sight::Whole) {
        Some(_) => Ok(id),
        None => Err(Problem::not_found("post or comment")),
    }
}

fn handle(field: &'static str, text: &str) -> Result<Handle, Problem> {
    text.parse().map_err(|_| Problem::invalid(field, "a name such as alice or alice@example.org is wanted"))
}
