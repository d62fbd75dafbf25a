//! Subscriptions to block lists.

use std::time::Duration;

use guildhall_app::block_list::{
    Accept, BlockListView, ChangeBlockList, ListChange, ListEffect, ListMode, Mapping, Preview,
    PreviewedChange, Refreshed, Subscribe, Terms, USUAL_INTERVAL, Wanted,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ServerAction, peering::ServerEffects, rfc3339};

/// Whether the changes of a list wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// For an admin's yes.
    Draft,
    /// They are made as soon as they are seen.
    Automatic,
}

/// What becomes here of a severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Effect {
    /// The server is blocked.
    Block,
    /// What comes from it waits for a moderator.
    Limit,
    /// What comes from it is let in without its pictures.
    MuteMedia,
    /// Nothing.
    Ignore,
}

/// A block list that the instance subscribes to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BlockList {
    /// Its id.
    id: String,
    /// Where it is published.
    url: String,
    /// Whether its changes wait.
    mode: Mode,
    /// What becomes of a server that it suspends.
    suspend: Effect,
    /// What becomes of a server that it silences.
    silence: Effect,
    /// Whether pictures are left out where it rejects media.
    mute_media: bool,
    /// How long from one look to the next.
    interval_seconds: u64,
    /// Servers about which it is not asked, with their subdomains.
    exceptions: Vec<String>,
    /// How many servers are listed because of it.
    applied: usize,
    /// How many changes wait for an admin.
    waiting: usize,
    /// Counts the states of the source that were seen.
    revision: i64,
    /// When the source was heard of last.
    #[schema(required = true, format = DateTime)]
    fetched_at: Option<String>,
    /// When it was asked last.
    #[schema(required = true, format = DateTime)]
    checked_at: Option<String>,
    /// When it is asked next.
    #[schema(format = DateTime)]
    next_check_at: String,
    /// Why the last look failed; what was in force is so still.
    #[schema(required = true)]
    failure: Option<String>,
    /// Since when it is subscribed to.
    #[schema(format = DateTime)]
    created_at: String,
}

/// A block list to subscribe to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBlockList {
    /// Where it is published: a CSV file in Mastodon's columns.
    url: String,
    /// Whether its changes wait; `draft` when absent.
    mode: Option<Mode>,
    /// What becomes of a server that it suspends; `block` when absent.
    suspend: Option<Effect>,
    /// What becomes of a server that it silences; `limit` when absent.
    silence: Option<Effect>,
    /// Whether pictures are left out where it rejects media; true when absent.
    mute_media: Option<bool>,
    /// How long from one look to the next, from 15 minutes to 30 days; a day when absent.
    #[schema(minimum = 900, maximum = 2_592_000)]
    interval_seconds: Option<i64>,
    /// Servers about which it is not asked, with their subdomains.
    #[serde(default)]
    exceptions: Vec<String>,
    /// Whether only to show what would be done.
    #[serde(default)]
    dry_run: bool,
}

/// A change of a subscription; what is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangedBlockList {
    /// Whether its changes wait.
    mode: Option<Mode>,
    /// What becomes of a server that it suspends.
    suspend: Option<Effect>,
    /// What becomes of a server that it silences.
    silence: Option<Effect>,
    /// Whether pictures are left out where it rejects media.
    mute_media: Option<bool>,
    /// How long from one look to the next, from 15 minutes to 30 days.
    #[schema(minimum = 900, maximum = 2_592_000)]
    interval_seconds: Option<i64>,
    /// Servers about which it is not asked, all of them.
    exceptions: Option<Vec<String>>,
}

/// A new subscription with its first changes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubscribedBlockList {
    /// The subscription; null where this was only tried.
    #[schema(required = true)]
    pub(crate) block_list: Option<BlockList>,
    /// Its first changes: made by now where it is automatic, waiting otherwise.
    pub(crate) changes: BlockListChanges,
}

/// Changes of a block list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BlockListChanges {
    /// Which state of the source they go to; to be named when they are accepted.
    revision: i64,
    /// The changes, by the names of the servers.
    items: Vec<BlockListChange>,
    /// What all of them concern that something is decided about.
    effects: ServerEffects,
}

/// A change of a block list about one server.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BlockListChange {
    /// The server.
    host: String,
    /// What is in force because of this list.
    #[schema(required = true)]
    before: Option<ServerAction>,
    /// What is to be in force because of it.
    #[schema(required = true)]
    after: Option<ServerAction>,
    /// Whether media are to be muted.
    mute_media: bool,
    /// What the list says about it.
    #[schema(required = true)]
    public_comment: Option<String>,
    /// What there is here of the server.
    effects: ServerEffects,
}

/// Which changes an admin says yes to.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangesToAccept {
    /// The state of the source that was looked at; refused where it is another by now.
    revision: Option<i64>,
    /// Only those about these servers; all when absent.
    hosts: Option<Vec<String>>,
}

