//! Telling a group's moderators about a post or comment.

use axum::{extract::State, http::StatusCode};
use guildhall_app::{
    App,
    entry::{self, Report},
};
use guildhall_domain::{EntryId, content::EntryKind, event::Cause};

use super::{
    extract::{At, Body, EntryAddress, SignedIn, Writer},
    json::NewReport,
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

async fn send(
    app: &App,
    person: &SignedIn,
    id: EntryId,
    kind: EntryKind,
    report: NewReport,
) -> Result<StatusCode, Problem> {
    let text = report.text()?;
    let current = lookup::entry(app, &person.viewer, id, kind).await?;
    let command = Report {
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
