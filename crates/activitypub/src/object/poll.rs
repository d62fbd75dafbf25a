//! Polls: `Question` with `oneOf` or `anyOf` (FEP-9967).

use serde_json::Value;

use crate::read;

/// A poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// The answers, in order.
    pub options: Vec<PollOption>,
    /// More than one answer may be chosen.
    pub multiple: bool,
    /// When it ends, or ended.
    pub closes_at: Option<i64>,
    /// How many people have voted, where that is told.
    pub voters: Option<u64>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollOption {
    /// Its text; votes name it exactly.
    pub name: String,
    /// Votes so far.
    pub votes: u64,
}

impl Poll {
    /// None for what has no answers.
    pub(super) fn read(object: &Value) -> Option<Self> {
        let multiple =
            object.get("anyOf").is_some_and(|any| !any.is_null() && *any != Value::Array(Vec::new()));
        let field = if multiple { "anyOf" } else { "oneOf" };
        let options: Vec<_> =
            read::items(object, field).take(read::MAX_OPTIONS).filter_map(PollOption::read).collect();
        if options.is_empty() {
            return None;
        }
        Some(Self {
            options,
            multiple,
            closes_at: read::time(object, "closed").or_else(|| read::time(object, "endTime")),
            voters: read::number(object, "votersCount"),
        })
    }
}

impl PollOption {
    fn read(value: &Value) -> Option<Self> {
        let name = read::lang_text(value, "name")?;
        let votes = value.get("replies").and_then(|replies| read::number(replies, "totalItems"));
        Some(Self { name, votes: votes.unwrap_or(0) })
    }
}
