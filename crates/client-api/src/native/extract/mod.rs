//! What handlers are given, read out of a request; whatever does not fit is answered with a problem that names the
//! field and says what is wanted.

mod address;
mod body;
mod cases;
mod fields;
mod json;
mod keyed;
mod log;
mod mirrors;
mod page;
mod token;

use super::json::Grounds;

pub(crate) use address::{
    AppealAddress, At, BlockListAddress, CaseAddress, EntryAddress, GroupAddress, GroupServerAddress,
    InstanceRuleAddress, InvitationAddress, ItemAddress, MirrorAddress, NoticeAddress, PartnerAddress,
    PermissionAddress, PersonAddress, RuleAddress, ServerAddress,
};
pub(crate) use body::{Body, OptionalBody};
pub(crate) use cases::{Assignee, CaseParams, Wanted};
pub(crate) use keyed::{KeyParam, Keyed};
pub(crate) use log::{AskedLog, AskedPeriod, CursorParam, FileStart, LogParams, PeriodParams, WhoseParams};
pub(crate) use mirrors::{MirrorWanted, StateParam};
pub(crate) use page::{Days, DaysParam, Order, PageParams, Paging, SortParam, Sorted, encode_position};
pub(crate) use token::{Follower, Reader, SignedIn, SignedInReader, Writer};

/// What a moderator or an author says about a post or comment, maybe with a reason.
pub(crate) type Word = (At<EntryAddress>, Writer, OptionalBody<Grounds>);
