//! Decisions about people, entries and hosts, as records: what, whom, by which rule, why, until when, by whom.

mod appeal;
pub mod case;
mod effect;
mod openness;
mod telling;
mod voting;

pub use appeal::{
    APPEAL_DAYS, AppealFacts, AppealOutcome, AppealRefusal, Appealed, JudgeFacts, JudgeRefusal,
    MAX_APPEAL_DAYS, MAX_APPEAL_LENGTH, NotSooner, ReversalFacts, ReversalRefusal, appeal_until,
    decide_appeal, decide_judge, decide_new_end, decide_reversal, is_appealable,
};
pub use effect::Effect;
pub use openness::{OPEN_ACTIONS, Openness, decide_openness, open_rule};
pub use telling::{NoticeKind, Telling, decide_telling};
pub use voting::{NAMED_FROM, NEW_FOR_DAYS, Share, VotePattern, VoterFacts, describe_votes};

use crate::{
    admission::Layer,
    id::{ActorId, CaseId, DecisionId, EntryId, GroupId},
    peering::PeeringAction,
    text::closed_enum,
    time::Timestamp,
};

closed_enum! {
    /// What was decided.
    pub enum DecisionAction {
        /// Something held was let in.
        Admit = "admit",
        /// Something was kept for a moderator.
        Hold = "hold",
        /// Something was not let in.
        Refuse = "refuse",
        /// An entry was taken out.
        Remove = "remove",
        /// An entry was brought back.
        Restore = "restore",
        /// A thread went to another group.
        Move = "move",
        /// A thread takes no more comments.
        Lock = "lock",
        /// A thread takes comments again.
        Unlock = "unlock",
        /// A post is shown first.
        Feature = "feature",
        /// A post is no longer shown first.
        Unfeature = "unfeature",
        /// A person may no longer take part.
        Ban = "ban",
        /// A person may take part again.
        Unban = "unban",
        /// A person may neither post nor vote.
        Mute = "mute",
        /// A person may post and vote again.
        Unmute = "unmute",
        /// What a person writes waits for a moderator.
        Probation = "probation",
        /// What a person writes is let in again as everybody's.
        EndProbation = "end-probation",
        /// A person was told not to do that again.
        Warn = "warn",
        /// A report was found to be about nothing; [`Self::Dismiss`] is about moderators.
        DismissReport = "dismiss-report",
        /// An entry is listed nowhere: who has its address may read it, and its author and moderators see it in its thread.
        Limit = "limit",
        /// An entry is shown in lists again.
        Unlimit = "unlimit",
        /// An entry is shown behind a warning.
        MarkSensitive = "mark-sensitive",
        /// An entry is shown without a warning.
        UnmarkSensitive = "unmark-sensitive",
        /// An entry waits until its author has changed it.
        AskChange = "ask-change",
        /// A case was handed to those who run the instance.
        HandOver = "hand-over",
        /// A person is on the staff of a group from now on, as what stands for the rule.
        Appoint = "appoint",
        /// A person is no longer on the staff of a group.
        Dismiss = "dismiss",
        /// A person on the staff has another role, which stands for the rule.
        ChangeRole = "change-role",
        /// A person on the staff may do something, which stands for the rule, besides what their role allows.
        GrantPermission = "grant-permission",
        /// A person on the staff may not do something, which stands for the rule.
        WithdrawPermission = "withdraw-permission",
        /// A group that nobody is left to lead is looked after by those who run the instance; about its own actor.
        TakeIntoCare = "take-into-care",
        /// A group is led by its own people again; about its own actor.
        EndCare = "end-care",
        /// Nothing of a host comes in.
        BlockHost = "block-host",
        /// What comes from a host waits for a moderator.
        LimitHost = "limit-host",
        /// A host may come in, where only those named may.
        AllowHost = "allow-host",
        /// What comes from a host is let in without its pictures.
        MuteHost = "mute-host",
        /// A host is on no list any more.
        ClearHost = "clear-host",
        /// A group is a partner from now on, by the policy that stands for the rule; about its actor.
        LinkPartner = "link-partner",
        /// A group is no partner any more; about its actor.
        UnlinkPartner = "unlink-partner",
        /// A post of a partner's is shown in this group, too.
        AdmitMirror = "admit-mirror",
        /// A post of a partner's is not shown in this group; where it was written it stays.
        RemoveMirror = "remove-mirror",
        /// The automatic rules, gates or thresholds of a group, or of the instance, are others; about its own actor.
        ChangeRules = "change-rules",
        /// A person is given a level of trust by hand, whose name stands for the rule.
        GiveTrust = "give-trust",
        /// A person has the level again that they earned.
        UngiveTrust = "ungive-trust",
    }
}

