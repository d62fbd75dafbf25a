//! `guildhall instance subscribe`, `subscriptions`, `subscription`, `changes`, `accept`, `refresh` and `unsubscribe`

use std::fmt;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use guildhall_app::block_list::{
    self, Accept, BlockListView, ChangeBlockList, ListChange, ListEffect, ListMode, Mapping, Preview,
    Refreshed, Subscribe, Terms,
};
use guildhall_app::peering::By;
use serde::Serialize;

use super::files::Concerned;
use crate::cli::list::Listing;
use crate::cli::output::{Output, rfc3339};
use crate::cli::session::Session;
use crate::cli::span::span;
use crate::config::HumanDuration;

/// Arguments of `instance subscribe`.
#[derive(Debug, PartialEq, Args)]
pub struct SubscribeArgs {
    /// Where the list is published: a CSV file in Mastodon's columns.
    pub url: String,
    /// How it is taken over.
    #[command(flatten)]
    pub terms: TermsArgs,
    /// Only show what would be done, and whom it would concern.
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `instance subscription`.
#[derive(Debug, PartialEq, Args)]
pub struct ChangeArgs {
    /// Its address, or its id.
    pub list: String,
    /// How it is taken over from now on; what is left out stays as it is.
    #[command(flatten)]
    pub terms: TermsArgs,
    /// Except no host any more.
    #[arg(long, conflicts_with = "exceptions")]
    pub no_exceptions: bool,
}

/// How a block list is taken over.
#[derive(Debug, PartialEq, Args)]
pub struct TermsArgs {
    /// Whether its changes wait for `instance accept` [default: draft].
    #[arg(long, value_parser = modes())]
    pub mode: Option<ListMode>,
    /// How long from one look to the next, such as 6h [default: 1d].
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub every: Option<Duration>,
    /// What becomes of a host that it suspends [default: block].
    #[arg(long, value_name = "EFFECT", value_parser = effects())]
    pub suspend: Option<ListEffect>,
    /// What becomes of a host that it silences [default: limit].
    #[arg(long, value_name = "EFFECT", value_parser = effects())]
    pub silence: Option<ListEffect>,
    /// Take pictures all the same where it rejects media.
    #[arg(long, conflicts_with = "mute_media")]
    pub ignore_media: bool,
    /// Take no pictures where it rejects media, as it is usual.
    #[arg(long)]
    pub mute_media: bool,
    /// A host that it says nothing about, with its subdomains; may be given several times, and replaces those before.
    #[arg(long = "except", value_name = "HOST")]
    pub exceptions: Vec<String>,
}

/// Arguments of `instance accept`.
#[derive(Debug, PartialEq, Args)]
pub struct AcceptArgs {
    /// Its address, or its id.
    pub list: String,
    /// Only the changes about these hosts.
    pub hosts: Vec<String>,
    /// The state of the list that was looked at, from `instance changes`; refused when it is another by now.
    #[arg(long, value_name = "NUMBER")]
    pub revision: Option<i64>,
}

fn modes() -> impl TypedValueParser<Value = ListMode> {
    PossibleValuesParser::new(ListMode::ALL.iter().map(|mode| mode.as_str()))
        .try_map(|word| word.parse::<ListMode>())
}

fn effects() -> impl TypedValueParser<Value = ListEffect> {
    PossibleValuesParser::new(ListEffect::ALL.iter().map(|effect| effect.as_str()))
        .try_map(|word| word.parse::<ListEffect>())
}

impl TermsArgs {
    fn media(&self) -> Option<bool> {
        (self.ignore_media || self.mute_media).then_some(!self.ignore_media)
    }

