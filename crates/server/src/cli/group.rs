//! `guildhall group …`

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use anyhow::Context;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use guildhall_app::group::{self as groups, CreateGroup};
use guildhall_app::read::groups as groups_read;
use guildhall_domain::group::{Admission, InvalidSettings, Policy, Posting, Review, Visibility};
use serde::Serialize;

use super::invite::{self, InviteArgs};
use super::output::Output;
use super::rules::{self, RulesArgs};
use super::session::Session;
use super::staff::{AppointArgs, DismissArgs};
use super::trust::TrustArgs;
use super::{appeals, case, queue, staff, trust};
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
    /// List what was reported.
    Cases {
        /// Name of the group.
        name: String,
        /// Those that are closed.
        #[arg(long)]
        closed: bool,
    },
    /// List the open appeals against decisions.
    Appeals {
        /// Name of the group.
        name: String,
    },
    /// Show all there is to read of a waiting item.
    Show {
        /// Its id, from `group queue`.
        item: String,
    },
    /// Make out an invitation: a link whose owner is let in past approval.
    Invite(InviteArgs),
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
    /// Show, export, import and try the automatic rules, gates and thresholds.
    Rules {
        /// Name of the group.
        name: String,
        /// What to do with them.
        #[command(flatten)]
        args: RulesArgs,
    },
    /// Show how far somebody is trusted, and why; or say so by hand.
    Trust(TrustArgs),
    /// List who looks after it, with role and permissions.
    Staff {
        /// Name of the group.
        name: String,
    },
    /// Make somebody owner, moderator or helper; grant and withdraw single permissions.
    Appoint(AppointArgs),
    /// Take somebody off the staff.
    Dismiss(DismissArgs),
}

/// Arguments of `group create`.
#[derive(Debug, PartialEq, Args)]
pub struct CreateGroupArgs {
    /// Name in `@name@host`.
    pub name: String,
    /// Title for people [default: the name].
    #[arg(long)]
    pub title: Option<String>,
    /// Who may become a member: everybody, whom a moderator lets in, or who was invited.
    #[arg(long, value_parser = one_of(Admission::ALL, Admission::as_str), default_value = "open")]
    pub admission: Admission,
    /// Who may post.
    #[arg(long, value_parser = one_of(Posting::ALL, Posting::as_str), default_value = "everyone")]
    pub posting: Posting,
    /// What a moderator looks at before others see it: nothing, the first posts of a new author, or everything.
    #[arg(long, value_parser = one_of(Review::ALL, Review::as_str), default_value = "none")]
    pub review: Review,
    /// Who may read: everybody, whoever has the address, members, or people with an account here.
    #[arg(long, value_parser = one_of(Visibility::ALL, Visibility::as_str), default_value = "public")]
    pub visibility: Visibility,
    /// A moderator: a local name or name@host; may be repeated. The first one named owns the group.
    #[arg(long = "moderator", value_name = "NAME")]
    pub moderators: Vec<String>,
}

/// Takes the fixed spellings of a closed list.
pub(super) fn one_of<T>(all: &'static [T], as_str: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + FromStr<Err: Error + Send + Sync> + Send + Sync,
{
    PossibleValuesParser::new(all.iter().map(|one| as_str(*one))).try_map(|word| word.parse())
}

/// Runs one of them.
pub async fn run(command: GroupCommand, config: &Config, output: Output) -> anyhow::Result<()> {
    let session = Session::open(config).await?;
    let done = match command {
        GroupCommand::Create(args) => create(&session, args, output).await,
        GroupCommand::Queue { name } => queue::list(&session, &name, output).await,
        GroupCommand::Cases { name, closed } => case::list_of_group(&session, &name, closed, output).await,
        GroupCommand::Appeals { name } => appeals::list(&session, &name, output).await,
        GroupCommand::Show { item } => queue::show(&session, &item, output).await,
        GroupCommand::Invite(args) => invite::invite(&session, args, output).await,
        GroupCommand::Admit { item } => queue::admit(&session, &item, output).await,
        GroupCommand::Refuse { item, reason } => queue::refuse(&session, &item, &reason, output).await,
        GroupCommand::Rules { name, args } => rules::of_group(&session, &name, args, output).await,
        GroupCommand::Trust(args) => trust::run(&session, args, output).await,
        GroupCommand::Staff { name } => staff::show(&session, &name, output).await,
        GroupCommand::Appoint(args) => staff::appoint(&session, args, output).await,
        GroupCommand::Dismiss(args) => staff::dismiss(&session, args, output).await,
    };
    session.close().await;
    done
}

async fn create(session: &Session, args: CreateGroupArgs, output: Output) -> anyhow::Result<()> {
    let app = session.app();
    // Without the option the name is the title; an empty one is a mistake.
    if args.title.as_deref() == Some("") {
        return Err(InvalidSettings::Title.into());
    }
    let mut moderators = Vec::new();
    for name in &args.moderators {
        moderators.push(session.person(name).await?);
    }
    let new = CreateGroup {
        title: args.title.unwrap_or_default(),
        name: args.name,
        description: String::new(),
        language: None,
        picture_url: None,
        policy: Policy {
            admission: args.admission,
            posting: args.posting,
            review: args.review,
            visibility: args.visibility,
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
