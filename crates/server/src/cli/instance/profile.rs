//! `guildhall instance profile`

use std::fmt;

use anyhow::bail;
use clap::ValueEnum;
use guildhall_app::peering::parse_host;
use guildhall_domain::audience::Profile;
use guildhall_store::instance;
use serde::Serialize;

use crate::cli::output::Output;
use crate::cli::session::Session;

/// What a server understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProfileArg {
    /// Groups: activities wrapped by `Announce`.
    Group,
    /// Posts of people: `Announce` of objects.
    Microblog,
    /// Whatever it has shown.
    Auto,
}

pub(super) async fn fix(
    session: &Session,
    host: &str,
    profile: ProfileArg,
    output: Output,
) -> anyhow::Result<()> {
    let host = parse_host(host)?;
    if host == session.app().site.host {
        bail!("{host} is this instance itself");
    }
    let fixed = match profile {
        ProfileArg::Group => Some(Profile::Group),
        ProfileArg::Microblog => Some(Profile::Microblog),
        ProfileArg::Auto => None,
    };
    let app = session.app();
    let mut tx = app.begin().await?;
    instance::fix_profile(&mut tx, &host, fixed, app.now()).await?;
    tx.commit().await?;
    output.print(&Fixed { host, profile: fixed.map_or("auto", Profile::as_str) })?;
    Ok(())
}

/// How activities are put for a server: `group`, `microblog` or `auto`.
#[derive(Debug, Serialize)]
struct Fixed {
    host: String,
    profile: &'static str,
}

impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: profile {}", self.host, self.profile)
    }
}
