//! `guildhall case act`: what is done about a case, in one step.

use std::fmt;

use anyhow::bail;
use clap::{Args, ValueEnum};
use guildhall_app::case::{self, Act, Acted, CaseAction, EntryAction, PersonAction};
use guildhall_domain::Timestamp;
use serde::Serialize;

use super::case::{admin, parse};
use super::output::Output;
use super::session::Session;
use super::span::{Until, until};

/// Arguments of `case act`.
#[derive(Debug, PartialEq, Args)]
pub struct ActArgs {
    /// Its id, from `case list` or `group cases`.
    pub case: String,
    /// What to do, in this order; all of it happens, or nothing.
    #[arg(value_enum, required = true, value_name = "ACTION")]
    pub actions: Vec<ActionArg>,
    /// Shown to the person concerned.
    #[arg(long)]
    pub reason: Option<String>,
    /// For moderators alone.
    #[arg(long)]
    pub note: Option<String>,
    /// The number of the group's own rule it rests on.
    #[arg(long = "rule", value_name = "N")]
    pub rule_number: Option<i64>,
    /// When a lock, probation, mute or ban ends: a time such as 2026-12-01T12:00:00Z, a day, or a span such as 7d
    /// [default: never].
    #[arg(long, value_name = "END", value_parser = until)]
    pub until: Option<Until>,
    /// With `ban`: remove what they wrote too.
    #[arg(long)]
    pub remove_content: bool,
    /// With `move`: the group.
    #[arg(long, value_name = "GROUP")]
    pub to: Option<String>,
    /// Leave the case open.
    #[arg(long)]
    pub stays_open: bool,
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ActionArg {
    /// Let in what waits.
    Admit,
    /// Turn away what waits.
    Refuse,
    /// Take the post or comment out.
    Remove,
    /// Bring it back.
    Restore,
    /// Take no more comments.
    Lock,
    /// Take comments again.
    Unlock,
    /// Take it off the lists.
    Limit,
    /// Show it in lists again.
    Unlimit,
    /// Show it behind a warning.
    MarkSensitive,
    /// Show it without.
    UnmarkSensitive,
    /// Take it out of sight until its author has changed it.
    AskChange,
    /// Move the thread to another group.
    Move,
    /// Tell the person not to do that again.
    Warn,
    /// Look at all that the person writes before it is shown.
    Probation,
    /// No longer.
    EndProbation,
    /// Take nothing of the person, who stays a member.
    Mute,
    /// No longer.
    Unmute,
    /// Put the person out.
    Ban,
    /// Let the person in again.
    Unban,
    /// There is nothing in it.
    Dismiss,
    /// Leave it to those who run this server.
    HandOver,
}

/// Acts on a case.
pub(super) async fn act(session: &Session, args: ActArgs, output: Output) -> anyhow::Result<()> {
    let id = parse(&args.case)?;
    let until = args.until.map(|until| until.from(session.app().now()));
    if until.is_some_and(|until| !until.is_after(session.app().now())) {
        bail!("the end lies in the past");
    }
    let mut actions = Vec::with_capacity(args.actions.len());
    for action in &args.actions {
        actions.push(match (action.with(until, args.remove_content), &args.to) {
            (Some(action), _) => action,
            (None, Some(name)) => CaseAction::Move(session.group(name).await?),
            (None, None) => bail!("name the group to move it to: --to GROUP"),
        });
    }
    // What names an end, a group or more to remove, and nothing that has one, is a mistake.
    if until.is_some() && !actions.iter().any(|action| action.until().is_some()) {
        bail!("--until goes with lock, probation, mute or ban");
    }
    if args.remove_content && !args.actions.contains(&ActionArg::Ban) {
        bail!("--remove-content goes with ban");
    }
    if args.to.is_some() && !args.actions.contains(&ActionArg::Move) {
        bail!("--to goes with move");
    }
    let command = Act {
        actions,
        reason: args.reason,
        rule_number: args.rule_number,
        note: args.note,
        stays_open: args.stays_open,
        ..Act::default()
    };
    let acted = case::act(session.app(), &admin(), id, command).await?;
    output.print(&Done::new(id.to_string(), acted))?;
    Ok(())
}

impl ActionArg {
    /// The action; `None`: a move, which needs its group.
    fn with(self, until: Option<Timestamp>, removes_content: bool) -> Option<CaseAction> {
        Some(match self {
            Self::Admit => EntryAction::Admit.into(),
            Self::Refuse => EntryAction::Refuse.into(),
            Self::Remove => EntryAction::Remove.into(),
            Self::Restore => EntryAction::Restore.into(),
            Self::Lock => EntryAction::Lock(until).into(),
            Self::Unlock => EntryAction::Unlock.into(),
            Self::Limit => EntryAction::Limit.into(),
            Self::Unlimit => EntryAction::Unlimit.into(),
            Self::MarkSensitive => EntryAction::MarkSensitive.into(),
            Self::UnmarkSensitive => EntryAction::UnmarkSensitive.into(),
            Self::AskChange => EntryAction::AskChange.into(),
            Self::Warn => PersonAction::Warn.into(),
            Self::Probation => PersonAction::Probation(until).into(),
            Self::EndProbation => PersonAction::EndProbation.into(),
            Self::Mute => PersonAction::Mute(until).into(),
            Self::Unmute => PersonAction::Unmute.into(),
            Self::Ban => PersonAction::Ban { until, removes_content }.into(),
            Self::Unban => PersonAction::Unban.into(),
            Self::Dismiss => CaseAction::Dismiss,
            Self::HandOver => CaseAction::HandOver,
            Self::Move => return None,
        })
    }
}

/// What came of it.
#[derive(Debug, Serialize)]
struct Done {
    id: String,
    entries: usize,
    left: usize,
    is_closed: bool,
}

impl Done {
    fn new(id: String, acted: Acted) -> Self {
        let Acted { entries, left, is_closed } = acted;
        Self { id, entries, left, is_closed }
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, entries, left, is_closed } = self;
        write!(f, "Acted on the case {id}, about {entries} posts and comments")?;
        match (left, is_closed) {
            (0, true) => f.write_str("; it is closed."),
            (0, false) => f.write_str("; it is open."),
            (left, _) => write!(f, "; {left} are left: run it again."),
        }
    }
}
