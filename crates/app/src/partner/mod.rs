//! Partner groups: links from a group here to other groups, and what of theirs is shown here.
//!
//! Our group follows its partner as a person would: the membership that it asks for there says how far that has come. A
//! post that comes in is promised to those who are linked to its group, in the transaction that brings it in, and decided
//! after that by a task of its own, one transaction each.

mod link;
mod look;
mod mirror;
mod moderate;
mod settle;
mod shut_out;
mod view;

pub(crate) use link::keep_to_visibility;
pub use link::{ClearPartner, SetPartner, clear, find_group, set};
pub use moderate::{Judge, admit, take_away};
pub use settle::{Left, Walk, settle};
pub(crate) use shut_out::{ShutOut, bring_back, remove_of};
pub use view::{MirrorView, PartnerView, followers, list, mirrors, posts};

use guildhall_domain::{moderation::MAX_REASON_LENGTH, staff::NotPermitted};
use guildhall_store::StoreError;

use crate::{group::NoDealings, peering::PeeringError, port::ResolveError};

/// The most partners that a group has: each is named on its page.
pub const MAX_PARTNERS: i64 = 200;

/// Why a link was not changed, or a mirror not decided.
#[derive(Debug, thiserror::Error)]
pub enum PartnerError {
    /// No such group of ours.
    #[error("no such group")]
    NoSuchGroup,
    /// The partner is not to be found.
    #[error(transparent)]
    Partner(#[from] ResolveError),
    /// A link to itself.
    #[error("a group is no partner of itself")]
    Itself,
    /// Not everybody may read there.
    #[error("this group is not open to everybody, so nothing of it can be shown elsewhere")]
    NotPublic,
    /// The group's list, or the instance's.
    #[error("the server of this group is blocked; take it off the list first")]
    HostBlocked,
    /// Nothing from here gets there.
    #[error(transparent)]
    NoDealings(#[from] NoDealings),
    /// More than [`MAX_PARTNERS`].
    #[error("a group has at most {MAX_PARTNERS} partners; take one away first")]
    TooMany,
    /// Too many words.
    #[error("{0} has at most {MAX_REASON_LENGTH} characters")]
    TooLong(&'static str),
    /// Not theirs to do.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Nothing of a partner's with this key is shown here or waits.
    #[error("no such post of a partner is shown here, or waits for a moderator")]
    NoSuchMirror,
    /// Reading or writing failed.
    #[error("reading or writing the partners failed")]
    Store(#[from] StoreError),
}

impl From<PeeringError> for PartnerError {
    fn from(error: PeeringError) -> Self {
        match error {
            PeeringError::NotPermitted(refusal) => Self::NotPermitted(refusal),
            PeeringError::TooLong(what) => Self::TooLong(what),
            PeeringError::Store(source) => Self::Store(source),
            _ => Self::NoSuchGroup,
        }
    }
}
