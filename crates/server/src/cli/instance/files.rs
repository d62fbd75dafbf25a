//! `guildhall instance export` and `import`

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use guildhall_app::Viewer;
use guildhall_app::peering::{self, By, Effects, Import, ImportedHost};
use serde::Serialize;

use super::scope;
use crate::cli::output::Output;
use crate::cli::session::Session;

/// Arguments of `instance export`.
#[derive(Debug, PartialEq, Args)]
pub struct ExportArgs {
    /// The list of this group alone.
    #[arg(long, value_name = "NAME")]
    pub group: Option<String>,
    /// Write here instead of to the screen.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `instance import`.
#[derive(Debug, PartialEq, Args)]
pub struct ImportArgs {
    /// The file; `-` for standard input.
    pub file: PathBuf,
    /// Into the list of this group.
    #[arg(long, value_name = "NAME")]
    pub group: Option<String>,
    /// Only say what would be done, and whom it would concern.
    #[arg(long)]
    pub dry_run: bool,
}

pub(super) async fn export(session: &Session, args: ExportArgs, output: Output) -> anyhow::Result<()> {
    let scope = scope(session, args.group.as_deref()).await?;
    let operator = Viewer { is_admin: true, ..Viewer::anonymous() };
    let csv = peering::export(session.app(), &operator, scope).await?;
    let hosts = csv.lines().count().saturating_sub(1);
    match args.output {
        Some(file) => {
            std::fs::write(&file, &csv).with_context(|| format!("writing {} failed", file.display()))?;
            output.print(&Written { file: file.display().to_string(), hosts })?;
        }
        None => output.print(&Exported { csv })?,
    }
    Ok(())
}

pub(super) async fn import(session: &Session, args: ImportArgs, output: Output) -> anyhow::Result<()> {
    let text = read(&args.file).with_context(|| format!("reading {} failed", args.file.display()))?;
    let group = scope(session, args.group.as_deref()).await?;
    let command = Import { group, text: &text, dry_run: args.dry_run };
    let imported = peering::import(session.app(), &By::Operator, command).await?;
    output.print(&Report {
        dry_run: args.dry_run,
        changed: imported.changed.into_iter().map(Taken::from).collect(),
        kept: imported.kept,
        ignored: imported.ignored,
        effects: imported.effects.into(),
    })?;
    Ok(())
}

fn read(file: &Path) -> std::io::Result<String> {
    if file.as_os_str() != "-" {
        return std::fs::read_to_string(file);
    }
    let mut text = String::new();
    std::io::stdin().lock().read_to_string(&mut text)?;
    Ok(text)
}

/// A list as a file.
#[derive(Debug, Serialize)]
struct Exported {
    csv: String,
}

impl fmt::Display for Exported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.csv.trim_end())
    }
}

/// A list that was written to a file.
#[derive(Debug, Serialize)]
struct Written {
    file: String,
    hosts: usize,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} hosts", self.file, self.hosts)
    }
}

/// What an import did, or would do.
#[derive(Debug, Serialize)]
struct Report {
    dry_run: bool,
    changed: Vec<Taken>,
    kept: usize,
    ignored: usize,
    effects: Concerned,
}

#[derive(Debug, Serialize)]
struct Taken {
    host: String,
    action: &'static str,
    mute_media: bool,
    #[serde(flatten)]
    effects: Concerned,
}

/// What there is here of a server.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Concerned {
    members: i64,
    followed_groups: i64,
    posts: i64,
}

impl From<Effects> for Concerned {
    fn from(effects: Effects) -> Self {
        let Effects { members, followed_groups, posts } = effects;
        Self { members, followed_groups, posts }
    }
}

impl From<ImportedHost> for Taken {
    fn from(host: ImportedHost) -> Self {
        Self {
            host: host.host,
            action: host.action.as_str(),
            mute_media: host.mute_media,
            effects: host.effects.into(),
        }
    }
}

impl Concerned {
    /// Whether there is nothing here of it.
    pub(super) fn is_nothing(self) -> bool {
        self.members + self.followed_groups + self.posts == 0
    }
}

impl fmt::Display for Concerned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { members, followed_groups, posts } = self;
        write!(f, "members {members}, followed groups {followed_groups}, posts {posts}")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for host in &self.changed {
            write!(f, "{}  {}", host.host, host.action)?;
            if !host.effects.is_nothing() {
                write!(f, "  ({})", host.effects)?;
            }
            writeln!(f)?;
        }
        let done = if self.dry_run { "Would be changed" } else { "Changed" };
        let Self { changed, kept, ignored, effects, .. } = self;
        write!(f, "{done}: {}; kept: {kept}; nothing to do: {ignored}. Concerned: {effects}.", changed.len())
    }
}
