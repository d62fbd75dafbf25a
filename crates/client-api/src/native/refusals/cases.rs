//! Why nothing was decided: in the queue, in a case, on appeal.

use guildhall_app::{
    GroundsError,
    appeal::{AppealError, DecideError},
    case::{CaseError, ReportError, SetTextsError},
    entry::DeleteError,
    notice::NoticeError,
    queue::QueueError,
};

use crate::native::problem::Problem;

impl From<GroundsError> for Problem {
    fn from(error: GroundsError) -> Self {
        match error {
            GroundsError::UnknownRule(_) => Self::invalid("rule_number", error.to_string()),
            GroundsError::Store(source) => Self::internal(source),
        }
    }
}

impl From<QueueError> for Problem {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::NotFound => Self::not_found("item in this queue"),
            QueueError::AlreadyDecided => Self::conflict("already-decided", "this was decided already"),
            QueueError::NotPermitted(refusal) => refusal.into(),
            QueueError::Store(source) => Self::internal(source),
        }
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Refused(refusal, said) => Self::forbidden(refusal.as_str(), said),
            ReportError::AboutNothing => {
                Self::invalid("entries", "name posts, comments, a person, a group or a host")
            }
            ReportError::Store(source) => Self::internal(source),
        }
    }
}

impl From<CaseError> for Problem {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::NotFound => Self::not_found("case"),
            CaseError::NotPermitted(refusal) => refusal.into(),
            CaseError::Closed => Self::conflict("case-closed", error.to_string()),
            CaseError::OpenElsewhere => Self::conflict("open-elsewhere", error.to_string()),
            CaseError::NotApplicable(said) => Self::conflict("not-applicable", said),
            CaseError::UnknownText(_) => Self::invalid("prepared", error.to_string()),
            CaseError::UnknownRule(_) => Self::invalid("rule_number", error.to_string()),
            CaseError::Refused(refusal) => DeleteError::Refused(refusal).into(),
            CaseError::NotMoved(refusal) => DeleteError::NotMoved(refusal).into(),
            CaseError::Store(source) => Self::internal(source),
        }
    }
}

impl From<SetTextsError> for Problem {
    fn from(error: SetTextsError) -> Self {
        match error {
            SetTextsError::NotPermitted(refusal) => refusal.into(),
            SetTextsError::Invalid(invalid) => Self::invalid("texts", invalid.to_string()),
            SetTextsError::Store(source) => Self::internal(source),
        }
    }
}

impl From<AppealError> for Problem {
    fn from(error: AppealError) -> Self {
        match error {
            AppealError::NotFound => Self::not_found("decision"),
            AppealError::Empty => Self::invalid("text", error.to_string()),
            AppealError::Refused(refusal) => Self::conflict(refusal.code(), refusal.to_string()),
            AppealError::Store(source) => Self::internal(source),
        }
    }
}

impl From<DecideError> for Problem {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::NotFound => Self::not_found("appeal"),
            DecideError::AlreadyDecided => Self::conflict("already-decided", error.to_string()),
            DecideError::ReasonWanted => Self::invalid("reason", error.to_string()),
            DecideError::NoEnd | DecideError::Over => Self::invalid("until", error.to_string()),
            DecideError::NotSooner(refusal) => Self::conflict(refusal.code(), refusal.to_string()),
            DecideError::NotStanding => Self::conflict("not-standing", error.to_string()),
            DecideError::NotReversible(refusal) => Self::conflict(refusal.code(), refusal.to_string()),
            DecideError::Refused(refusal) => Self::forbidden(refusal.code(), refusal.to_string()),
            DecideError::Store(source) => Self::internal(source),
        }
    }
}

impl From<NoticeError> for Problem {
    fn from(error: NoticeError) -> Self {
        match error {
            NoticeError::NotFound => Self::not_found("notice"),
            NoticeError::Store(source) => Self::internal(source),
        }
    }
}
