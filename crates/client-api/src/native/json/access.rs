//! What somebody may do in a group, before they do it.

use guildhall_app::read;
use guildhall_domain::membership;
use serde::Serialize;
use utoipa::ToSchema;

use super::{MembershipState, Question};

/// What the owner of the token may do in a group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Access {
    /// `none`, `pending`, `member` or `moderator`.
    membership: MembershipState,
    /// Whether they were invited by name: then joining is enough.
    invited: bool,
    /// What would come of joining, posting, commenting, voting and reporting, in this order. What somebody says is judged
    /// when they say it: links, pictures and words may still be held or refused by the rules of the group.
    acts: Vec<Foreseen>,
    /// What the group asks before they can join; empty where it asks nothing, or was answered.
    questions: Vec<Question>,
}

/// What would come of something.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Foreseen {
    /// `join`, `post`, `comment`, `vote` or `report`.
    #[schema(pattern = "^(join|post|comment|vote|report)$")]
    act: &'static str,
    /// `allowed`, `held` (it would wait: for a moderator, or for another server) or `refused`.
    #[schema(pattern = "^(allowed|held|refused)$")]
    answer: &'static str,
    /// Why, for programs: a fixed name such as `members-only`, `first-post`, `banned`, `server-silent`. Null where there is
    /// nothing to say.
    #[schema(required = true)]
    code: Option<&'static str>,
    /// The same in a sentence.
    #[schema(required = true)]
    reason: Option<String>,
}

impl From<read::Access> for Access {
    fn from(access: read::Access) -> Self {
        let membership = match (access.is_moderator, access.membership) {
            (true, _) => MembershipState::Moderator,
            (false, Some(membership::MembershipState::Member)) => MembershipState::Member,
            (false, Some(membership::MembershipState::Pending)) => MembershipState::Pending,
            (false, None) => MembershipState::None,
        };
        Self {
            membership,
            invited: access.is_invited,
            acts: access.acts.into_iter().map(Foreseen::from).collect(),
            questions: access.questions.iter().map(Question::from).collect(),
        }
    }
}

impl From<read::ActAccess> for Foreseen {
    fn from(act: read::ActAccess) -> Self {
        Self { act: act.wants.as_str(), answer: act.answer.as_str(), code: act.code, reason: act.reason }
    }
}
