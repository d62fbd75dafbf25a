//! The one pipeline that everything passes which wants to enter a group, local or remote.
//!
//! The layers are asked in a fixed order and the first that has an answer decides: instance peering → group peering →
//! standing → audience → membership and role → thread → review → admit. Trust and automatic rules take their places
//! between role and review.

use crate::{
    content::EntryKind,
    group::{Policy, Posting, Review},
    peering::Peering,
    text::closed_enum,
    time::Timestamp,
};

/// Bans that touch an actor, as ends: `Some(None)` is a ban without end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// A ban from the whole instance.
    pub instance_ban: Option<Option<Timestamp>>,
    /// A ban from this group.
    pub group_ban: Option<Option<Timestamp>>,
}

impl Standing {
    /// Whether a ban is in force at `now`. The end itself is outside.
    pub fn is_banned(&self, now: Timestamp) -> bool {
        let holds =
            |ban: Option<Option<Timestamp>>| ban.is_some_and(|end| end.is_none_or(|end| end.is_after(now)));
        holds(self.instance_ban) || holds(self.group_ban)
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

/// What [`decide_admission`] needs to know about a post or comment that wants to enter.
#[derive(Debug, Clone)]
pub struct EntryFacts {
    /// Post or comment.
    pub kind: EntryKind,
    /// The instance's decision about the author's host.
    pub instance_peering: Peering,
    /// The group's own decision about it.
    pub group_peering: Peering,
    /// Bans of the author.
    pub standing: Standing,
    /// What the author is here.
    pub role: Role,
    /// The group's door settings.
    pub policy: Policy,
    /// Whether something of this author was admitted here before.
    pub admitted_before: bool,
    /// Whether it is addressed to the public.
    pub is_public: bool,
    /// Whether the thread it belongs to takes no more comments. False for a new thread.
    pub thread_locked: bool,
}

closed_enum! {
    /// The layer that made a decision.
    pub enum Layer {
        /// The instance's list of hosts.
        InstancePeering = "instance-peering",
        /// The group's list of hosts.
        GroupPeering = "group-peering",
        /// Bans.
        Standing = "standing",
        /// How widely it is addressed.
        Audience = "audience",
        /// Membership and role.
        Role = "role",
        /// The state of the thread.
        Thread = "thread",
        /// The group's review setting.
        Review = "review",
        /// No layer objected.
        Default = "default",
        /// A moderator decided by hand.
        Moderator = "moderator",
    }
}

closed_enum! {
    /// Why something waits for a moderator.
    pub enum HoldReason {
        /// The host is limited.
        HostLimited = "host-limited",
        /// The author's first post or comment in this group.
        FirstPost = "first-post",
        /// The group reviews everything.
        ReviewAll = "review-all",
    }
}

closed_enum! {
    /// Why something was refused; the text shown is [`Refusal::explanation`].
    pub enum Refusal {
        /// The host is blocked.
        HostBlocked = "host-blocked",
        /// The author is banned.
        Banned = "banned",
        /// Not addressed to the public, and the group is.
        NotPublic = "not-public",
        /// Only members may post.
        MembersOnly = "members-only",
        /// Only moderators may start threads.
        ModeratorsOnly = "moderators-only",
        /// The thread is locked.
        Locked = "locked",
    }
}

impl Refusal {
    /// One sentence for the person concerned, saying what would help.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::HostBlocked => "This group does not accept posts from your server.",
            Self::Banned => "You are banned from this group.",
            Self::NotPublic => {
                "This group is public; address your post to the public to have it published here."
            }
            Self::MembersOnly => "Only members can post in this group. Follow the group, then post again.",
            Self::ModeratorsOnly => {
                "Only moderators start threads in this group. You can reply to existing ones."
            }
            Self::Locked => "This thread is locked and takes no more replies.",
        }
    }
}

/// The answer of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Publish it.
    Admit,
    /// Keep it for a moderator.
    Hold(HoldReason),
    /// Say no, with the reason.
    Refuse(Refusal),
    /// Say nothing: an answer would only serve an attacker.
    Drop(Refusal),
}

