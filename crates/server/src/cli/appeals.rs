//! `guildhall group appeals`, `guildhall instance appeals` and `guildhall appeal …`: what waits for somebody else than who
//! decided, and what becomes of it.
//!
//! Whoever has the database has the instance, so these act as an admin: in the name of the group.

use std::fmt;

use anyhow::bail;
use clap::{Args, Subcommand};
use guildhall_app::appeal::{DecideAppeal, decide};
use guildhall_app::read::page::MAX_LIMIT;
use guildhall_app::read::{AppealView, PageRequest, appeals as read};
use guildhall_domain::moderation::AppealOutcome;
use guildhall_domain::{AppealId, GroupId};
use serde::Serialize;

use super::case::admin;
use super::group::one_of;
use super::list::Listing;
use super::output::{Output, rfc3339};
use super::session::Session;
use super::span::{Until, until};
use crate::config::Config;

/// `guildhall appeal …`
#[derive(Debug, PartialEq, Subcommand)]
pub enum AppealCommand {
    /// Decide an appeal, in the name of its group. The person is told.
    Decide(DecideArgs),
}

/// Arguments of `appeal decide`.
#[derive(Debug, PartialEq, Args)]
pub struct DecideArgs {
    /// Its id, from `group appeals` or `instance appeals`.
    pub appeal: String,
    /// `upheld`: the decision stands; `reversed`: it is taken back; `changed`: another took its place.
    #[arg(value_parser = one_of(AppealOutcome::ALL, AppealOutcome::as_str))]
    pub outcome: AppealOutcome,
    /// Why; the person is shown this.
    #[arg(long)]
    pub reason: String,
    /// With `changed`: when the ban, mute, probation or lock ends now, sooner than it would have: a time such as
    /// 2026-12-01T12:00:00Z, a day, or a span such as 7d.
    #[arg(long, value_name = "END", value_parser = until)]
    pub until: Option<Until>,
}

/// Runs one of them.
pub async fn run(command: AppealCommand, config: &Config, output: Output) -> anyhow::Result<()> {
    let session = Session::open(config).await?;
    let AppealCommand::Decide(args) = command;
    let done = settle(&session, args, output).await;
    session.close().await;
    done
}

async fn settle(session: &Session, args: DecideArgs, output: Output) -> anyhow::Result<()> {
    let DecideArgs { appeal, outcome, reason, until } = args;
    let Ok(appeal) = appeal.parse::<AppealId>() else {
        bail!(
            "{appeal:?} is no id of an appeal; the ids are in `guildhall group appeals NAME` and `guildhall instance appeals`"
        )
    };
    let until = until.map(|until| until.from(session.app().now()));
    decide(session.app(), &admin(), DecideAppeal { appeal, outcome, reason, until }).await?;
    output.print(&Decided { id: appeal.to_string(), outcome: outcome.as_str() })?;
    Ok(())
}

/// What became of an appeal.
#[derive(Debug, Serialize)]
struct Decided {
    id: String,
    outcome: &'static str,
}

impl fmt::Display for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The appeal {} is decided: {}.", self.id, self.outcome)
    }
}

/// Lists the open appeals of a group, longest waiting first.
pub(super) async fn list(session: &Session, name: &str, output: Output) -> anyhow::Result<()> {
    let group = session.group(name).await?;
    list_all(session, Some(group), output).await
}

/// Lists the open appeals against what was decided for the whole instance, longest waiting first.
pub(super) async fn list_of_instance(session: &Session, output: Output) -> anyhow::Result<()> {
    list_all(session, None, output).await
}

async fn list_all(session: &Session, group: Option<GroupId>, output: Output) -> anyhow::Result<()> {
    let admin = admin();
    let mut items = Vec::new();
    let mut request = PageRequest { after: None, limit: Some(MAX_LIMIT) };
    loop {
        let page = match group {
            Some(group) => read::of_group(session.app(), &admin, group, request).await?,
            None => read::of_instance(session.app(), &admin, request).await?,
        };
        items.extend(page.items.into_iter().map(Item::from));
        match page.next {
            Some(next) => request.after = Some(next),
            None => break,
        }
    }
    output.print(&Listing::new(items, "No appeals are open."))?;
    Ok(())
}

/// A line of the list.
#[derive(Debug, Serialize)]
struct Item {
    id: String,
    person: Option<String>,
    action: Option<&'static str>,
    text: String,
    at: String,
}

impl From<AppealView> for Item {
    fn from(view: AppealView) -> Self {
        Self {
            id: view.id.to_string(),
            person: view.person.map(|person| person.handle),
            action: view.decision.map(|decision| decision.action.as_str()),
            text: view.text,
            at: rfc3339(view.at),
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, person, action, text, at } = self;
        let (person, action) = (person.as_deref().unwrap_or("?"), action.unwrap_or("?"));
        write!(f, "{id}  {person}  against {action}, {at}: {}", text.replace('\n', " "))
    }
}
