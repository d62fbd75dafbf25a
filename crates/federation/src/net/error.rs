//! Why a request to another server brought no answer.

use super::guard::Refusal;

/// Why a request to another server brought no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// This instance does not federate: nothing goes out.
    #[error("federation is switched off on this server")]
    SwitchedOff,
    /// The address guard said no.
    #[error("refused to connect: {0}")]
    Refused(#[from] Refusal),
    /// Name lookup, connection, TLS or protocol; the text is for people.
    #[error("no connection: {0}")]
    Connection(String),
    /// It took too long.
    #[error("no answer in time")]
    Timeout,
    /// The body is longer than it may be, counted after decompression.
    #[error("answer is larger than {0} bytes")]
    TooLarge(usize),
    /// A redirect that leads nowhere.
    #[error("redirect without a usable address")]
    BadRedirect,
}

impl NetError {
    /// Reads what reqwest says; finds the guard's refusal behind it.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
        let mut innermost = error.to_string();
        while let Some(cause) = source {
            if let Some(refusal) = cause.downcast_ref::<Refusal>() {
                return Self::Refused(*refusal);
            }
            innermost = cause.to_string();
            source = cause.source();
        }
        if error.is_timeout() { Self::Timeout } else { Self::Connection(innermost) }
    }
}
