//! What people say about others and their texts: reasons and reports.

use serde::Deserialize;
use utoipa::ToSchema;

use super::grounds::reason_within;
use crate::native::problem::Problem;

/// A reason that may be given.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OptionalReason {
    /// Shown to the person concerned; a moderator's only.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// A report.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReport {
    /// What the moderators should know.
    #[schema(min_length = 1)]
    text: String,
    /// Whether other servers are told who reports; else this server does it in its own name.
    #[serde(default)]
    pub(crate) named: bool,
    /// Whether the server of whoever wrote it is told too.
    #[serde(default)]
    pub(crate) forward: bool,
}

/// A report of a person, a group, another server, or several posts and comments.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewGeneralReport {
    /// What those who look at it should know.
    #[schema(min_length = 1)]
    text: String,
    /// The ids of posts and comments.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub(crate) entries: Vec<String>,
    /// The handle of a person.
    pub(crate) person: Option<String>,
    /// The name of a group: with a person that in which they are reported to its moderators, by itself the group that is
    /// reported to those who run this server.
    pub(crate) group: Option<String>,
    /// Another server.
    pub(crate) host: Option<String>,
    /// Whether other servers are told who reports; else this server does it in its own name.
    #[serde(default)]
    pub(crate) named: bool,
    /// Whether the server of whom it is about is told too.
    #[serde(default)]
    pub(crate) forward: bool,
}

impl NewGeneralReport {
    /// What it says.
    pub(crate) fn text(&self) -> Result<String, Problem> {
        said(&self.text)
    }
}

fn said(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() { Err(Problem::invalid("text", "say what is wrong")) } else { Ok(text.to_owned()) }
}

impl OptionalReason {
    /// The reason, if one was given.
    pub(crate) fn text(self) -> Result<Option<String>, Problem> {
        reason_within(self.reason)
    }
}

impl NewReport {
    /// What it says.
    pub(crate) fn text(&self) -> Result<String, Problem> {
        said(&self.text)
    }
}
