//! Automatic rules of a group or of the whole instance: conditions and what follows from them, as data.
//!
//! [`RuleSet::compile`] prepares rules once; [`RuleSet::judge`] then says what they make of one item. What a rule asks about
//! the past ([`Question`]) is looked up by the caller before.

mod compile;
mod condition;
mod judge;
mod phrases;
mod question;
mod text;

pub use compile::{InvalidRule, RuleSet};
pub use condition::{Condition, Repeated, TimeOfDay};
pub use judge::{Effect, Item, Judgement, Received};
pub use question::{By, Question};
pub use text::{ItemText, print_of_link, tags_of};

use crate::text::closed_enum;

closed_enum! {
    /// Whether a rule acts.
    pub enum RuleMode {
        /// It is not looked at.
        Off = "off",
        /// It is counted what it would do; nothing follows.
        Observe = "observe",
        /// It acts.
        On = "on",
    }
}

/// What follows when a rule fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The item waits for a moderator.
    Hold,
    /// The item is refused, for this reason; without one for the rule's title.
    Refuse(Option<String>),
    /// The item is let in and a case is opened, or joined.
    Report,
    /// The item is refused unless it carries one of these tags.
    RequireTag(Vec<String>),
    /// The item is given a tag.
    AddTag(String),
    /// The item is let in, but neither listed nor told to other servers' followers: who has its address may read it.
    Limit,
    /// The moderators are told.
    Notify,
    /// The author is sent a text.
    Answer(String),
}

impl Action {
    /// The fixed spelling of its kind.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Refuse(_) => "refuse",
            Self::Report => "report",
            Self::RequireTag(_) => "require_tag",
            Self::AddTag(_) => "add_tag",
            Self::Limit => "limit",
            Self::Notify => "notify",
            Self::Answer(_) => "answer",
        }
    }
}

/// One automatic rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Names it in decisions and figures: `a-z`, `0-9` and `-`, unique in its set.
    pub name: String,
    /// What it is for, in a line that may be shown to the person concerned.
    pub title: String,
    /// Whether it acts.
    pub mode: RuleMode,
    /// When it fits.
    pub when: Condition,
    /// What follows.
    pub then: Vec<Action>,
}

/// The most rules in one set.
pub const MAX_AUTOMATIC_RULES: usize = 500;
/// The longest name of a rule, in characters.
pub const MAX_RULE_NAME: usize = 64;
