//! `guildhall group trust`: how far somebody is trusted, and by hand.

use std::fmt;

use clap::Args;
use guildhall_app::Viewer;
use guildhall_app::group::{SetTrust, TrustView, find_trust, set_trust};
use guildhall_domain::trust::Trust;
use serde::Serialize;

use super::group::one_of;
use super::output::{Output, rfc3339};
use super::session::Session;

/// Arguments of `group trust`.
#[derive(Debug, PartialEq, Args)]
pub struct TrustArgs {
    /// Name of the group.
    pub name: String,
    /// Whom: a local name or name@host.
    pub handle: String,
    /// Give this level, whatever they have earned.
    #[arg(long, value_name = "LEVEL", requires = "reason", value_parser = one_of(&GIVABLE, Trust::as_str))]
    pub set: Option<Trust>,
    /// Why, for the record.
    #[arg(long, requires = "set")]
    pub reason: Option<String>,
    /// Take a level back that was given: what they have earned counts again.
    #[arg(long, conflicts_with = "set")]
    pub unset: bool,
}

/// Moderators are appointed.
static GIVABLE: [Trust; 4] = [Trust::New, Trust::Known, Trust::Trusted, Trust::Helper];

/// Shows a level, after it was changed where that was asked for.
pub(super) async fn run(session: &Session, args: TrustArgs, output: Output) -> anyhow::Result<()> {
    let TrustArgs { name, handle, set, reason, unset } = args;
    let group = session.group(&name).await?;
    let actor = session.person(&handle).await?;
    if set.is_some() || unset {
        let given = set.zip(reason);
        set_trust(session.app(), SetTrust { group, actor, by: group.actor(), given }).await?;
    }
    let admin = Viewer { is_admin: true, ..Viewer::anonymous() };
    output.print(&Told::from(find_trust(session.app(), &admin, group, actor).await?))?;
    Ok(())
}

/// A level in the shape of the API.
#[derive(Debug, Serialize)]
struct Told {
    level: &'static str,
    sentence: String,
    seen: Seen,
    given: Option<Given>,
}

#[derive(Debug, Serialize)]
struct Seen {
    accepted: i64,
    answered: i64,
    days: i64,
    refused: i64,
    upheld: i64,
    dismissed: i64,
    struck_at: Option<String>,
    first_at: Option<String>,
}

#[derive(Debug, Serialize)]
struct Given {
    level: &'static str,
    reason: String,
    by: Option<String>,
}

impl From<TrustView> for Told {
    fn from(view: TrustView) -> Self {
        let seen = view.seen;
        Self {
            level: view.level.as_str(),
            sentence: view.sentence,
            seen: Seen {
                accepted: seen.accepted,
                answered: seen.answered,
                days: seen.days,
                refused: seen.refused,
                upheld: seen.upheld,
                dismissed: seen.dismissed,
                struck_at: seen.struck_at.map(rfc3339),
                first_at: seen.first_at.map(rfc3339),
            },
            given: view.given.map(|given| Given {
                level: given.level.as_str(),
                reason: given.reason,
                by: given.by.map(|by| by.handle),
            }),
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.level, self.sentence)?;
        match &self.given {
            Some(given) => {
                write!(f, "\ngiven by {}: {}", given.by.as_deref().unwrap_or("somebody"), given.reason)
            }
            None => Ok(()),
        }
    }
}
