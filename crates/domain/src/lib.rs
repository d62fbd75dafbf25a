//! The rules and types of a community: groups, membership, admission, content, moderation, peering, audience.
//!
//! Facts in, decision out. Nothing here reads a clock, a database or the network, and nothing knows JSON: the
//! callers bring what they know as `*Facts` and get a `*Outcome` or a named `*Refusal` back.

pub mod actor;
pub mod admission;
pub mod ap_id;
pub mod audience;
pub mod content;
pub mod direct_note;
pub mod event;
pub mod group;
pub mod handle;
pub mod id;
pub mod membership;
pub mod moderation;
pub mod partner;
pub mod peering;
pub mod rules;
pub mod staff;
pub mod text;
pub mod time;
pub mod trust;
pub mod visibility;
pub mod welcome;

pub use ap_id::ApId;
pub use handle::Handle;
pub use id::{
    AccountId, ActorId, AppealId, BlockListId, CaseId, DecisionId, EntryId, EventId, GroupId, InvitationId,
    NoticeId, QueueItemId, ReceivedId,
};
pub use time::Timestamp;
