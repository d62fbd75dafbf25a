//! `guildhall group invite`: whoever has the database invites in the name of the group.

use std::fmt;

use anyhow::Context;
use clap::Args;
use guildhall_app::welcome::{self, Invite, MadeOut};
use guildhall_domain::Timestamp;
use serde::Serialize;

use super::output::{Output, rfc3339};
use super::session::Session;

/// Arguments of `group invite`.
#[derive(Debug, PartialEq, Args)]
pub struct InviteArgs {
    /// Name of the group.
    pub name: String,
    /// How often the invitation can be used [default: without limit; once with --for].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=100_000))]
    pub uses: Option<i64>,
    /// When it ends: a time such as 2026-03-01T12:00:00Z [default: never].
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub until: Option<Timestamp>,
    /// The one person whom it is for: a local name or name@host. Somebody elsewhere is told, and let in when they follow
    /// the group.
    #[arg(long = "for", value_name = "HANDLE")]
    pub only_for: Option<String>,
    /// A line for whom it reaches.
    #[arg(long, default_value = "")]
    pub note: String,
}

fn time(text: &str) -> Result<Timestamp, String> {
    let at: jiff::Timestamp =
        text.parse().map_err(|_| "a time such as 2026-03-01T12:00:00Z is wanted".to_owned())?;
    Ok(Timestamp(at.as_millisecond()))
}

/// Makes out an invitation, and prints it with its code, which is not kept.
pub(super) async fn invite(session: &Session, args: InviteArgs, output: Output) -> anyhow::Result<()> {
    let group = session.group(&args.name).await?;
    let only_for = match &args.only_for {
        Some(name) => Some(session.person(name).await?),
        None => None,
    };
    let command = Invite {
        group,
        by: group.actor(),
        max_uses: args.uses,
        until: args.until,
        note: args.note,
        only_for,
    };
    let made = welcome::invite(session.app(), command).await;
    let made = made.with_context(|| format!("no invitation to {:?}", args.name))?;
    output.print(&Made::new(made, args.only_for))?;
    Ok(())
}

/// What `group invite` made.
#[derive(Debug, Serialize)]
struct Made {
    id: String,
    code: String,
    url: String,
    uses: Option<i64>,
    until: Option<String>,
    #[serde(rename = "for")]
    only_for: Option<String>,
}

impl Made {
    fn new(made: MadeOut, only_for: Option<String>) -> Self {
        Self {
            id: made.invitation.id.to_string(),
            code: made.code,
            url: made.url,
            uses: made.invitation.max_uses,
            until: made.invitation.until.map(rfc3339),
            only_for,
        }
    }
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.url)?;
        match (self.uses, &self.only_for) {
            (_, Some(person)) => write!(f, "For {person} alone")?,
            (Some(1), None) => f.write_str("For one person")?,
            (Some(uses), None) => write!(f, "For {uses} people")?,
            (None, None) => f.write_str("For as many people as come")?,
        }
        match &self.until {
            Some(until) => write!(f, ", until {until}."),
            None => f.write_str(", without end."),
        }
    }
}
