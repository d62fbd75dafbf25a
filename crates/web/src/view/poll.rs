//! A question with its answers, as it stands: it is answered from the reader's own server.

use guildhall_app::entry;

use crate::view::{moment::Moment, number::Count, text, words::Words};

/// A poll.
#[derive(Debug, Clone)]
pub(crate) struct Poll {
    pub(crate) options: Vec<PollOption>,
    /// Whether several answers may be chosen.
    pub(crate) multiple: bool,
    /// When it closes, or closed.
    pub(crate) closes_at: Option<Moment>,
    /// All votes together.
    pub(crate) votes: Count,
    /// The length of the longest bar that there could be; more than 0, as `max` has to be.
    pub(crate) most: i64,
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct PollOption {
    /// Its text; `None` when it shows nothing.
    pub(crate) name: Option<Words>,
    pub(crate) votes: Count,
    /// The length of its bar.
    pub(crate) length: i64,
}

impl Poll {
    /// `language`: that of the texts around it.
    pub(crate) fn new(poll: &entry::Poll, language: Option<&str>) -> Self {
        // Other servers say how many there are: they may say anything.
        let total = poll.options.iter().fold(0_i64, |sum, (_, votes)| sum.saturating_add((*votes).max(0)));
        let option = |(name, votes): &(String, i64)| PollOption {
            name: text::visible(name).map(|name| Words::plain(name, language)),
            votes: Count((*votes).max(0)),
            length: (*votes).max(0),
        };
        Self {
            options: poll.options.iter().map(option).collect(),
            multiple: poll.multiple,
            closes_at: poll.closes_at.map(Moment::minute),
            votes: Count(total),
            most: total.max(1),
        }
    }
}
