//! `guildhall group cases` and `guildhall case …`: what was reported, and what became of it.
//!
//! Whoever has the database has the instance, so these act as an admin.

use std::fmt;

use anyhow::bail;
use clap::Subcommand;
use guildhall_app::read::page::MAX_LIMIT;
use guildhall_app::read::{CaseFilter, CaseLine, CaseView, PageRequest, Past, cases};
use guildhall_app::{Viewer, case};
use guildhall_domain::{CaseId, GroupId};
use serde::Serialize;

use super::act::{ActArgs, act};
use super::list::Listing;
use super::output::{Output, rfc3339};
use super::session::Session;
use crate::config::Config;

/// `guildhall case …`
#[derive(Debug, PartialEq, Subcommand)]
pub enum CaseCommand {
    /// List the cases that those who run this server look at.
    List {
        /// Those that are closed.
        #[arg(long)]
        closed: bool,
    },
    /// Show a case with its evidence and history.
    Show {
        /// Its id, from `case list` or `group cases`.
        case: String,
    },
    /// Act on a case in one step, in the name of its group, and close it.
    Act(ActArgs),
    /// Close a case without a decision.
    Close {
        /// Its id, from `case list` or `group cases`.
        case: String,
    },
}

/// Runs one of them.
pub async fn run(command: CaseCommand, config: &Config, output: Output) -> anyhow::Result<()> {
    let session = Session::open(config).await?;
    let done = match command {
        CaseCommand::List { closed } => list(&session, None, closed, output).await,
        CaseCommand::Show { case } => show(&session, &case, output).await,
        CaseCommand::Act(args) => act(&session, args, output).await,
        CaseCommand::Close { case } => close(&session, &case, output).await,
    };
    session.close().await;
    done
}

/// Lists the cases of a group, newest first.
pub(super) async fn list_of_group(
    session: &Session,
    name: &str,
    closed: bool,
    output: Output,
) -> anyhow::Result<()> {
    let group = session.group(name).await?;
    list(session, Some(group), closed, output).await
}

async fn list(session: &Session, group: Option<GroupId>, closed: bool, output: Output) -> anyhow::Result<()> {
    let filter = CaseFilter { is_open: !closed, assignee: None };
    let mut items = Vec::new();
    let mut request = PageRequest { after: None, limit: Some(MAX_LIMIT) };
    loop {
        let page = match group {
            Some(group) => cases::of_group(session.app(), &admin(), group, filter, request).await?,
            None => cases::of_instance(session.app(), &admin(), filter, request).await?,
        };
        items.extend(page.items.into_iter().map(Line::from));
        match page.next {
            Some(next) => request.after = Some(next),
            None => break,
        }
    }
    output.print(&Listing::new(items, if closed { "No case was closed." } else { "No case is open." }))?;
    Ok(())
}

async fn show(session: &Session, id: &str, output: Output) -> anyhow::Result<()> {
    let found = cases::find(session.app(), &admin(), parse(id)?).await?;
    output.print(&File::from(found))?;
    Ok(())
}

async fn close(session: &Session, id: &str, output: Output) -> anyhow::Result<()> {
    let id = parse(id)?;
    case::close(session.app(), &admin(), id).await?;
    output.print(&Closed { id: id.to_string() })?;
    Ok(())
}

pub(super) fn admin() -> Viewer {
    Viewer { is_admin: true, ..Viewer::anonymous() }
}

pub(super) fn parse(id: &str) -> anyhow::Result<CaseId> {
    match id.parse() {
        Ok(id) => Ok(id),
        Err(_) => bail!(
            "{id:?} is no id of a case; the ids are in `guildhall group cases NAME` and `guildhall case list`"
        ),
    }
}

/// A line of the list.
#[derive(Debug, Serialize)]
struct Line {
    id: String,
    about: &'static str,
    title: String,
    person: Option<String>,
    report_count: i64,
    entry_count: i64,
    held_count: i64,
    assignee: Option<String>,
    opened_at: String,
}

impl From<CaseLine> for Line {
    fn from(line: CaseLine) -> Self {
        Self {
            id: line.id.to_string(),
            about: line.kind.as_str(),
            title: line.title,
            person: line.person.map(|person| person.handle),
            report_count: line.reports,
            entry_count: line.counts.entries,
            held_count: line.counts.held,
            assignee: line.assignee.map(|person| person.handle),
            opened_at: rfc3339(line.opened_at),
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, about, title, report_count, entry_count, held_count, opened_at, .. } = self;
        let person = self.person.as_deref().unwrap_or("-");
        write!(f, "{id}  {about:<6}  {person}  {title}  ({report_count} reports, {entry_count} posts, ")?;
        write!(f, "{held_count} held, {opened_at})")
    }
}

/// A case with all that is in it.
#[derive(Debug, Serialize)]
struct File {
    #[serde(flatten)]
    line: Line,
    evidence: Vec<Evidence>,
    history: Vec<Happening>,
}

#[derive(Debug, Serialize)]
struct Evidence {
    entry: String,
    handle: String,
    title: Option<String>,
    content_html: String,
    written_at: String,
}

#[derive(Debug, Serialize)]
struct Happening {
    at: String,
    kind: &'static str,
    by: Option<String>,
    text: Option<String>,
}

impl From<CaseView> for File {
    fn from(view: CaseView) -> Self {
        let evidence = view.evidence.into_iter().map(|item| Evidence {
            entry: item.entry.to_string(),
            handle: item.handle,
            title: item.title,
            content_html: item.content_html,
            written_at: rfc3339(item.written_at),
        });
        Self {
            line: view.line.into(),
            evidence: evidence.collect(),
            history: view.history.into_iter().map(Happening::from).collect(),
        }
    }
}

impl From<Past> for Happening {
    fn from(past: Past) -> Self {
        let at = rfc3339(past.at());
        match past {
            Past::Report(report) => {
                Self { at, kind: "report", by: Some(report.reporter.handle), text: Some(report.text) }
            }
            Past::Decision(made) => {
                Self { at, kind: made.action.as_str(), by: made.by.map(|by| by.handle), text: made.reason }
            }
            Past::Happening { kind, by, text, .. } => {
                Self { at, kind: kind.as_str(), by: by.map(|by| by.handle), text }
            }
        }
    }
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.line.fmt(f)?;
        for item in &self.evidence {
            let title = item.title.as_deref().unwrap_or_default();
            write!(f, "\n\n{} ({}) {title}\n{}", item.handle, item.written_at, item.content_html)?;
        }
        f.write_str("\n")?;
        for Happening { at, kind, by, text } in &self.history {
            let (by, text) = (by.as_deref().unwrap_or("-"), text.as_deref().unwrap_or_default());
            write!(f, "\n{at}  {kind}  {by}  {text}")?;
        }
        Ok(())
    }
}

/// What `case close` did.
#[derive(Debug, Serialize)]
struct Closed {
    id: String,
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Closed the case {}.", self.id)
    }
}
