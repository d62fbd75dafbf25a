//! `guildhall group …`

use std::fmt;

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use guildhall_app::Viewer;
use guildhall_app::group::{self as groups, CreateGroup};
use guildhall_app::queue as decisions;
use guildhall_app::read::page::MAX_LIMIT;
use guildhall_app::read::{self, PageRequest, QueueItemView, groups as groups_read};
use guildhall_domain::group::{Admission, Policy, Posting, Review};
use guildhall_domain::{GroupId, QueueItemId};
use serde::Serialize;

use super::output::{Output, rfc3339};
use super::session::Session;
use crate::config::Config;

/// `guildhall group …`
#[derive(Debug, PartialEq, Subcommand)]
pub enum GroupCommand {
    /// Make a group.
    Create(CreateGroupArgs),
    /// List what waits for a moderator.
    Queue {
        /// Name of the group.
        name: String,
    },
    /// Let a waiting item in.
    Admit {
        /// Its id, from `group queue`.
        item: String,
    },
    /// Turn a waiting item away.
    Refuse {
        /// Its id, from `group queue`.
        item: String,
        /// What its author is told.
        #[arg(long)]
        reason: String,
    },
}

/// Arguments of `group create`.
#[derive(Debug, PartialEq, Args)]
pub struct CreateGroupArgs {
    /// Name in `@name@host`.
    pub name: String,
    /// Title for people [default: the name].
    #[arg(long)]
    pub title: Option<String>,
    /// Who may become a member.
    #[arg(long, value_enum, default_value_t)]
    pub admission: AdmissionArg,
    /// Who may post.
    #[arg(long, value_enum, default_value_t)]
    pub posting: PostingArg,
    /// What a moderator looks at before others see it.
    #[arg(long, value_enum, default_value_t)]
    pub review: ReviewArg,
    /// A moderator: a local name or name@host; may be repeated.
    #[arg(long = "moderator", value_name = "NAME")]
    pub moderators: Vec<String>,
}

/// Who may become a member.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum AdmissionArg {
    /// Everybody.
    #[default]
    Open,
    /// Whom a moderator lets in.
    Approval,
    /// Who was invited.
    Invite,
}

/// Who may post.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum PostingArg {
    /// Everybody.
    #[default]
    Everyone,
    /// Members.
    Members,
    /// Moderators.
    Moderators,
}

/// What a moderator looks at before others see it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ReviewArg {
    /// Nothing.
    #[default]
    None,
    /// The first posts of a new author.
    First,
    /// Everything.
    All,
}

/// Runs one of them.
pub async fn run(command: GroupCommand, config: &Config, output: Output) -> anyhow::Result<()> {
    let session = Session::open(config).await?;
    let done = match command {
        GroupCommand::Create(args) => create(&session, args, output).await,
        GroupCommand::Queue { name } => queue(&session, &name, output).await,
        GroupCommand::Admit { item } => admit(&session, &item, output).await,
        GroupCommand::Refuse { item, reason } => refuse(&session, &item, &reason, output).await,
    };
    session.close().await;
    done
}

async fn create(session: &Session, args: CreateGroupArgs, output: Output) -> anyhow::Result<()> {
    let app = session.app();
    let mut moderators = Vec::new();
    for name in &args.moderators {
        moderators.push(session.person(name).await?);
    }
    let new = CreateGroup {
        title: args.title.unwrap_or_else(|| args.name.clone()),
        name: args.name,
        description: String::new(),
        language: None,
        picture_url: None,
        policy: Policy {
            admission: args.admission.into(),
            posting: args.posting.into(),
            review: args.review.into(),
        },
        rules: Vec::new(),
        moderators,
    };
    let id = groups::create(app, new).await?;
    let made = groups_read::find_by_id(app, id).await?.context("the new group is not there")?;
    output.print(&Created {
        id: id.to_string(),
        name: made.group.name,
        ap_id: made.group.ap_id.to_string(),
        handle: made.group.handle,
    })?;
    Ok(())
}

async fn queue(session: &Session, name: &str, output: Output) -> anyhow::Result<()> {
    let group = session.group(name).await?;
    // Whoever has the database has the instance: an admin.
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
    output.print(&Items { items, next: None })?;
    Ok(())
}

async fn admit(session: &Session, item: &str, output: Output) -> anyhow::Result<()> {
    let (item, group) = find_item(session, item).await?;
    decisions::admit(session.app(), item, group.actor()).await?;
    output.print(&Decided { id: item.to_string(), decision: "admit" })?;
    Ok(())
}

async fn refuse(session: &Session, item: &str, reason: &str, output: Output) -> anyhow::Result<()> {
    if reason.trim().is_empty() {
        bail!("a reason is wanted: it is shown to the person concerned");
    }
    let (item, group) = find_item(session, item).await?;
    decisions::refuse(session.app(), item, group.actor(), reason).await?;
    output.print(&Decided { id: item.to_string(), decision: "refuse" })?;
    Ok(())
}

async fn find_item(session: &Session, item: &str) -> anyhow::Result<(QueueItemId, GroupId)> {
    let id: QueueItemId = item.parse()?;
    let group = decisions::group_of(session.app(), id).await?;
    Ok((id, group.context("no such item; see `guildhall group queue`")?))
}

/// What `group create` made.
#[derive(Debug, Serialize)]
struct Created {
    id: String,
    name: String,
    ap_id: String,
    handle: String,
}

impl fmt::Display for Created {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Made the group {}: {}", self.handle, self.ap_id)
    }
}

/// What became of an item.
#[derive(Debug, Serialize)]
struct Decided {
    id: String,
    decision: &'static str,
}

impl fmt::Display for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.decision)
    }
}

/// What waits, in the shape of the API.
#[derive(Debug, Serialize)]
struct Items {
    items: Vec<Item>,
    next: Option<String>,
}

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

#[derive(Debug, Serialize)]
struct Actor {
    handle: String,
    ap_id: String,
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

impl fmt::Display for Items {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.items.is_empty() {
            return f.write_str("Nothing waits.");
        }
        for (position, item) in self.items.iter().enumerate() {
            if position > 0 {
                writeln!(f)?;
            }
            let Item { id, kind, actor, title, reason, received_at, .. } = item;
            write!(f, "{id}  {kind:<7}  {}  {title}  ({reason}, {received_at})", actor.handle)?;
        }
        Ok(())
    }
}

impl From<AdmissionArg> for Admission {
    fn from(arg: AdmissionArg) -> Self {
        match arg {
            AdmissionArg::Open => Self::Open,
            AdmissionArg::Approval => Self::Approval,
            AdmissionArg::Invite => Self::Invite,
        }
    }
}

impl From<PostingArg> for Posting {
    fn from(arg: PostingArg) -> Self {
        match arg {
            PostingArg::Everyone => Self::Everyone,
            PostingArg::Members => Self::Members,
            PostingArg::Moderators => Self::Moderators,
        }
    }
}

impl From<ReviewArg> for Review {
    fn from(arg: ReviewArg) -> Self {
        match arg {
            ReviewArg::None => Self::None,
            ReviewArg::First => Self::First,
            ReviewArg::All => Self::All,
        }
    }
}
