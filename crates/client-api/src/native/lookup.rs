//! Finding what an address names, as far as the reader may know of it.

use guildhall_app::{
    App, Viewer,
    group::resolve,
    read::{EntryView, GroupView, PersonView, entries, groups, people},
};
use guildhall_domain::{EntryId, GroupId, Handle, content::EntryKind, visibility::Sight};

use super::problem::Problem;

/// The group with a handle. One elsewhere that is not known yet is looked up there, for people with a token only: else
/// anybody could make us call any server.
pub(super) async fn group(app: &App, viewer: &Viewer, handle: &Handle) -> Result<GroupView, Problem> {
    if let Some(known) = groups::find(app, handle).await.map_err(Problem::internal)? {
        return Ok(known);
    }
    if viewer.account.is_none() {
        return Err(Problem::not_found("group"));
    }
    group_by_id(app, resolve(app, handle).await?).await
}

/// The group with a handle, where it is hosted here: what its moderators do and know is found nowhere else.
pub(super) async fn group_here(app: &App, viewer: &Viewer, handle: &Handle) -> Result<GroupView, Problem> {
    let found = group(app, viewer, handle).await?;
    if found.is_local { Ok(found) } else { Err(elsewhere(&found)) }
}

/// 409: who decides about this lives on another server.
pub(super) fn elsewhere(group: &GroupView) -> Problem {
    let detail = format!(
        "the moderators of {} decide on its own server ({}), not here",
        group.group.handle, group.url
    );
    Problem::conflict("group-elsewhere", detail)
}

/// The group with a key.
pub(super) async fn group_by_id(app: &App, id: GroupId) -> Result<GroupView, Problem> {
    let found = groups::find_by_id(app, id).await.map_err(Problem::internal)?;
    found.ok_or_else(|| Problem::not_found("group"))
}

/// The person with a handle, looked up elsewhere where they are not known yet. For people with a token only.
pub(super) async fn person(app: &App, handle: &Handle) -> Result<PersonView, Problem> {
    if let Some(known) = people::find(app, handle).await.map_err(Problem::internal)? {
        return Ok(known);
    }
    if handle.host.as_ref().is_some_and(|host| *host != app.site.host) {
        app.resolver.actor_by_handle(handle).await?;
    }
    let found = people::find(app, handle).await.map_err(Problem::internal)?;
    found.ok_or_else(|| Problem::not_found("person"))
}

/// The entry of a kind with a key, as long as the viewer sees the whole of it.
pub(super) async fn entry(
    app: &App,
    viewer: &Viewer,
    id: EntryId,
    kind: EntryKind,
) -> Result<EntryView, Problem> {
    let found = entry_or_trace(app, viewer, id, kind).await?;
    if found.sight == Sight::Whole { Ok(found) } else { Err(Problem::gone(kind.as_str())) }
}

/// The entry of a kind with a key, or what is left of it.
pub(super) async fn entry_or_trace(
    app: &App,
    viewer: &Viewer,
    id: EntryId,
    kind: EntryKind,
) -> Result<EntryView, Problem> {
    let found = entries::find(app, viewer, id).await.map_err(Problem::internal)?;
    found.filter(|found| found.kind == kind).ok_or_else(|| Problem::not_found(kind.as_str()))
}