    fn terms(&self) -> Terms {
        let usual = Mapping::default();
        Terms {
            mode: self.mode.unwrap_or(ListMode::Draft),
            mapping: Mapping {
                suspend: self.suspend.unwrap_or(usual.suspend),
                silence: self.silence.unwrap_or(usual.silence),
                media: self.media().unwrap_or(usual.media),
            },
            interval: self.every.unwrap_or(block_list::USUAL_INTERVAL),
        }
    }
}

pub(super) async fn subscribe(session: &Session, args: SubscribeArgs, output: Output) -> anyhow::Result<()> {
    let SubscribeArgs { url, terms, dry_run } = args;
    let (is_automatic, terms, exceptions) =
        (terms.mode == Some(ListMode::Automatic), terms.terms(), terms.exceptions);
    let command = Subscribe { url, terms, exceptions, dry_run };
    let done = block_list::subscribe(session.app(), &By::Operator, command).await?;
    let end = match (dry_run, is_automatic) {
        (true, _) => "Nothing was done.",
        (false, true) => "Done.",
        (false, false) => "Make them with `guildhall instance accept`.",
    };
    output.print(&Pending::new(done.id.map(|id| id.to_string()), done.preview, end))?;
    Ok(())
}

pub(super) async fn list(session: &Session, output: Output) -> anyhow::Result<()> {
    let items = block_list::list(session.app()).await?.into_iter().map(Item::from).collect();
    output.print(&Listing::new(items, "No block list is subscribed to."))?;
    Ok(())
}

pub(super) async fn change(session: &Session, args: ChangeArgs, output: Output) -> anyhow::Result<()> {
    let app = session.app();
    let id = block_list::find_id(app, &args.list).await?;
    let ChangeArgs { terms, no_exceptions, .. } = args;
    let command = ChangeBlockList {
        media: terms.media(),
        mode: terms.mode,
        suspend: terms.suspend,
        silence: terms.silence,
        interval: terms.every,
        exceptions: (no_exceptions || !terms.exceptions.is_empty()).then_some(terms.exceptions),
    };
    block_list::change(app, &By::Operator, id, command).await?;
    output.print(&Item::from(block_list::show(app, id).await?))?;
    Ok(())
}

pub(super) async fn changes(session: &Session, list: &str, output: Output) -> anyhow::Result<()> {
    let id = block_list::find_id(session.app(), list).await?;
    let preview = block_list::waiting(session.app(), id).await?;
    let end = if preview.changes.is_empty() {
        "Nothing waits."
    } else {
        "Make them with `guildhall instance accept`."
    };
    output.print(&Pending::new(Some(id.to_string()), preview, end))?;
    Ok(())
}

pub(super) async fn accept(session: &Session, args: AcceptArgs, output: Output) -> anyhow::Result<()> {
    let AcceptArgs { list, hosts, revision } = args;
    let id = block_list::find_id(session.app(), &list).await?;
    let hosts = (!hosts.is_empty()).then_some(hosts);
    let command = Accept { revision, hosts };
    let changed = block_list::accept(session.app(), &By::Operator, id, command).await?;
    output.print(&Done { list, changed })?;
    Ok(())
}

pub(super) async fn refresh(session: &Session, list: Option<&str>, output: Output) -> anyhow::Result<()> {
    let app = session.app();
    let all = block_list::list(app).await?;
    let wanted = match list {
        Some(list) => Some(block_list::find_id(app, list).await?),
        None => None,
    };
    let (mut items, mut failed) = (Vec::new(), 0);
    for view in all.into_iter().filter(|view| wanted.is_none_or(|id| id == view.list.id)) {
        let looked = block_list::refresh(app, view.list.id).await?;
        failed += usize::from(looked.failure.is_some());
        items.push(Looked::new(view.list.url, looked));
    }
    output.print(&Listing::new(items, "No block list is subscribed to."))?;
    if failed > 0 {
        bail!("{failed} of the lists could not be taken; see `guildhall instance subscriptions`");
    }
    Ok(())
}

pub(super) async fn unsubscribe(session: &Session, list: &str, output: Output) -> anyhow::Result<()> {
    let id = block_list::find_id(session.app(), list).await?;
    let changed = block_list::unsubscribe(session.app(), &By::Operator, id).await?;
    output.print(&Done { list: list.to_owned(), changed })?;
    Ok(())
}

/// Changes of a list, and what they concern.
#[derive(Debug, Serialize)]
struct Pending {
    id: Option<String>,
    revision: i64,
    changes: Vec<Change>,
    effects: Concerned,
    #[serde(skip)]
    end: &'static str,
}

#[derive(Debug, Serialize)]
struct Change {
    host: String,
    /// What is in force because of this list.
    before: Option<&'static str>,
    /// What is to be.
    after: Option<&'static str>,
    mute_media: bool,
    public_comment: Option<String>,
    #[serde(flatten)]
    effects: Concerned,
}

impl Pending {
    fn new(id: Option<String>, preview: Preview, end: &'static str) -> Self {
        let change = |previewed: block_list::PreviewedChange| {
            let (before, after) = match &previewed.change {
                ListChange::Add(after) => (None, Some(after.action)),
                ListChange::Change { before, after } => (Some(before.action), Some(after.action)),
                ListChange::Remove(before) => (Some(before.action), None),
            };
            let wanted = previewed.change.after();
            Change {
                host: previewed.change.host().to_owned(),
                before: before.map(guildhall_domain::peering::PeeringAction::as_str),
                after: after.map(guildhall_domain::peering::PeeringAction::as_str),
                mute_media: wanted.is_some_and(|wanted| wanted.mute_media),
                public_comment: wanted.and_then(|wanted| wanted.public_comment.clone()),
                effects: previewed.effects.into(),
            }
        };
        let changes = preview.changes.into_iter().map(change).collect();
        Self { id, revision: preview.revision, changes, effects: preview.effects.into(), end }
    }
}

impl fmt::Display for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for change in &self.changes {
            write!(f, "{}  ", change.host)?;
            match (change.before, change.after) {
                (Some(before), Some(after)) => write!(f, "{before} → {after}")?,
                (None, Some(after)) => f.write_str(after)?,
                (_, None) => f.write_str("no longer")?,
            }
            if !change.effects.is_nothing() {
                write!(f, "  ({})", change.effects)?;
            }
            writeln!(f)?;
        }
        write!(f, "Changes: {}. Concerned: {}. {}", self.changes.len(), self.effects, self.end)
    }
}

