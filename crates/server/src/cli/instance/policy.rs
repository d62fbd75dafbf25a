//! `guildhall instance block`, `limit`, `allow`, `mute-media` and `clear`

use std::fmt;

use anyhow::bail;
use clap::Args;
use guildhall_app::peering::{self, By, ClearPeering, SetPeering, parse_host};
use guildhall_domain::peering::PeeringAction;
use serde::Serialize;

use super::scope;
use crate::cli::output::{Output, rfc3339};
use crate::cli::session::Session;
use crate::cli::span::{Until, until};

/// Arguments of `instance block`, `limit`, `allow` and `mute-media`.
#[derive(Debug, Default, Clone, PartialEq, Args)]
pub struct PolicyArgs {
    /// Host name of the server; its subdomains are meant too.
    pub host: String,
    /// For this group alone.
    #[arg(long, value_name = "NAME")]
    pub group: Option<String>,
    /// Why, for the record.
    #[arg(long)]
    pub reason: Option<String>,
    /// When it ends by itself: a time, a day or a span such as 7d.
    #[arg(long, value_name = "TIME", value_parser = until)]
    pub until: Option<Until>,
    /// What everybody may read about it.
    #[arg(long, value_name = "TEXT")]
    pub public_comment: Option<String>,
    /// What only moderators and admins read about it.
    #[arg(long, value_name = "TEXT")]
    pub private_comment: Option<String>,
    /// Leave out pictures of what is let in.
    #[arg(long)]
    pub mute_media: bool,
}

pub(super) async fn decide(
    session: &Session,
    args: PolicyArgs,
    action: PeeringAction,
    output: Output,
) -> anyhow::Result<()> {
    let app = session.app();
    let command = SetPeering {
        group: scope(session, args.group.as_deref()).await?,
        host: args.host,
        action,
        mute_media: args.mute_media,
        until: args.until.map(|until| until.from(app.now())),
        reason: args.reason,
        public_comment: args.public_comment,
        private_comment: args.private_comment,
    };
    let listed = peering::set(app, &By::Operator, command).await?;
    output.print(&Decided {
        host: listed.entry.host,
        action: Some(action.as_str()),
        group: args.group,
        reason: listed.reason,
        mute_media: listed.entry.mute_media && action != PeeringAction::MuteMedia,
        until: listed.entry.until.map(rfc3339),
        public_comment: listed.public_comment,
        private_comment: listed.private_comment,
    })?;
    Ok(())
}

pub(super) async fn clear(
    session: &Session,
    host: String,
    group: Option<String>,
    output: Output,
) -> anyhow::Result<()> {
    let host = parse_host(&host)?;
    let scope = scope(session, group.as_deref()).await?;
    let command = ClearPeering { group: scope, host: host.clone(), reason: None };
    if !peering::clear(session.app(), &By::Operator, command).await? {
        bail!("nothing was decided about {host}; see `guildhall instance list`");
    }
    output.print(&Decided { host, group, ..Decided::default() })?;
    Ok(())
}

/// What was decided about a server; no action: nothing any more.
#[derive(Debug, Default, Serialize)]
struct Decided {
    host: String,
    action: Option<&'static str>,
    group: Option<String>,
    reason: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    mute_media: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_comment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_comment: Option<String>,
}

impl fmt::Display for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.host, self.action.unwrap_or("nothing decided"))?;
        if self.mute_media {
            f.write_str(", without its pictures")?;
        }
        if let Some(until) = &self.until {
            write!(f, " until {until}")?;
        }
        match &self.group {
            Some(group) => write!(f, " (by the group {group})"),
            None => Ok(()),
        }
    }
}