/// Whom or what a decision is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A post or comment.
    Entry(EntryId),
    /// A person, or a request to join.
    Actor(ActorId),
    /// Another server, and those below its name: as the lists of hosts have it, in lower case.
    Host(String),
}

impl DecisionAction {
    /// Whether what stands for the rule of such a decision says what somebody or something became by it: a role, a permission,
    /// a level, a policy.
    pub fn is_detailed(self) -> bool {
        matches!(
            self,
            Self::Appoint
                | Self::Dismiss
                | Self::ChangeRole
                | Self::GrantPermission
                | Self::WithdrawPermission
                | Self::GiveTrust
                | Self::LinkPartner
                | Self::UnlinkPartner
        )
    }

    /// What putting a host on a list is called; `None`: taking it off.
    pub fn about_host(action: Option<PeeringAction>) -> Self {
        match action {
            Some(PeeringAction::Block) => Self::BlockHost,
            Some(PeeringAction::Limit) => Self::LimitHost,
            Some(PeeringAction::Allow) => Self::AllowHost,
            Some(PeeringAction::MuteMedia) => Self::MuteHost,
            None => Self::ClearHost,
        }
    }
}

closed_enum! {
    /// As whom moderators sign: what the person concerned and the public are shown.
    pub enum Signed {
        /// By their name.
        Name = "name",
        /// As the group's moderators.
        Group = "group",
    }
}

/// A rule that the group has written down, as it was when something was decided by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenRule {
    /// From 1.
    pub number: i64,
    /// Its title.
    pub title: String,
}

/// A moderation decision as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Our key.
    pub id: DecisionId,
    /// The group; `None` for the whole instance.
    pub group: Option<GroupId>,
    /// What was decided.
    pub action: DecisionAction,
    /// Whom or what about.
    pub target: Target,
    /// The layer that decided; [`Layer::Moderator`] for a person.
    pub layer: Layer,
    /// The rule, by its fixed name, where one decided; of what [`DecisionAction::is_detailed`], what it was about.
    pub rule: Option<String>,
    /// The rule that the group has written down.
    pub written_rule: Option<WrittenRule>,
    /// The reason shown to the person concerned.
    pub reason: Option<String>,
    /// For moderators alone.
    pub note: Option<String>,
    /// When it ends by itself.
    pub until: Option<Timestamp>,
    /// Who decided; `None` when a rule did. Whoever runs the server, and has no account there, acts as the group or, for
    /// the whole instance, as its own actor.
    pub by: Option<ActorId>,
    /// Whether others than moderators are told who.
    pub signed: Signed,
    /// The case it was made in.
    pub case: Option<CaseId>,
    /// The decision that this one takes back.
    pub undoes: Option<DecisionId>,
    /// Whether it is in the log that everybody reads who reads there: [`decide_openness`] as it was then.
    pub is_open: bool,
    /// When.
    pub at: Timestamp,
}

impl Decision {
    /// One that says no more than what, about whom, and which layer decided.
    pub fn new(id: DecisionId, action: DecisionAction, target: Target, layer: Layer, at: Timestamp) -> Self {
        Self {
            id,
            group: None,
            action,
            target,
            layer,
            rule: None,
            written_rule: None,
            reason: None,
            note: None,
            until: None,
            by: None,
            signed: Signed::Group,
            case: None,
            undoes: None,
            is_open: false,
            at,
        }
    }

    /// What somebody or something became by it: a role, a permission, a level, a policy.
    pub fn detail(&self) -> Option<&str> {
        self.rule.as_deref().filter(|_| self.action.is_detailed())
    }

    /// Who decided, as far as somebody who is not a moderator is told.
    pub fn signer(&self) -> Option<ActorId> {
        self.by.filter(|_| self.signed == Signed::Name)
    }
}

/// The longest reason, in characters.
pub const MAX_REASON_LENGTH: usize = 1_000;
