//! The lists of hosts, of the instance and of each group: what moderators and admins decide, import and export.

mod by;
mod csv;
mod host;
mod import;
mod over;
mod set;
mod view;

pub use by::By;
pub(crate) use by::authorise;
pub use csv::{CsvError, CsvLine, MAX_LINES, read as read_csv, write as write_csv};
pub use guildhall_store::peering::{Effects, ListedHost};
pub use host::{InvalidHost, parse_host};
pub use import::{Import, Imported, ImportedHost, import};
pub use over::end;
pub(crate) use set::record;
pub use set::{ClearPeering, SetPeering, clear, set};
pub use view::{PeeringView, Position, export, list};

use guildhall_domain::{GroupId, moderation::MAX_REASON_LENGTH, staff::NotPermitted};
use guildhall_store::{StoreError, actor::Actor};

use crate::{App, facts};

/// Why a list of hosts was not changed or shown.
#[derive(Debug, thiserror::Error)]
pub enum PeeringError {
    /// No host.
    #[error(transparent)]
    Host(#[from] InvalidHost),
    /// Nobody decides about their own server.
    #[error("{0} is this instance itself")]
    OwnHost(String),
    /// An end that is past.
    #[error("the end lies in the past")]
    Over,
    /// More words than are kept.
    #[error("{0} has at most {MAX_REASON_LENGTH} characters")]
    TooLong(&'static str),
    /// A file that cannot be taken.
    #[error(transparent)]
    Csv(#[from] CsvError),
    /// Nobody here decided it, so nobody here can take it back.
    #[error("the block list {url} wants it; make it an exception there, or allow {host} here")]
    OnBlockList {
        /// The host.
        host: String,
        /// The list.
        url: String,
    },
    /// No such group.
    #[error("no such group")]
    NoSuchGroup,
    /// A group's list is its moderators'.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The instance's list is its admins'.
    #[error("only admins of this instance decide about other servers for all of it")]
    NotAdmin,
    /// Reading or writing failed.
    #[error("reading or writing the lists of servers failed")]
    Store(#[from] StoreError),
}

/// Whether what somebody elsewhere brings into a group is let in without its pictures.
pub async fn is_media_muted(app: &App, group: GroupId, actor: &Actor) -> Result<bool, StoreError> {
    facts::is_media_muted(app, group, actor).await
}

/// A host that is not this instance.
fn other_host(app: &App, text: &str) -> Result<String, PeeringError> {
    let host = parse_host(text)?;
    if host == app.site.host { Err(PeeringError::OwnHost(host)) } else { Ok(host) }
}

/// A text about an entry as it is kept: `None` for one that says nothing.
pub(crate) fn words(what: &'static str, text: Option<String>) -> Result<Option<String>, PeeringError> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.chars().count() > MAX_REASON_LENGTH) {
        return Err(PeeringError::TooLong(what));
    }
    Ok(text)
}
