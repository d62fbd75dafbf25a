//! Why something may not be read.

use guildhall_app::read::{
    AppealsError, CasesError, CopiesError, DecisionsError, LogError, ReportsError, TransparencyError,
    VotersError,
};

use crate::native::problem::Problem;

impl From<DecisionsError> for Problem {
    fn from(error: DecisionsError) -> Self {
        match error {
            DecisionsError::NotFound => Self::not_found("post or comment"),
            DecisionsError::NotPermitted(refusal) => refusal.into(),
            DecisionsError::NotAdmin => Self::forbidden("not-admin", error.to_string()),
            DecisionsError::NotConcerned => Self::forbidden("not-concerned", error.to_string()),
            DecisionsError::Store(source) => Self::internal(source),
        }
    }
}

impl From<LogError> for Problem {
    fn from(error: LogError) -> Self {
        match error {
            LogError::NotReader => Self::forbidden("not-reader", error.to_string()),
            LogError::Unreadable { field, wanted } => {
                Self::unreadable("invalid-parameter", wanted).about(field)
            }
            LogError::Store(source) => Self::internal(source),
        }
    }
}

impl From<CopiesError> for Problem {
    fn from(error: CopiesError) -> Self {
        match error {
            CopiesError::MembersOnly => Self::forbidden("members-only", error.to_string()),
            CopiesError::Store(source) => Self::internal(source),
        }
    }
}

impl From<TransparencyError> for Problem {
    fn from(error: TransparencyError) -> Self {
        match error {
            TransparencyError::NotReader => Self::forbidden("not-reader", error.to_string()),
            TransparencyError::Elsewhere => Self::conflict("group-elsewhere", error.to_string()),
            TransparencyError::Store(source) => Self::internal(source),
        }
    }
}

impl From<VotersError> for Problem {
    fn from(error: VotersError) -> Self {
        match error {
            VotersError::Counted => Self::forbidden("votes-counted", error.to_string()),
            VotersError::MembersOnly => Self::forbidden("members-only", error.to_string()),
            VotersError::NotPermitted(refusal) => refusal.into(),
            VotersError::NoAuthor => Self::not_found("author"),
            VotersError::Store(source) => Self::internal(source),
        }
    }
}

impl From<ReportsError> for Problem {
    fn from(error: ReportsError) -> Self {
        match error {
            ReportsError::NotPermitted(refusal) => refusal.into(),
            ReportsError::Store(source) => Self::internal(source),
        }
    }
}

impl From<AppealsError> for Problem {
    fn from(error: AppealsError) -> Self {
        match error {
            AppealsError::NotPermitted(refusal) => refusal.into(),
            AppealsError::NotAdmin => Self::forbidden("not-admin", error.to_string()),
            AppealsError::Store(source) => Self::internal(source),
        }
    }
}

impl From<CasesError> for Problem {
    fn from(error: CasesError) -> Self {
        match error {
            CasesError::NotPermitted(refusal) => refusal.into(),
            CasesError::NotAdmin => Self::forbidden("not-admin", error.to_string()),
            CasesError::Store(source) => Self::internal(source),
        }
    }
}
