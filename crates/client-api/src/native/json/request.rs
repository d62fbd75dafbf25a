//! Who waits to become a member, and who vouches for whom.

use guildhall_app::{
    read::{RequestView, VouchHistory, VouchView},
    welcome::Vouching,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Person, rfc3339};

/// Somebody who waits to become a member.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JoinRequest {
    /// Who.
    person: Person,
    /// Since when.
    #[schema(format = DateTime)]
    since: String,
    /// How many members vouch for them.
    vouches: usize,
    /// Whether the owner of the token is one of those.
    my_vouch: bool,
}

/// What came of vouching.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Vouched {
    /// How many members vouch now.
    vouches: usize,
    /// How many the group asks for.
    needed: u8,
    /// Whether the person became a member by it.
    admitted: bool,
}

/// That somebody vouched for somebody.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Vouch {
    /// The other one of the two.
    person: Person,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// When the one vouched for was let in.
    #[schema(required = true, format = DateTime)]
    admitted_at: Option<String>,
    /// When they were banned, within 30 days of that.
    #[schema(required = true, format = DateTime)]
    failed_at: Option<String>,
}

/// What vouching says about somebody.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Vouches {
    /// For whom they vouched, newest first, at most 200.
    vouched_for: Vec<Vouch>,
    /// Who vouched for them, newest first, at most 200.
    vouched_by: Vec<Vouch>,
    /// How many of those whom they vouched for were banned within 30 days.
    failed: usize,
}

impl From<RequestView> for JoinRequest {
    fn from(view: RequestView) -> Self {
        Self {
            person: view.person.into(),
            since: rfc3339(view.since),
            vouches: view.vouches,
            my_vouch: view.is_vouched_by_viewer,
        }
    }
}

impl From<Vouching> for Vouched {
    fn from(vouching: Vouching) -> Self {
        Self { vouches: vouching.vouches, needed: vouching.needed, admitted: vouching.is_admitted }
    }
}

impl From<VouchView> for Vouch {
    fn from(view: VouchView) -> Self {
        Self {
            person: view.person.into(),
            at: rfc3339(view.at),
            admitted_at: view.admitted_at.map(rfc3339),
            failed_at: view.failed_at.map(rfc3339),
        }
    }
}

impl From<VouchHistory> for Vouches {
    fn from(history: VouchHistory) -> Self {
        Self {
            vouched_for: history.vouched_for.into_iter().map(Vouch::from).collect(),
            vouched_by: history.vouched_by.into_iter().map(Vouch::from).collect(),
            failed: history.failed,
        }
    }
}
