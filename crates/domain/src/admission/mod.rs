//! The one pipeline that everything passes which wants to enter a group, local or remote.
//!
//! What wants to enter is described once, as [`Facts`], and decided once, by layers in a fixed order: instance peering →
//! group peering → standing → audience → membership and role → trust → group rules → automatic rules → admit. The first
//! layer that has an answer decides, but for holding: what one layer holds a later one may still refuse.

mod layers;
mod standing;
mod verdict;

pub use standing::{End, Sanction, Sanctions, Standing};
pub use verdict::{Decided, HoldReason, Layer, Refusal, Verdict};

use crate::{
    group::Policy,
    peering::Peering,
    rules::Judgement,
    text::closed_enum,
    time::Timestamp,
    trust::{Gates, Trust},
};

closed_enum! {
    /// What may want to enter.
    pub enum Wants {
        /// A request to join.
        Join = "join",
        /// A post.
        Post = "post",
        /// A comment.
        Comment = "comment",
        /// A new text of a post or comment.
        Edit = "edit",
        /// A vote, a reaction, or an answer to a poll.
        Vote = "vote",
        /// A report.
        Report = "report",
    }
}

impl Wants {
    /// Whether it is, or changes, a post or comment.
    pub fn is_entry(self) -> bool {
        matches!(self, Self::Post | Self::Comment | Self::Edit)
    }
}

/// What an author is in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Not a member, or one whose request still waits.
    Outsider,
    /// A member.
    Member,
    /// A moderator, member or not.
    Moderator,
}

/// How much of something an item has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Links.
    pub links: usize,
    /// Pictures and other media.
    pub media: usize,
    /// People mentioned, the group aside.
    pub mentions: usize,
    /// Posts and comments of the author within the last hour, this one aside.
    pub recent: i64,
}

/// All that the layers need to know of something that wants to enter a group, and of whom it comes from.
#[derive(Debug, Clone)]
pub struct Facts {
    /// What it is.
    pub wants: Wants,
    /// Whether it is a post, or about one: posts may be kept for moderators.
    pub is_post: bool,
    /// The instance's decision about the author's host.
    pub instance_peering: Peering,
    /// The group's own decision about it.
    pub group_peering: Peering,
    /// What was decided about the author.
    pub standing: Standing,
    /// What the author is here.
    pub role: Role,
    /// Whether the author has an account here.
    pub is_local: bool,
    /// Whether somebody who may do so invited the author.
    pub is_invited: bool,
    /// The group's door settings.
    pub policy: Policy,
    /// How far the author is trusted here.
    pub trust: Trust,
    /// What the group keeps for those it trusts.
    pub gates: Gates,
    /// How much of what it has.
    pub amounts: Amounts,
    /// Whether something of this author was admitted here before.
    pub admitted_before: bool,
    /// Whether it is addressed to the public.
    pub is_public: bool,
    /// Whether the thread it belongs to takes no more comments. False for a new thread.
    pub thread_locked: bool,
}

/// Whether the automatic rules are asked about what somebody says: moderators are not judged by them.
pub fn is_judged_by_rules(role: Role) -> bool {
    role != Role::Moderator
}

/// Decides whether something enters its group. `rules` are the automatic ones, asked only where no earlier layer refused;
/// moderators are not judged by them.
///
/// Whatever is held or refused is to leave a [`crate::moderation::Decision`]. [`Verdict::Drop`] is not: dropping writes
/// nothing, so that an attacker cannot fill the disk. The outcome of the activity says what became of it, as long as that
/// is kept.
pub fn decide(facts: &Facts, rules: impl FnOnce() -> Judgement, now: Timestamp) -> Decided {
    let mut held = None;
    for (layer, verdict) in layers::all(facts, now) {
        match verdict {
            Some(Verdict::Hold(_)) if held.is_some() => {}
            Some(verdict @ Verdict::Hold(_)) => held = Some(Decided::by(layer, verdict)),
            Some(verdict) => return layers::fitted(facts.wants, Decided::by(layer, verdict)),
            None => {}
        }
    }
    let judged = if is_judged_by_rules(facts.role) { rules() } else { Judgement::default() };
    layers::fitted(facts.wants, layers::by_rules(judged, held))
}

/// What each layer says of something, one by one, as far as the automatic rules; for explaining.
pub fn walk(facts: &Facts, now: Timestamp) -> impl Iterator<Item = (Layer, Option<Verdict>)> {
    layers::all(facts, now)
}

#[cfg(test)]
mod tests;
