//! Why nothing was written, changed, taken away or voted on.

use axum::http::StatusCode;
use guildhall_app::entry::{DeleteError, EditError, OnceError, SubmitError, VoteError};
use guildhall_domain::content::{DeleteRefusal, EditRefusal, InvalidEntry, VoteRefusal};

use crate::native::problem::Problem;

impl From<InvalidEntry> for Problem {
    fn from(invalid: InvalidEntry) -> Self {
        let field = match invalid {
            InvalidEntry::Title => "title",
            InvalidEntry::TooLong | InvalidEntry::Empty => "content",
        };
        Self::invalid(field, invalid.to_string())
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::NoSuchGroup => Self::not_found("group"),
            SubmitError::NoSuchParent => {
                Self::conflict("parent-not-open", "what this answers is not published, or no longer")
            }
            SubmitError::Known => Self::conflict("known", "this is known already"),
            SubmitError::NoDealings(reason) => Self::forbidden(reason.code(), reason.to_string()),
            SubmitError::Store(source) => Self::internal(source),
        }
    }
}

impl From<OnceError> for Problem {
    fn from(error: OnceError) -> Self {
        match error {
            OnceError::KeyReused => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", error.to_string())
                    .about("Idempotency-Key")
            }
            OnceError::Submit(error) => error.into(),
        }
    }
}

impl From<EditError> for Problem {
    fn from(error: EditError) -> Self {
        match error {
            EditError::NotFound => Self::not_found("post or comment"),
            EditError::Refused(refusal @ EditRefusal::NotAuthor) => {
                Self::forbidden("not-author", refusal.to_string())
            }
            EditError::Refused(refusal @ EditRefusal::Closed) => {
                Self::conflict("closed", refusal.to_string())
            }
            EditError::NotAdmitted(refusal, said) => Self::forbidden(refusal.as_str(), said),
            EditError::Store(source) => Self::internal(source),
        }
    }
}

impl From<DeleteError> for Problem {
    fn from(error: DeleteError) -> Self {
        match error {
            DeleteError::NotFound => Self::not_found("post or comment"),
            DeleteError::Refused(refusal @ DeleteRefusal::NotAllowed) => {
                Self::forbidden("not-allowed", refusal.to_string())
            }
            DeleteError::Refused(refusal @ DeleteRefusal::NothingToRestore) => {
                Self::conflict("nothing-to-restore", refusal.to_string())
            }
            DeleteError::NotMoved(refusal) => Self::conflict("wider-audience", refusal.to_string()),
            DeleteError::Store(source) => Self::internal(source),
        }
    }
}

impl From<VoteError> for Problem {
    fn from(error: VoteError) -> Self {
        match error {
            VoteError::NotFound => Self::not_found("post or comment"),
            VoteError::Refused(refusal @ VoteRefusal::NotOpen) => {
                Self::conflict("not-open", refusal.to_string())
            }
            VoteError::Refused(VoteRefusal::NotAdmitted(refusal)) => refusal.into(),
            VoteError::Store(source) => Self::internal(source),
        }
    }
}