/// How many changes were made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AcceptedChanges {
    /// So many.
    pub(crate) changed: usize,
}

/// How a look at a source went.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefreshedBlockList {
    /// How many changes were made.
    applied: usize,
    /// How many wait for an admin.
    waiting: usize,
    /// Why nothing was learned.
    #[schema(required = true)]
    failure: Option<String>,
}

impl From<BlockListView> for BlockList {
    fn from(view: BlockListView) -> Self {
        let BlockListView { list, exceptions, applied, waiting } = view;
        Self {
            id: list.id.to_string(),
            url: list.url,
            mode: list.terms.mode.into(),
            suspend: list.terms.mapping.suspend.into(),
            silence: list.terms.mapping.silence.into(),
            mute_media: list.terms.mapping.media,
            interval_seconds: list.terms.interval.as_secs(),
            exceptions,
            applied,
            waiting,
            revision: list.revision,
            fetched_at: list.fetched_at.map(rfc3339),
            checked_at: list.checked_at.map(rfc3339),
            next_check_at: rfc3339(list.next_check_at),
            failure: list.failure,
            created_at: rfc3339(list.created_at),
        }
    }
}

impl From<NewBlockList> for Subscribe {
    fn from(new: NewBlockList) -> Self {
        let usual = Mapping::default();
        let terms = Terms {
            mode: new.mode.map_or(ListMode::Draft, ListMode::from),
            mapping: Mapping {
                suspend: new.suspend.map_or(usual.suspend, ListEffect::from),
                silence: new.silence.map_or(usual.silence, ListEffect::from),
                media: new.mute_media.unwrap_or(usual.media),
            },
            interval: new.interval_seconds.map_or(USUAL_INTERVAL, span),
        };
        Self { url: new.url, terms, exceptions: new.exceptions, dry_run: new.dry_run }
    }
}

impl From<ChangedBlockList> for ChangeBlockList {
    fn from(changed: ChangedBlockList) -> Self {
        Self {
            mode: changed.mode.map(ListMode::from),
            suspend: changed.suspend.map(ListEffect::from),
            silence: changed.silence.map(ListEffect::from),
            media: changed.mute_media,
            interval: changed.interval_seconds.map(span),
            exceptions: changed.exceptions,
        }
    }
}

/// A negative one is too short as zero is.
fn span(seconds: i64) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

impl From<ChangesToAccept> for Accept {
    fn from(wanted: ChangesToAccept) -> Self {
        Self { revision: wanted.revision, hosts: wanted.hosts }
    }
}

impl From<Refreshed> for RefreshedBlockList {
    fn from(refreshed: Refreshed) -> Self {
        let Refreshed { failure, applied, waiting } = refreshed;
        Self { applied, waiting, failure }
    }
}

impl From<Preview> for BlockListChanges {
    fn from(preview: Preview) -> Self {
        Self {
            revision: preview.revision,
            items: preview.changes.into_iter().map(BlockListChange::from).collect(),
            effects: preview.effects.into(),
        }
    }
}

impl From<PreviewedChange> for BlockListChange {
    fn from(previewed: PreviewedChange) -> Self {
        let host = previewed.change.host().to_owned();
        let (before, after) = match previewed.change {
            ListChange::Add(after) => (None, Some(after)),
            ListChange::Change { before, after } => (Some(before), Some(after)),
            ListChange::Remove(before) => (Some(before), None),
        };
        let action = |wanted: &Option<Wanted>| wanted.as_ref().map(|wanted| wanted.action.into());
        Self {
            host,
            before: action(&before),
            after: action(&after),
            mute_media: after.as_ref().is_some_and(|wanted| wanted.mute_media),
            public_comment: after.and_then(|wanted| wanted.public_comment),
            effects: previewed.effects.into(),
        }
    }
}

impl From<Mode> for ListMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Draft => Self::Draft,
            Mode::Automatic => Self::Automatic,
        }
    }
}

impl From<ListMode> for Mode {
    fn from(mode: ListMode) -> Self {
        match mode {
            ListMode::Draft => Self::Draft,
            ListMode::Automatic => Self::Automatic,
        }
    }
}

impl From<Effect> for ListEffect {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::Block => Self::Block,
            Effect::Limit => Self::Limit,
            Effect::MuteMedia => Self::MuteMedia,
            Effect::Ignore => Self::Ignore,
        }
    }
}

impl From<ListEffect> for Effect {
    fn from(effect: ListEffect) -> Self {
        match effect {
            ListEffect::Block => Self::Block,
            ListEffect::Limit => Self::Limit,
            ListEffect::MuteMedia => Self::MuteMedia,
            ListEffect::Ignore => Self::Ignore,
        }
    }
}
