//! `guildhall group queue`, `show`, `admit` and `refuse`: what waits at the door of a group.
//!
//! Whoever has the database has the instance, so these act as an admin: in the name of the group.

use std::fmt;

use anyhow::{Context, bail};
use guildhall_app::read::page::MAX_LIMIT;
use guildhall_app::read::{self, PageRequest, QueueItemView};
use guildhall_app::{Viewer, queue as decisions};
use guildhall_domain::QueueItemId;
use serde::Serialize;

use super::list::Listing;
use super::output::{Output, rfc3339};
use super::session::Session;
use super::waiting::{Actor, Waiting};

/// Lists what waits in a group, longest waiting first.
pub(super) async fn list(session: &Session, name: &str, output: Output) -> anyhow::Result<()> {
    let group = session.group(name).await?;
    let admin = Viewer { is_admin: true, ..Viewer::anonymous() };
    let mut items = Vec::new();
    let mut request = PageRequest { after: None, limit: Some(MAX_LIMIT) };
    loop {
        let page = read::queue::list(session.app(), &admin, group, request).await?;
        items.extend(page.items.into_iter().map(Item::from));
        match page.next {
            Some(next) => request.after = Some(next),
            None => break,
        }
    }
    output.print(&Listing::new(items, "Nothing waits."))?;
    Ok(())
}

/// Shows all there is to read of one item.
pub(super) async fn show(session: &Session, item: &str, output: Output) -> anyhow::Result<()> {
    output.print(&find(session, item).await?)?;
    Ok(())
}

/// Lets an item in.
pub(super) async fn admit(session: &Session, item: &str, output: Output) -> anyhow::Result<()> {
    let item = find(session, item).await?;
    decisions::admit(session.app(), item.key, item.group_id.actor()).await?;
    output.print(&Decided::new("admit", None, item))?;
    Ok(())
}

/// Turns an item away, with the reason that the person concerned is shown.
pub(super) async fn refuse(
    session: &Session,
    item: &str,
    reason: &str,
    output: Output,
) -> anyhow::Result<()> {
    if reason.trim().is_empty() {
        bail!("a reason is wanted: it is shown to the person concerned");
    }
    let item = find(session, item).await?;
    decisions::refuse(session.app(), item.key, item.group_id.actor(), reason).await?;
    output.print(&Decided::new("refuse", Some(reason.trim().to_owned()), item))?;
    Ok(())
}

async fn find(session: &Session, item: &str) -> anyhow::Result<Waiting> {
    const HINT: &str = "the ids are in `guildhall group queue NAME`";
    let Ok(id) = item.parse::<QueueItemId>() else { bail!("{item:?} is no id of a waiting item; {HINT}") };
    let found = Waiting::find(session.app(), id).await?;
    found.with_context(|| format!("no item has the id {id}; {HINT}"))
}

/// What became of an item.
#[derive(Debug, Serialize)]
struct Decided {
    id: String,
    decision: &'static str,
    kind: &'static str,
    title: String,
    actor: Actor,
    group: Actor,
    /// What the person concerned is told.
    reason: Option<String>,
}

impl Decided {
    fn new(decision: &'static str, reason: Option<String>, item: Waiting) -> Self {
        let Waiting { id, kind, title, actor, group, .. } = item;
        Self { id, decision, kind, title, actor, group, reason }
    }
}

impl fmt::Display for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, title, actor, group, .. } = self;
        f.write_str(if self.reason.is_some() { "Refused " } else { "Admitted " })?;
        match *kind {
            "join" => write!(f, "{} as a member of {}", actor.handle, group.handle)?,
            kind => write!(f, "the {kind} {title:?} of {} in {}", actor.handle, group.handle)?,
        }
        match &self.reason {
            Some(reason) => write!(f, ": {reason}"),
            None => f.write_str("."),
        }
    }
}

/// A line of the list, in the shape of the API.
#[derive(Debug, Serialize)]
struct Item {
    id: String,
    kind: String,
    actor: Actor,
    object: Option<String>,
    title: String,
    reason: String,
    received_at: String,
}

impl From<QueueItemView> for Item {
    fn from(view: QueueItemView) -> Self {
        Self {
            id: view.id.to_string(),
            kind: view.kind,
            actor: Actor { handle: view.actor.handle, ap_id: view.actor.ap_id.to_string() },
            object: view.object.map(|object| object.to_string()),
            title: view.title,
            reason: view.reason,
            received_at: rfc3339(view.received_at),
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, kind, actor, title, reason, received_at, .. } = self;
        write!(f, "{id}  {kind:<7}  {}  {title}  ({reason}, {received_at})", actor.handle)
    }
}
