//! How the processing of an activity ends.

use std::borrow::Cow;

use guildhall_app::{
    appeal::AppealError,
    entry::{DeleteError, EditError, SubmitError, VoteError},
    group::{JoinError, ModerationError},
    staff::StaffError,
};
use guildhall_domain::EntryId;
use guildhall_store::{StoreError, received::Outcome};

use crate::fetch::FetchError;

/// Where an activity got.
#[derive(Debug)]
pub(crate) enum Step {
    /// The use case ended it, in the transaction that carries its effect.
    Done,
    /// There was nothing to do for a use case.
    Ended(Outcome, Cow<'static, str>),
    /// It is about an entry that a moderator has not decided yet.
    Waits(EntryId),
}

impl Step {
    pub(crate) fn ended(outcome: Outcome, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Ended(outcome, reason.into())
    }

    pub(crate) fn ignored(reason: &'static str) -> Self {
        Self::ended(Outcome::Ignored, reason)
    }

    pub(crate) fn refused(reason: &'static str) -> Self {
        Self::ended(Outcome::Refused, reason)
    }
}

/// Why an activity did not get anywhere.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// The store failed for now. It is the next again: nothing that its sender sent later may overtake it.
    #[error("{0}")]
    Store(String),
    /// Another try may succeed.
    #[error("{0}")]
    Later(String),
    /// No try will.
    #[error("{0}")]
    Never(String),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::of_store(&error, chain(&error))
    }
}

impl From<FetchError> for Trouble {
    fn from(error: FetchError) -> Self {
        let text = chain(&error);
        match error {
            FetchError::Store(error) => Self::of_store(&error, text),
            error if error.is_retryable() => Self::Later(text),
            _ => Self::Never(text),
        }
    }
}

impl Trouble {
    fn of_store(error: &StoreError, text: String) -> Self {
        match error {
            // By its own doing, maybe: it must not hold up its sender for ever.
            error if error.is_cut_off() => Self::Later(text),
            error if error.is_retryable() || error.is_unavailable() => Self::Store(text),
            _ => Self::Never(text),
        }
    }
}

/// An error with its sources, for the record of the activity.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// The answer of a use case: refusals have ended the activity, only trouble with the store is left.
pub(crate) trait IntoStep {
    /// What became of the activity.
    fn into_step(self) -> Result<Step, Trouble>;
}

macro_rules! into_step {
    ($($error:ident),+) => {$(
        impl<T> IntoStep for Result<T, $error> {
            fn into_step(self) -> Result<Step, Trouble> {
                match self {
                    Err($error::Store(error)) => Err(error.into()),
                    Err(error) => Ok(Step::Ended(Outcome::Refused, error.to_string().into())),
                    Ok(_) => Ok(Step::Done),
                }
            }
        }
    )+};
}
into_step!(
    AppealError,
    DeleteError,
    EditError,
    JoinError,
    ModerationError,
    StaffError,
    SubmitError,
    VoteError
);
