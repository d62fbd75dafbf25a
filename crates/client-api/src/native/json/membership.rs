//! What somebody is in a group.

use guildhall_app::read::MembershipView;
use guildhall_domain::membership::JoinOutcome;
use serde::Serialize;
use utoipa::ToSchema;

use super::{MembershipState, rfc3339};

/// What the owner of the token is in a group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Membership {
    /// What they are.
    state: MembershipState,
    /// Why they were refused or banned, where a reason was given.
    #[schema(required = true)]
    reason: Option<String>,
    /// When a ban ends by itself; null without end, and for every other state.
    #[schema(required = true, format = DateTime)]
    until: Option<String>,
    /// When they were refused or banned; null where that was not the group's decision.
    #[schema(required = true, format = DateTime)]
    at: Option<String>,
}

/// What came of asking.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Joined {
    /// `member` or `pending`.
    state: MembershipState,
}

impl From<MembershipView> for Membership {
    fn from(view: MembershipView) -> Self {
        Self {
            state: view.state.into(),
            reason: view.reason,
            until: view.until.map(rfc3339),
            at: view.at.map(rfc3339),
        }
    }
}

impl From<JoinOutcome> for Joined {
    fn from(outcome: JoinOutcome) -> Self {
        Self { state: outcome.into() }
    }
}
