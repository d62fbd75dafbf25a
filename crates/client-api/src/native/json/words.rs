//! Closed lists of words.

use guildhall_app::read::Belonging;
use guildhall_domain::{content, group, membership, moderation, welcome};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How one becomes a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Admission {
    /// Whoever asks is in.
    Open,
    /// A moderator decides.
    Approval,
    /// Only who was invited.
    Invite,
}

/// Who may post and comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Posting {
    /// Anybody who is not banned.
    Everyone,
    /// Members.
    Members,
    /// Moderators start threads; members may comment.
    Moderators,
}

/// What a moderator sees before the group does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Review {
    /// Nothing.
    None,
    /// Until an author's first post or comment here was admitted.
    First,
    /// Everything but the moderators' own.
    All,
}

/// Who may read what is said in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Visibility {
    /// Everybody.
    Public,
    /// Everybody who has its address: it is on no list.
    Unlisted,
    /// Its members, and the servers of members elsewhere.
    Members,
    /// Whoever has an account here; nothing of it leaves this server.
    Local,
}

/// Who learns how somebody voted in a group. How many votes there are is for everybody who may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Votes {
    /// Whoever may read; each vote goes to other servers in its voter's name.
    Public,
    /// Nobody: no vote leaves this server.
    Counted,
    /// Its members, and the servers of members elsewhere.
    Members,
}

/// Who may invite people into a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Invites {
    /// Its moderators.
    Moderators,
    /// Its members too.
    Members,
    /// Nobody; invitations that were made out before have no effect.
    Nobody,
}

/// As whom moderators sign what they decide: what the person concerned and the public are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Signed {
    /// By their name.
    Name,
    /// As the group's moderators.
    Group,
}

/// Where a post or comment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    /// Everybody may read it.
    Published,
    /// Sent to its group on another server, which has not let it in yet; shown to its author.
    Sent,
    /// Waits for a moderator; shown to its author and to moderators.
    Held,
    /// Was not let in; shown to its author and to moderators.
    Refused,
    /// Was taken out by a moderator; shown to its author and to moderators.
    Removed,
}

/// What somebody is in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MembershipState {
    /// Nothing: they did not ask, or left.
    None,
    /// Waits for a moderator, or for the answer of the group's server.
    Pending,
    /// A member.
    Member,
    /// A moderator.
    Moderator,
    /// Asked and was refused.
    Refused,
    /// May not take part.
    Banned,
}

impl From<Admission> for group::Admission {
    fn from(word: Admission) -> Self {
        match word {
            Admission::Open => Self::Open,
            Admission::Approval => Self::Approval,
            Admission::Invite => Self::Invite,
        }
    }
}

impl From<group::Admission> for Admission {
    fn from(admission: group::Admission) -> Self {
        match admission {
            group::Admission::Open => Self::Open,
            group::Admission::Approval => Self::Approval,
            group::Admission::Invite => Self::Invite,
        }
    }
}

impl From<Posting> for group::Posting {
    fn from(word: Posting) -> Self {
        match word {
            Posting::Everyone => Self::Everyone,
            Posting::Members => Self::Members,
            Posting::Moderators => Self::Moderators,
        }
    }
}

impl From<group::Posting> for Posting {
    fn from(posting: group::Posting) -> Self {
        match posting {
            group::Posting::Everyone => Self::Everyone,
            group::Posting::Members => Self::Members,
            group::Posting::Moderators => Self::Moderators,
        }
    }
}

impl From<Review> for group::Review {
    fn from(word: Review) -> Self {
        match word {
            Review::None => Self::None,
            Review::First => Self::First,
            Review::All => Self::All,
        }
    }
}

impl From<group::Review> for Review {
    fn from(review: group::Review) -> Self {
        match review {
            group::Review::None => Self::None,
            group::Review::First => Self::First,
            group::Review::All => Self::All,
        }
    }
}

impl From<Visibility> for group::Visibility {
    fn from(word: Visibility) -> Self {
        match word {
            Visibility::Public => Self::Public,
            Visibility::Unlisted => Self::Unlisted,
            Visibility::Members => Self::Members,
            Visibility::Local => Self::Local,
        }
    }
}

impl From<Invites> for welcome::Invites {
    fn from(word: Invites) -> Self {
        match word {
            Invites::Moderators => Self::Moderators,
            Invites::Members => Self::Members,
            Invites::Nobody => Self::Nobody,
        }
    }
}

impl From<Signed> for moderation::Signed {
    fn from(word: Signed) -> Self {
        match word {
            Signed::Name => Self::Name,
            Signed::Group => Self::Group,
        }
    }
}

impl From<Votes> for group::Votes {
    fn from(word: Votes) -> Self {
        match word {
            Votes::Public => Self::Public,
            Votes::Counted => Self::Counted,
            Votes::Members => Self::Members,
        }
    }
}

impl From<group::Votes> for Votes {
    fn from(votes: group::Votes) -> Self {
        match votes {
            group::Votes::Public => Self::Public,
            group::Votes::Counted => Self::Counted,
            group::Votes::Members => Self::Members,
        }
    }
}

impl From<group::Visibility> for Visibility {
    fn from(visibility: group::Visibility) -> Self {
        match visibility {
            group::Visibility::Public => Self::Public,
            group::Visibility::Unlisted => Self::Unlisted,
            group::Visibility::Members => Self::Members,
            group::Visibility::Local => Self::Local,
        }
    }
}

impl From<welcome::Invites> for Invites {
    fn from(invites: welcome::Invites) -> Self {
        match invites {
            welcome::Invites::Moderators => Self::Moderators,
            welcome::Invites::Members => Self::Members,
            welcome::Invites::Nobody => Self::Nobody,
        }
    }
}

impl From<moderation::Signed> for Signed {
    fn from(signed: moderation::Signed) -> Self {
        match signed {
            moderation::Signed::Name => Self::Name,
            moderation::Signed::Group => Self::Group,
        }
    }
}

impl From<content::EntryState> for State {
    fn from(state: content::EntryState) -> Self {
        match state {
            content::EntryState::Published => Self::Published,
            content::EntryState::Sent => Self::Sent,
            content::EntryState::Held => Self::Held,
            content::EntryState::Refused => Self::Refused,
            // What its author deleted is shown to nobody, so this is never sent.
            content::EntryState::Removed | content::EntryState::Deleted => Self::Removed,
        }
    }
}

impl From<Belonging> for MembershipState {
    fn from(belonging: Belonging) -> Self {
        match belonging {
            Belonging::None => Self::None,
            Belonging::Pending => Self::Pending,
            Belonging::Member => Self::Member,
            Belonging::Moderator => Self::Moderator,
            Belonging::Refused => Self::Refused,
            Belonging::Banned => Self::Banned,
        }
    }
}

impl From<membership::JoinOutcome> for MembershipState {
    fn from(outcome: membership::JoinOutcome) -> Self {
        match outcome {
            membership::JoinOutcome::Joined | membership::JoinOutcome::AlreadyMember => Self::Member,
            membership::JoinOutcome::AwaitingApproval => Self::Pending,
        }
    }
}
