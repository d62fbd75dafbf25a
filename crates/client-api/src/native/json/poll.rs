//! Questions.

use guildhall_app::entry;
use serde::Serialize;
use utoipa::ToSchema;

use super::rfc3339;

/// A question with answers to choose from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Poll {
    /// The answers in order.
    options: Vec<PollOption>,
    /// Whether several may be chosen.
    multiple: bool,
    /// When it closes.
    #[schema(required = true, format = DateTime)]
    closes_at: Option<String>,
}

/// One answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PollOption {
    /// Its text.
    name: String,
    /// How many chose it, as its author's server counts.
    votes: i64,
}

impl From<entry::Poll> for Poll {
    fn from(poll: entry::Poll) -> Self {
        let option = |(name, votes)| PollOption { name, votes };
        Self {
            options: poll.options.into_iter().map(option).collect(),
            multiple: poll.multiple,
            closes_at: poll.closes_at.map(rfc3339),
        }
    }
}
