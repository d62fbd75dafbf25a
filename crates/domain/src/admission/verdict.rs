//! The answers of the pipeline.

use std::sync::Arc;

use crate::{rules::Effect, text::closed_enum, trust::Gate};

closed_enum! {
    /// The layer that made a decision.
    pub enum Layer {
        /// The instance's list of hosts.
        InstancePeering = "instance-peering",
        /// The group's list of hosts.
        GroupPeering = "group-peering",
        /// Bans, mutes and probation.
        Standing = "standing",
        /// How widely it is addressed.
        Audience = "audience",
        /// Membership and role.
        Role = "role",
        /// How far the author is trusted here.
        Trust = "trust",
        /// The state of the thread.
        Thread = "thread",
        /// The group's review and admission settings.
        Review = "review",
        /// An automatic rule.
        Rule = "rule",
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
        /// The author is on probation.
        Probation = "probation",
        /// More links than somebody new may post.
        Links = "links",
        /// Media of somebody who may not post any yet.
        Media = "media",
        /// More mentions than somebody new may make.
        Mentions = "mentions",
        /// More in an hour than somebody new may post.
        Rate = "rate",
        /// The author's first post or comment in this group.
        FirstPost = "first-post",
        /// The group reviews everything.
        ReviewAll = "review-all",
        /// The group decides about each member.
        Approval = "approval",
        /// An automatic rule.
        Rule = "rule",
        /// A moderator asked its author to change it.
        ChangeAsked = "change-asked",
    }
}

closed_enum! {
    /// Why something was refused; the text shown is [`Refusal::explanation`].
    pub enum Refusal {
        /// The host is blocked.
        HostBlocked = "host-blocked",
        /// The host is limited, and there is nothing a moderator could look at.
        HostLimited = "host-limited",
        /// The author is banned.
        Banned = "banned",
        /// The author is muted.
        Muted = "muted",
        /// The author is on probation, and there is nothing a moderator could look at.
        Probation = "probation",
        /// Not addressed to the public, and the group is.
        NotPublic = "not-public",
        /// The group is for people of this server.
        LocalOnly = "local-only",
        /// Only members may post.
        MembersOnly = "members-only",
        /// Only moderators may start threads.
        ModeratorsOnly = "moderators-only",
        /// Only who was invited may join.
        InviteNeeded = "invite-needed",
        /// The author is not trusted that far yet.
        NotTrusted = "not-trusted",
        /// The thread is locked.
        Locked = "locked",
        /// An automatic rule; [`Decided::explanation`] has its words.
        Rule = "rule",
    }
}

impl Refusal {
    /// One sentence for the person concerned, saying what would help.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::HostBlocked => "This group does not accept posts from your server.",
            Self::HostLimited => "This group does not count votes from your server.",
            Self::Banned => "You are banned from this group.",
            Self::Muted => "You cannot post or vote in this group at the moment.",
            Self::Probation => "You cannot vote in this group at the moment.",
            Self::NotPublic => {
                "This group is public; address your post to the public to have it published here."
            }
            Self::LocalOnly => "This group is for people with an account on its own server.",
            Self::MembersOnly => "Only members can post in this group. Follow the group, then post again.",
            Self::ModeratorsOnly => {
                "Only moderators start threads in this group. You can reply to existing ones."
            }
            Self::InviteNeeded => {
                "This group takes members by invitation only. Ask a member or a moderator for one."
            }
            Self::NotTrusted => {
                "This group wants to know you a little longer first. Take part, and try again later."
            }
            Self::Locked => "This thread is locked and takes no more replies.",
            Self::Rule => "This goes against a rule of the group.",
        }
    }
}

