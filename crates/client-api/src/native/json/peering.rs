//! What was decided about other servers.

use guildhall_app::peering::{Effects, Imported, ImportedHost, PeeringView, SetPeering};
use guildhall_domain::{GroupId, peering::PeeringAction};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Person, from_rfc3339, rfc3339};
use crate::native::problem::Problem;

/// What is decided about a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ServerAction {
    /// Nothing comes in and nothing goes out.
    Block,
    /// What comes in waits for a moderator.
    Limit,
    /// Explicitly welcome; outranks what is decided about a parent domain on the same list.
    Allow,
    /// What comes in is let in without its pictures.
    MuteMedia,
}

/// What was decided about a server and those below its name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListedServer {
    /// Its host name, with a port where that is not the usual one.
    host: String,
    /// What was decided.
    action: ServerAction,
    /// Whether what comes from there is let in without its pictures.
    mute_media: bool,
    /// When it ends by itself.
    #[schema(required = true, format = DateTime)]
    until: Option<String>,
    /// Why, for the record.
    #[schema(required = true)]
    reason: Option<String>,
    /// What everybody may read about it.
    #[schema(required = true)]
    public_comment: Option<String>,
    /// What only those who keep the list read.
    #[schema(required = true)]
    private_comment: Option<String>,
    /// Who decided it.
    #[schema(required = true)]
    by: Option<Person>,
    /// The address of the block list that wants it; null for what was decided here.
    #[schema(required = true)]
    block_list: Option<String>,
    /// Since when.
    #[schema(format = DateTime)]
    created_at: String,
}

/// A decision about a server.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewListedServer {
    /// What is decided.
    action: ServerAction,
    /// Whether what comes from there is let in without its pictures.
    #[serde(default)]
    mute_media: bool,
    /// When it ends by itself; without it, never.
    #[schema(format = DateTime)]
    until: Option<String>,
    /// Why, for the record.
    #[schema(max_length = 1000)]
    reason: Option<String>,
    /// What everybody may read about it.
    #[schema(max_length = 1000)]
    public_comment: Option<String>,
    /// What only those who keep the list read.
    #[schema(max_length = 1000)]
    private_comment: Option<String>,
}

/// A list of servers as a file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServerFile {
    /// CSV: `#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate`.
    pub(crate) csv: String,
}

/// A file to take over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServersToImport {
    /// CSV in Mastodon's columns, with or without the `#`; only the domain is needed.
    pub(crate) csv: String,
    /// Whether only to show what would be done.
    #[serde(default)]
    pub(crate) dry_run: bool,
}

/// What an import did, or would do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportedServers {
    /// What went on the list, or became stricter there.
    changed: Vec<ImportedServer>,
    /// Of how many servers the list said as much already, or something that an import does not touch.
    kept: usize,
    /// Of how many servers the file says nothing that could be done.
    ignored: usize,
    /// All that is concerned.
    effects: ServerEffects,
}

/// A server of an import.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportedServer {
    /// Its host name.
    host: String,
    /// What is decided about it.
    action: ServerAction,
    /// Whether its media are muted.
    mute_media: bool,
    /// What there is here of it.
    effects: ServerEffects,
}

/// What there is here of a server and those below its name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServerEffects {
    /// Memberships of its people in groups here.
    members: i64,
    /// Groups there that people here are in.
    followed_groups: i64,
    /// Published posts and comments by its people.
    posts: i64,
}

impl NewListedServer {
    /// The command for a list, about `host` as it stands in the address.
    pub(crate) fn command(self, group: Option<GroupId>, host: String) -> Result<SetPeering, Problem> {
        let wanted = || Problem::invalid("until", "a time such as 2026-03-01T12:00:00Z is wanted");
        let until = self.until.as_deref().map(|text| from_rfc3339(text).ok_or_else(wanted)).transpose()?;
        Ok(SetPeering {
            group,
            host,
            action: self.action.into(),
            mute_media: self.mute_media,
            until,
            reason: self.reason,
            public_comment: self.public_comment,
            private_comment: self.private_comment,
        })
    }
}

impl From<ServerAction> for PeeringAction {
    fn from(action: ServerAction) -> Self {
        match action {
            ServerAction::Block => Self::Block,
            ServerAction::Limit => Self::Limit,
            ServerAction::Allow => Self::Allow,
            ServerAction::MuteMedia => Self::MuteMedia,
        }
    }
}

impl From<PeeringAction> for ServerAction {
    fn from(action: PeeringAction) -> Self {
        match action {
            PeeringAction::Block => Self::Block,
            PeeringAction::Limit => Self::Limit,
            PeeringAction::Allow => Self::Allow,
            PeeringAction::MuteMedia => Self::MuteMedia,
        }
    }
}

impl From<PeeringView> for ListedServer {
    fn from(view: PeeringView) -> Self {
        let listed = view.listed;
        Self {
            host: listed.entry.host,
            action: listed.entry.action.into(),
            mute_media: listed.entry.mute_media,
            until: listed.entry.until.map(rfc3339),
            reason: listed.reason,
            public_comment: listed.public_comment,
            private_comment: listed.private_comment,
            by: view.by.map(Person::from),
            block_list: view.list_url,
            created_at: rfc3339(listed.created_at),
        }
    }
}

impl From<Imported> for ImportedServers {
    fn from(imported: Imported) -> Self {
        Self {
            changed: imported.changed.into_iter().map(ImportedServer::from).collect(),
            kept: imported.kept,
            ignored: imported.ignored,
            effects: imported.effects.into(),
        }
    }
}

impl From<ImportedHost> for ImportedServer {
    fn from(host: ImportedHost) -> Self {
        let ImportedHost { host, action, mute_media, effects } = host;
        Self { host, action: action.into(), mute_media, effects: effects.into() }
    }
}

impl From<Effects> for ServerEffects {
    fn from(effects: Effects) -> Self {
        let Effects { members, followed_groups, posts } = effects;
        Self { members, followed_groups, posts }
    }
}
