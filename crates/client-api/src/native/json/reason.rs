//! What people say about others and their texts: reasons, bans, reports.

use guildhall_domain::{Timestamp, moderation::MAX_REASON_LENGTH};
use serde::Deserialize;
use utoipa::ToSchema;

use super::from_rfc3339;
use crate::native::problem::Problem;

/// A reason that may be given.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OptionalReason {
    /// Shown to the person concerned; a moderator's only.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// A reason that is needed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    /// Shown to the person concerned.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// A ban.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ban {
    /// When it ends by itself; without it, never.
    #[schema(format = DateTime)]
    until: Option<String>,
    /// Shown to the person concerned.
    #[schema(max_length = 1000)]
    reason: Option<String>,
    /// Whether what they wrote in the group is removed too.
    #[serde(default)]
    pub(crate) remove_content: bool,
}

/// A measure against somebody that can end by itself.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Measure {
    /// When it ends by itself; without it, never.
    #[schema(format = DateTime)]
    until: Option<String>,
    /// Shown to the person concerned.
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
        checked(self.reason)
    }
}

impl Reason {
    /// The reason.
    pub(crate) fn text(self) -> Result<String, Problem> {
        checked(Some(self.reason))?.ok_or_else(|| Problem::invalid("reason", "a reason is wanted"))
    }
}

impl Ban {
    /// When it ends.
    pub(crate) fn until(&self) -> Result<Option<Timestamp>, Problem> {
        moment(self.until.as_deref())
    }

    /// The reason, if one was given.
    pub(crate) fn reason(self) -> Result<Option<String>, Problem> {
        checked(self.reason)
    }
}

impl Measure {
    /// When it ends.
    pub(crate) fn until(&self) -> Result<Option<Timestamp>, Problem> {
        moment(self.until.as_deref())
    }

    /// The reason, if one was given.
    pub(crate) fn reason(self) -> Result<Option<String>, Problem> {
        checked(self.reason)
    }
}

impl NewReport {
    /// What it says.
    pub(crate) fn text(&self) -> Result<String, Problem> {
        said(&self.text)
    }
}

fn moment(until: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let wanted = || Problem::invalid("until", "a time such as 2026-03-01T12:00:00Z is wanted");
    until.map(|text| from_rfc3339(text).ok_or_else(wanted)).transpose()
}

fn checked(reason: Option<String>) -> Result<Option<String>, Problem> {
    let reason = reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > MAX_REASON_LENGTH) {
        return Err(Problem::invalid(
            "reason",
            format!("a reason has at most {MAX_REASON_LENGTH} characters"),
        ));
    }
    Ok(reason)
}
