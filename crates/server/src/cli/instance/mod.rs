//! `guildhall instance …`

mod files;
mod list;
mod policy;
mod profile;
mod subscriptions;

use clap::Subcommand;
use guildhall_domain::GroupId;
use guildhall_domain::peering::PeeringAction;

pub use self::files::{ExportArgs, ImportArgs};
pub use self::policy::PolicyArgs;
pub use self::profile::ProfileArg;
pub use self::subscriptions::{AcceptArgs, ChangeArgs, SubscribeArgs};
use super::appeals;
use super::output::Output;
use super::rules::{self, RulesArgs};
use super::session::Session;
use crate::config::Config;

/// `guildhall instance …`
#[derive(Debug, PartialEq, Subcommand)]
pub enum InstanceCommand {
    /// Take nothing from a server and send nothing to it.
    Block(PolicyArgs),
    /// Let what comes from a server wait for a moderator.
    Limit(PolicyArgs),
    /// Name a server as welcome.
    Allow(PolicyArgs),
    /// Let what comes from a server in without its pictures.
    MuteMedia(PolicyArgs),
    /// Forget what was decided about a server.
    Clear {
        /// Its host name.
        host: String,
        /// For this group alone.
        #[arg(long, value_name = "NAME")]
        group: Option<String>,
    },
    /// Show what was decided, about all servers or one.
    List {
        /// Its host name.
        host: Option<String>,
        /// By this group alone.
        #[arg(long, value_name = "NAME")]
        group: Option<String>,
    },
    /// Write what is blocked, limited and muted as a file in Mastodon's columns.
    Export(ExportArgs),
    /// Take a file in Mastodon's columns over, all of it or nothing.
    Import(ImportArgs),
    /// Subscribe to a block list of others.
    Subscribe(SubscribeArgs),
    /// Show the block lists subscribed to.
    Subscriptions,
    /// Change how a block list is taken over.
    Subscription(ChangeArgs),
    /// Show what changes of a block list wait, and what they would concern.
    Changes {
        /// Its address, or its id.
        list: String,
    },
    /// Make the changes of a block list that wait.
    Accept(AcceptArgs),
    /// Ask for a block list now, or for all.
    Refresh {
        /// Its address, or its id.
        list: Option<String>,
    },
    /// End a subscription; what only this list wanted goes.
    Unsubscribe {
        /// Its address, or its id.
        list: String,
    },
    /// List the open appeals against what was decided for the whole instance.
    Appeals,
    /// Show, export, import and try the automatic rules of the whole instance.
    Rules(RulesArgs),
    /// Say how activities are put for a server.
    Profile {
        /// Its host name.
        host: String,
        /// What it understands.
        #[arg(value_enum)]
        profile: ProfileArg,
    },
}

/// Runs one of them.
pub async fn run(command: InstanceCommand, config: &Config, output: Output) -> anyhow::Result<()> {
    let session = Session::open(config).await?;
    let done = dispatch(&session, command, output).await;
    session.close().await;
    done
}

async fn dispatch(session: &Session, command: InstanceCommand, output: Output) -> anyhow::Result<()> {
    use InstanceCommand as Command;
    match command {
        Command::Block(args) => policy::decide(session, args, PeeringAction::Block, output).await,
        Command::Limit(args) => policy::decide(session, args, PeeringAction::Limit, output).await,
        Command::Allow(args) => policy::decide(session, args, PeeringAction::Allow, output).await,
        Command::MuteMedia(args) => policy::decide(session, args, PeeringAction::MuteMedia, output).await,
        Command::Clear { host, group } => policy::clear(session, host, group, output).await,
        Command::List { host, group } => list::list(session, host.as_deref(), group.as_deref(), output).await,
        Command::Export(args) => files::export(session, args, output).await,
        Command::Import(args) => files::import(session, args, output).await,
        Command::Subscribe(args) => subscriptions::subscribe(session, args, output).await,
        Command::Subscriptions => subscriptions::list(session, output).await,
        Command::Subscription(args) => subscriptions::change(session, args, output).await,
        Command::Changes { list } => subscriptions::changes(session, &list, output).await,
        Command::Accept(args) => subscriptions::accept(session, args, output).await,
        Command::Refresh { list } => subscriptions::refresh(session, list.as_deref(), output).await,
        Command::Unsubscribe { list } => subscriptions::unsubscribe(session, &list, output).await,
        Command::Appeals => appeals::list_of_instance(session, output).await,
        Command::Rules(args) => rules::of_instance(session, args, output).await,
        Command::Profile { host, profile } => profile::fix(session, &host, profile, output).await,
    }
}

/// The group whose list is meant; `None`: the instance's.
async fn scope(session: &Session, group: Option<&str>) -> anyhow::Result<Option<GroupId>> {
    match group {
        Some(name) => session.group(name).await.map(Some),
        None => Ok(None),
    }
}
