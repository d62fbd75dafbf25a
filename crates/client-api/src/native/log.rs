//! The public logs, as pages and as files.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use guildhall_app::{
    App, Viewer,
    read::{LogLine, Page, log as read},
};
use guildhall_domain::GroupId;

use super::{
    extract::{
        AskedLog, At, CursorParam, FileStart, GroupAddress, LogParams, Order, PageParams, Paging, Reader,
        WhoseParams,
    },
    json::{LogEntry, LogFile},
    listing::{List, Listing},
    lookup,
    problem::Problem,
};

/// What was decided in a group, newest first, for everybody who may read there.
///
/// Removals, locks, bans, who moderates, which servers are shut out: what, why and by which rule; names as the group chose.
/// What is between the group and one person (refusals, warnings, mutes, probation) is in figures alone. Of a group on another
/// server it is what that server told.
#[utoipa::path(
    get,
    path = "/groups/{name}/log",
    tag = "groups",
    params(GroupAddress, LogParams, PageParams),
    security((), ("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of decisions.",
        body = List<LogEntry>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn show_group_log(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    Reader(viewer): Reader,
    AskedLog(mut wanted): AskedLog,
    paging: Paging,
) -> Result<Listing<LogEntry>, Problem> {
    let request = paging.request(Order::LogOfGroup)?;
    let group = lookup::group(&app, &viewer, &address.name).await?.group.id;
    // Those belong to the log of the instance.
    (wanted.whose, wanted.group) = (None, None);
    let filter = read::understand(&app, &wanted).await?;
    let page = read::of_group(&app, &viewer, group, &filter, request).await?;
    Ok(Listing::new(&app, &paging, Order::LogOfGroup, entries(&app, page.items), page.next))
}

/// What was decided for the whole instance and in its groups, newest first, for everybody.
///
/// Groups in which the reader may not read, or that are on no list, are left out. What groups on other servers decided, of
/// which somebody here is a member, is among it as theirs.
#[utoipa::path(
    get,
    path = "/instance/log",
    tag = "instance",
    params(LogParams, WhoseParams, PageParams),
    security((), ("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of decisions.",
        body = List<LogEntry>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn show_instance_log(
    State(app): State<App>,
    Reader(viewer): Reader,
    AskedLog(wanted): AskedLog,
    paging: Paging,
) -> Result<Listing<LogEntry>, Problem> {
    let request = paging.request(Order::LogOfInstance)?;
    let filter = read::understand(&app, &wanted).await?;
    let page = read::of_instance(&app, &viewer, &filter, request).await?;
    Ok(Listing::new(&app, &paging, Order::LogOfInstance, entries(&app, page.items), page.next))
}

/// The log of a group as a file, 5,000 decisions at a time.
#[utoipa::path(
    get,
    path = "/groups/{name}/log-file",
    tag = "groups",
    params(GroupAddress, LogParams, CursorParam),
    security((), ("token" = ["read"])),
    responses((status = 200, description = "The file.", body = LogFile))
)]
pub(super) async fn export_group_log(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    Reader(viewer): Reader,
    AskedLog(mut wanted): AskedLog,
    start: FileStart,
) -> Result<Response, Problem> {
    let group = lookup::group(&app, &viewer, &address.name).await?.group;
    (wanted.whose, wanted.group) = (None, None);
    let page = exported(&app, &viewer, Some(group.id), (&wanted, &start), Order::LogOfGroup).await?;
    Ok(file(&app, page, Order::LogOfGroup, &format!("{}-log.json", group.name)))
}

/// The log of the instance as a file, 5,000 decisions at a time.
#[utoipa::path(
    get,
    path = "/instance/log-file",
    tag = "instance",
    params(LogParams, WhoseParams, CursorParam),
    security((), ("token" = ["read"])),
    responses((status = 200, description = "The file.", body = LogFile))
)]
pub(super) async fn export_instance_log(
    State(app): State<App>,
    Reader(viewer): Reader,
    AskedLog(wanted): AskedLog,
    start: FileStart,
) -> Result<Response, Problem> {
    let page = exported(&app, &viewer, None, (&wanted, &start), Order::LogOfInstance).await?;
    Ok(file(&app, page, Order::LogOfInstance, &format!("{}-log.json", app.site.host)))
}

async fn exported(
    app: &App,
    viewer: &Viewer,
    group: Option<GroupId>,
    (wanted, start): (&guildhall_app::read::LogWanted, &FileStart),
    order: Order,
) -> Result<Page<LogLine>, Problem> {
    let after = start.after(order)?;
    let filter = read::understand(app, wanted).await?;
    Ok(read::export(app, viewer, group, &filter, after).await?)
}

fn entries(app: &App, lines: Vec<LogLine>) -> Vec<LogEntry> {
    lines.into_iter().map(|line| LogEntry::new(line, &app.site.host)).collect()
}

/// Named for browsers, which keep it. Names of groups elsewhere may hold anything: what a header cannot take is left out.
fn file(app: &App, page: Page<LogLine>, order: Order, name: &str) -> Response {
    let next = page.next.map(|next| order.encode(next));
    let mut response = Json(LogFile::new(page, &app.site.host, next, app.now())).into_response();
    let name: String =
        name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@')).collect();
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
