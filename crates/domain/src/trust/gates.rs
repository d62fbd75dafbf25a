//! What a group lets only those do whom it trusts so far.

use super::Trust;
use crate::text::closed_enum;

closed_enum! {
    /// What may be kept for those who are trusted.
    pub enum Gate {
        /// More than [`Gates::links`] links in one post or comment.
        Links = "links",
        /// Pictures and other media.
        Media = "media",
        /// Mentioning more than [`Gates::mentions`] people in one post or comment.
        Mentions = "mentions",
        /// More than [`Gates::rate`] posts and comments an hour.
        Rate = "rate",
        /// Voting.
        Voting = "voting",
        /// Reporting.
        Reporting = "reporting",
    }
}

closed_enum! {
    /// What becomes of an item that does not pass a gate.
    pub enum GateEffect {
        /// It waits for a moderator.
        Hold = "hold",
        /// It is refused.
        Refuse = "refuse",
    }
}

/// What it takes to pass each gate of a group: the lowest level that does; [`Trust::New`] stands open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gates {
    /// Who may post many links.
    pub many_links: Trust,
    /// How many links anybody may post.
    pub links: usize,
    /// Who may post media.
    pub media: Trust,
    /// Who may mention many.
    pub many_mentions: Trust,
    /// How many people anybody may mention.
    pub mentions: usize,
    /// Who may post often.
    pub often: Trust,
    /// How many posts and comments anybody may have let in within an hour.
    pub rate: i64,
    /// Who may vote.
    pub voting: Trust,
    /// Who may report.
    pub reporting: Trust,
    /// From where on nothing is reviewed first; `None`: as the group's review setting says for everybody.
    pub skips_review: Option<Trust>,
    /// What becomes of posts and comments that do not pass. Votes and reports are refused.
    pub effect: GateEffect,
}

impl Default for Gates {
    /// For an open group: who is new may not mention a crowd or post lists of links unseen.
    fn default() -> Self {
        Self {
            many_links: Trust::Known,
            links: 5,
            media: Trust::New,
            many_mentions: Trust::Known,
            mentions: 5,
            often: Trust::New,
            rate: 20,
            voting: Trust::New,
            reporting: Trust::New,
            skips_review: None,
            effect: GateEffect::Hold,
        }
    }
}

impl Gates {
    /// All open.
    pub const OPEN: Self = Self {
        many_links: Trust::New,
        links: 0,
        media: Trust::New,
        many_mentions: Trust::New,
        mentions: 0,
        often: Trust::New,
        rate: 0,
        voting: Trust::New,
        reporting: Trust::New,
        skips_review: None,
        effect: GateEffect::Hold,
    };
}
