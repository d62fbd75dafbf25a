//! What rules ask about the past.

use std::time::Duration;

use super::condition::Repeated;

/// Whose past.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    /// The author's.
    Author,
    /// Everybody's.
    Anyone,
}

/// A question whose answer is a number: how many posts and comments there were, in the group that an item wants to enter,
/// before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Question {
    /// By the author.
    Rate {
        /// In this time.
        within: Duration,
    },
    /// With the same text or link.
    Repeats {
        /// The same what.
        what: Repeated,
        /// By whom.
        by: By,
        /// In this time.
        within: Duration,
    },
}

impl Question {
    /// How far back it asks.
    pub fn within(self) -> Duration {
        match self {
            Self::Rate { within } | Self::Repeats { within, .. } => within,
        }
    }
}