/// The answer, and the layer that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided {
    /// The answer.
    pub verdict: Verdict,
    /// Who gave it.
    pub layer: Layer,
}

/// Decides whether a new post or comment enters its group.
///
/// Whatever is held or refused is to leave a [`crate::moderation::Decision`]. [`Verdict::Drop`] is not: dropping writes
/// nothing, so that an attacker cannot fill the disk. The outcome of the activity says what became of it, as long as that
/// is kept.
pub fn decide_admission(facts: &EntryFacts, now: Timestamp) -> Decided {
    let layers: [(Layer, Option<Verdict>); 7] = [
        (Layer::InstancePeering, instance_verdict(facts.instance_peering)),
        (Layer::GroupPeering, peering_verdict(facts.group_peering)),
        (Layer::Standing, facts.standing.is_banned(now).then_some(Verdict::Refuse(Refusal::Banned))),
        (Layer::Audience, (!facts.is_public).then_some(Verdict::Refuse(Refusal::NotPublic))),
        (Layer::Role, role_verdict(facts)),
        (Layer::Thread, thread_verdict(facts)),
        (Layer::Review, review_verdict(facts)),
    ];
    // A hold of an earlier layer must not let pass what a later layer refuses: holding is the weaker answer.
    let mut answers =
        layers.into_iter().filter_map(|(layer, verdict)| Some(Decided { layer, verdict: verdict? }));
    let first = answers.next();
    match first {
        Some(held @ Decided { verdict: Verdict::Hold(_), .. }) => {
            answers.find(|later| !matches!(later.verdict, Verdict::Hold(_))).unwrap_or(held)
        }
        Some(decided) => decided,
        None => Decided { verdict: Verdict::Admit, layer: Layer::Default },
    }
}

/// Decides whether an edit of something already published may show at once.
///
/// Edits pass the same layers; only the review of first posts does not ask again.
pub fn decide_edit_admission(facts: &EntryFacts, now: Timestamp) -> Decided {
    decide_admission(&EntryFacts { admitted_before: true, thread_locked: false, ..facts.clone() }, now)
}

// A host the whole instance has blocked gets no answer at all; see SECURITY.md.
fn instance_verdict(peering: Peering) -> Option<Verdict> {
    match peering {
        Peering::Blocked => Some(Verdict::Drop(Refusal::HostBlocked)),
        other => peering_verdict(other),
    }
}

pub(crate) fn peering_verdict(peering: Peering) -> Option<Verdict> {
    match peering {
        Peering::Open => None,
        Peering::Limited => Some(Verdict::Hold(HoldReason::HostLimited)),
        Peering::Blocked => Some(Verdict::Refuse(Refusal::HostBlocked)),
    }
}

fn role_verdict(facts: &EntryFacts) -> Option<Verdict> {
    let refusal = match (facts.policy.posting, facts.kind, facts.role) {
        (Posting::Everyone, _, _) | (_, _, Role::Moderator) => return None,
        (Posting::Members, _, Role::Member) | (Posting::Moderators, EntryKind::Comment, Role::Member) => {
            return None;
        }
        (Posting::Members, _, Role::Outsider) | (Posting::Moderators, EntryKind::Comment, Role::Outsider) => {
            Refusal::MembersOnly
        }
        (Posting::Moderators, EntryKind::Post, _) => Refusal::ModeratorsOnly,
    };
    Some(Verdict::Refuse(refusal))
}

fn thread_verdict(facts: &EntryFacts) -> Option<Verdict> {
    (facts.thread_locked && facts.role != Role::Moderator).then_some(Verdict::Refuse(Refusal::Locked))
}

fn review_verdict(facts: &EntryFacts) -> Option<Verdict> {
    if facts.role == Role::Moderator {
        return None;
    }
    match facts.policy.review {
        Review::None => None,
        Review::First => (!facts.admitted_before).then_some(Verdict::Hold(HoldReason::FirstPost)),
        Review::All => Some(Verdict::Hold(HoldReason::ReviewAll)),
    }
}

#[cfg(test)]
mod tests;
