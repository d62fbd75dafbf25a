//! Why something could not be had from another server.

use std::sync::Arc;

use guildhall_app::port::ResolveError;
use guildhall_store::StoreError;

use crate::net::{NetError, Refusal};

/// Why something could not be had from another server. Cheap to clone: those who waited for one fetch share its end.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FetchError {
    /// This instance does not federate: nobody is asked.
    #[error("federation is switched off on this server")]
    SwitchedOff,
    /// 410, or a tombstone: it was there once.
    #[error("it is gone")]
    Gone,
    /// 404.
    #[error("it is not there")]
    NotFound,
    /// The document names another `id`, and that one does not lead back to it: its host cannot vouch for it.
    #[error("the document belongs to another id")]
    WrongId,
    /// 401 or 403: it is not for us.
    #[error("the server does not show it to us")]
    Forbidden,
    /// Our own peering lists forbid asking.
    #[error("the host is blocked here")]
    Blocked,
    /// The address guard said no.
    #[error("refused to connect: {0}")]
    Refused(#[from] Refusal),
    /// An id of our own: nothing about us is learned from the network.
    #[error("it would live here")]
    OwnHost,
    /// Another media type, no JSON, or not the kind of document that was expected; the text says which.
    #[error("not an ActivityPub document: {0}")]
    NotActivityPub(String),
    /// More bytes than one document may have.
    #[error("the document is too large")]
    TooLarge,
    /// More than the allowed number of redirects, or one that leads nowhere.
    #[error("redirected too often")]
    TooManyRedirects,
    /// All that may be spent for this cause has been spent.
    #[error("the budget for this cause is spent")]
    BudgetSpent,
    /// Network, TLS, time-out, 429 or 5xx; worth another try later.
    #[error("the server could not be reached: {0}")]
    Unreachable(String),
    /// Our own store failed.
    #[error("reading or writing failed")]
    Store(#[source] Arc<StoreError>),
}

impl FetchError {
    /// Whether another try later may succeed.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::BudgetSpent | Self::SwitchedOff => true,
            Self::Store(error) => error.is_retryable(),
            _ => false,
        }
    }

    /// Whether its own server says that there is no such thing (404) or no longer (410).
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Gone | Self::NotFound)
    }

    /// Whether it is for reasons of our own, and says nothing about what was asked for.
    pub(super) fn is_of_our_own(&self) -> bool {
        matches!(self, Self::BudgetSpent | Self::SwitchedOff | Self::Store(_))
    }

    #[expect(clippy::needless_pass_by_value, reason = "so that it can be given to `map_err`")]
    pub(super) fn not_activity_pub(reason: impl ToString) -> Self {
        Self::NotActivityPub(reason.to_string())
    }
}

impl From<StoreError> for FetchError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

impl From<NetError> for FetchError {
    fn from(error: NetError) -> Self {
        match error {
            NetError::SwitchedOff => Self::SwitchedOff,
            NetError::Refused(refusal) => Self::Refused(refusal),
            NetError::TooLarge(_) => Self::TooLarge,
            NetError::BadRedirect => Self::TooManyRedirects,
            NetError::Connection(_) | NetError::Timeout => Self::Unreachable(error.to_string()),
        }
    }
}

impl From<FetchError> for ResolveError {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Gone | FetchError::NotFound | FetchError::OwnHost => Self::NotFound,
            FetchError::SwitchedOff => Self::SwitchedOff,
            FetchError::Blocked => Self::Blocked,
            FetchError::Unreachable(reason) => Self::Unreachable(reason),
            FetchError::BudgetSpent => Self::Unreachable(error.to_string()),
            FetchError::Store(source) => Self::Store(source),
            FetchError::WrongId
            | FetchError::Forbidden
            | FetchError::Refused(_)
            | FetchError::NotActivityPub(_)
            | FetchError::TooLarge
            | FetchError::TooManyRedirects => Self::Refused(error.to_string()),
        }
    }
}
