//! Cases: reports come together here, and what moderators do about them is one step from here.

mod act;
mod desk;
mod evidence;
mod open;
mod passing_on;
mod prepared;
mod report;
mod rules;
mod settle;
mod voters;
mod wave;

pub use act::{Act, Acted, act};
pub use desk::{claim, close, note, release, reopen};
pub use prepared::{
    BUILT_IN, InvalidTexts, MAX_TEXTS, PreparedText, SetTextsError, prepared_texts, set_prepared_texts,
};
pub use report::{MAX_ENTRIES, Report, ReportError, report};
pub(crate) use rules::{attach_by_rules, report_by_rules};
pub use settle::{FlagAnswer, find_case, flag_answered, flag_withdrawn};
pub use voters::look_at_voters;

pub(crate) use desk::Desk;

pub use guildhall_domain::moderation::case::{CaseAction, EntryAction, PersonAction};
use guildhall_domain::{
    content::{DeleteRefusal, MoveRefusal},
    staff::NotPermitted,
};
use guildhall_store::StoreError;

use crate::{entry::DeleteError, group::ModerationError, queue::QueueError};

/// Why nothing was done in a case.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// No such case, or none that the asker may know of.
    #[error("no such case")]
    NotFound,
    /// Only moderators do this.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It is settled.
    #[error("this case is closed; open it again first")]
    Closed,
    /// Another case about the same is open.
    #[error("another case about the same is open; go on there")]
    OpenElsewhere,
    /// Not in this case.
    #[error("{0}")]
    NotApplicable(&'static str),
    /// No prepared text of that name.
    #[error("there is no prepared text {0:?}")]
    UnknownText(String),
    /// No rule of that number.
    #[error("the group has no rule {0}")]
    UnknownRule(i64),
    /// The post or comment is not in a state for this.
    #[error(transparent)]
    Refused(#[from] DeleteRefusal),
    /// It would go where others read it.
    #[error(transparent)]
    NotMoved(MoveRefusal),
    /// Reading or writing failed.
    #[error("reading or writing the case failed")]
    Store(#[from] StoreError),
}

impl From<DeleteError> for CaseError {
    fn from(error: DeleteError) -> Self {
        match error {
            DeleteError::NotFound => Self::NotFound,
            DeleteError::Refused(refusal) => refusal.into(),
            DeleteError::NotMoved(refusal) => Self::NotMoved(refusal),
            DeleteError::Store(error) => error.into(),
        }
    }
}

impl From<ModerationError> for CaseError {
    fn from(error: ModerationError) -> Self {
        match error {
            ModerationError::NotFound => Self::NotFound,
            ModerationError::NotPermitted(refusal) => refusal.into(),
            ModerationError::Store(error) => error.into(),
        }
    }
}

impl From<QueueError> for CaseError {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::NotFound | QueueError::AlreadyDecided => {
                Self::NotApplicable("this does not wait for a moderator, or not any more")
            }
            QueueError::NotPermitted(refusal) => refusal.into(),
            QueueError::Store(error) => error.into(),
        }
    }
}