/// A subscription.
#[derive(Debug, Serialize)]
struct Item {
    id: String,
    url: String,
    mode: &'static str,
    suspend: &'static str,
    silence: &'static str,
    mute_media: bool,
    every: String,
    exceptions: Vec<String>,
    applied: usize,
    waiting: usize,
    revision: i64,
    fetched_at: Option<String>,
    checked_at: Option<String>,
    next_check_at: String,
    failure: Option<String>,
}

impl From<BlockListView> for Item {
    fn from(view: BlockListView) -> Self {
        let BlockListView { list, exceptions, applied, waiting } = view;
        Self {
            id: list.id.to_string(),
            url: list.url,
            mode: list.terms.mode.as_str(),
            suspend: list.terms.mapping.suspend.as_str(),
            silence: list.terms.mapping.silence.as_str(),
            mute_media: list.terms.mapping.media,
            every: HumanDuration(list.terms.interval).to_string(),
            exceptions,
            applied,
            waiting,
            revision: list.revision,
            fetched_at: list.fetched_at.map(rfc3339),
            checked_at: list.checked_at.map(rfc3339),
            next_check_at: rfc3339(list.next_check_at),
            failure: list.failure,
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, url, mode, suspend, silence, every, applied, waiting, .. } = self;
        write!(f, "{url}  {mode}, every {every}, suspend → {suspend}, silence → {silence}")?;
        write!(f, "; in force {applied}, waiting {waiting} (id {id})")?;
        match &self.failure {
            Some(failure) => write!(f, "\n  failed: {failure}"),
            None => Ok(()),
        }
    }
}

/// How a look at a list went.
#[derive(Debug, Serialize)]
struct Looked {
    url: String,
    applied: usize,
    waiting: usize,
    failure: Option<String>,
}

impl Looked {
    fn new(url: String, looked: Refreshed) -> Self {
        let Refreshed { failure, applied, waiting } = looked;
        Self { url, applied, waiting, failure }
    }
}

impl fmt::Display for Looked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.failure {
            Some(failure) => write!(f, "{}: {failure}", self.url),
            None => write!(f, "{}: changed {}, waiting {}", self.url, self.applied, self.waiting),
        }
    }
}

/// How many entries a command changed.
#[derive(Debug, Serialize)]
struct Done {
    list: String,
    changed: usize,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} entries changed", self.list, self.changed)
    }
}