impl HoldReason {
    /// One sentence for the person concerned.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::HostLimited => "What comes from your server is looked at by a moderator first.",
            Self::Probation => "What you write here is looked at by a moderator first, for a while.",
            Self::Links => "Many links of somebody new here are looked at by a moderator first.",
            Self::Media => "Pictures of somebody new here are looked at by a moderator first.",
            Self::Mentions => "Many mentions of somebody new here are looked at by a moderator first.",
            Self::Rate => "Of somebody new here a moderator looks at what comes often.",
            Self::FirstPost => "Your first post here is looked at by a moderator before others see it.",
            Self::ReviewAll => "A moderator looks at everything here before others see it.",
            Self::Approval => "A moderator decides about who becomes a member.",
            Self::ChangeAsked => "A moderator asked you to change this; edit it, and it is looked at again.",
            Self::Rule => "A rule of the group has a moderator look at it first.",
        }
    }

    /// What stands in for waiting where nobody could look at anything: a vote counts or does not.
    pub fn as_refusal(self) -> Refusal {
        match self {
            Self::HostLimited => Refusal::HostLimited,
            Self::Probation => Refusal::Probation,
            Self::Rule => Refusal::Rule,
            Self::Links
            | Self::Media
            | Self::Mentions
            | Self::Rate
            | Self::FirstPost
            | Self::ReviewAll
            | Self::ChangeAsked
            | Self::Approval => Refusal::NotTrusted,
        }
    }

    /// Of an item that does not pass a gate.
    pub(super) fn of_gate(gate: Gate) -> Self {
        match gate {
            Gate::Links => Self::Links,
            Gate::Media => Self::Media,
            Gate::Mentions => Self::Mentions,
            Gate::Rate | Gate::Voting | Gate::Reporting => Self::Rate,
        }
    }
}

/// The answer of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Let it in.
    Admit,
    /// Let it in, and open a case about it.
    AdmitAndReport,
    /// Keep it for a moderator.
    Hold(HoldReason),
    /// Say no, with the reason.
    Refuse(Refusal),
    /// Say nothing: an answer would only serve an attacker.
    Drop(Refusal),
}

impl Verdict {
    /// Whether it is in.
    pub fn is_admitted(self) -> bool {
        matches!(self, Self::Admit | Self::AdmitAndReport)
    }

    /// A fixed name of the outcome.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admit => "admit",
            Self::AdmitAndReport => "admit-and-report",
            Self::Hold(_) => "hold",
            Self::Refuse(_) => "refuse",
            Self::Drop(_) => "drop",
        }
    }

    /// Why it is not in.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self::Admit | Self::AdmitAndReport => None,
            Self::Hold(reason) => Some(reason.as_str()),
            Self::Refuse(refusal) | Self::Drop(refusal) => Some(refusal.as_str()),
        }
    }
}

/// The answer, with the layer and the rule that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The answer.
    pub verdict: Verdict,
    /// The layer that gave it.
    pub layer: Layer,
    /// The automatic rule that gave it.
    pub rule: Option<Arc<str>>,
    /// What that rule says to the person concerned.
    pub said: Option<String>,
    /// What automatic rules want done beside.
    pub effects: Vec<Effect>,
    /// The automatic rules that fit, whether they act or only observe.
    pub fitting: Vec<Arc<str>>,
}

impl Decided {
    /// Of a layer that knows no automatic rules.
    pub fn by(layer: Layer, verdict: Verdict) -> Self {
        Self { verdict, layer, rule: None, said: None, effects: Vec::new(), fitting: Vec::new() }
    }

    /// One sentence for the person concerned, where it was refused.
    pub fn explanation(&self) -> Option<&str> {
        match self.verdict {
            Verdict::Refuse(refusal) | Verdict::Drop(refusal) => {
                Some(self.said.as_deref().unwrap_or(refusal.explanation()))
            }
            Verdict::Admit | Verdict::AdmitAndReport | Verdict::Hold(_) => None,
        }
    }

    /// What names the reason in records: the automatic rule, or else why it was held or refused.
    pub fn named(&self) -> Option<&str> {
        self.rule.as_deref().or(self.verdict.reason())
    }
}
