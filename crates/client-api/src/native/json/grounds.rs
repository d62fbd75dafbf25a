//! What a moderator's decision rests on: the reason shown, the group's own rule, a private note; and bans and other
//! measures, which rest on the same and can have an end.

use guildhall_domain::{Timestamp, moderation::MAX_REASON_LENGTH};
use serde::Deserialize;
use utoipa::ToSchema;

use super::from_rfc3339;
use crate::native::problem::Problem;

/// The longest private note, in characters.
const MAX_NOTE_LENGTH: usize = 5_000;

/// What a decision rests on; all of it may be left out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Grounds {
    /// Shown to the person concerned; a moderator's only.
    #[schema(max_length = 1000)]
    reason: Option<String>,
    /// The number of the group's own rule it rests on.
    #[schema(minimum = 1)]
    rule_number: Option<i64>,
    /// For moderators alone.
    #[schema(max_length = 5000)]
    note: Option<String>,
}

/// What a refusal rests on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refusal {
    /// Shown to the person concerned.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
    /// The number of the group's own rule it rests on.
    #[schema(minimum = 1)]
    rule_number: Option<i64>,
    /// For moderators alone.
    #[schema(max_length = 5000)]
    note: Option<String>,
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
    /// The number of the group's own rule it rests on.
    #[schema(minimum = 1)]
    rule_number: Option<i64>,
    /// For moderators alone.
    #[schema(max_length = 5000)]
    note: Option<String>,
    /// Whether what they wrote in the group is removed too.
    #[serde(default)]
    pub(crate) remove_content: bool,
}

/// A measure that can end by itself.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Measure {
    /// When it ends by itself; without it, never.
    #[schema(format = DateTime)]
    until: Option<String>,
    /// Shown to the person concerned.
    #[schema(max_length = 1000)]
    reason: Option<String>,
    /// The number of the group's own rule it rests on.
    #[schema(minimum = 1)]
    rule_number: Option<i64>,
    /// For moderators alone.
    #[schema(max_length = 5000)]
    note: Option<String>,
}

/// Grounds as they were given, of a length that can be kept.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// Shown to the person concerned.
    pub(crate) reason: Option<String>,
    /// The number of the group's own rule.
    pub(crate) rule_number: Option<i64>,
    /// For moderators alone.
    pub(crate) note: Option<String>,
}

impl Grounds {
    /// What was given.
    pub(crate) fn given(self) -> Result<Given, Problem> {
        given(self.reason, self.rule_number, self.note)
    }
}

impl Refusal {
    /// The reason, and what was given with it.
    pub(crate) fn given(self) -> Result<(String, Given), Problem> {
        let given = given(Some(self.reason), self.rule_number, self.note)?;
        let reason = given.reason.clone().ok_or_else(|| Problem::invalid("reason", "a reason is wanted"))?;
        Ok((reason, given))
    }
}

impl Ban {
    /// When it ends.
    pub(crate) fn until(&self, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
        self.until.as_deref().map(|text| end(text, now)).transpose()
    }

    /// What it rests on.
    pub(crate) fn given(self) -> Result<Given, Problem> {
        given(self.reason, self.rule_number, self.note)
    }
}

impl Measure {
    /// When it ends.
    pub(crate) fn until(&self, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
        self.until.as_deref().map(|text| end(text, now)).transpose()
    }

    /// What it rests on.
    pub(crate) fn given(self) -> Result<Given, Problem> {
        given(self.reason, self.rule_number, self.note)
    }
}

/// When something ends, which is still to come.
pub(super) fn end(text: &str, now: Timestamp) -> Result<Timestamp, Problem> {
    let wanted = || Problem::invalid("until", "a time such as 2026-03-01T12:00:00Z is wanted");
    let until = from_rfc3339(text).ok_or_else(wanted)?;
    if until.is_after(now) { Ok(until) } else { Err(Problem::invalid("until", "the end lies in the past")) }
}

fn given(reason: Option<String>, rule_number: Option<i64>, note: Option<String>) -> Result<Given, Problem> {
    Ok(Given { reason: reason_within(reason)?, rule_number, note: within(note, "note", MAX_NOTE_LENGTH)? })
}

/// A reason without blanks around it; `None` where it says nothing.
pub(super) fn reason_within(reason: Option<String>) -> Result<Option<String>, Problem> {
    within(reason, "reason", MAX_REASON_LENGTH)
}

fn within(text: Option<String>, field: &str, limit: usize) -> Result<Option<String>, Problem> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.chars().count() > limit) {
        return Err(Problem::invalid(field, format!("a {field} has at most {limit} characters")));
    }
    Ok(text)
}
