//! Why a request has no effect, what its sender is told, and under which name it is counted.

use std::sync::Arc;
use std::time::Duration;

use guildhall_activitypub::digest::DigestError;
use guildhall_activitypub::signature::SignatureError;
use guildhall_activitypub::{FieldError, ReadError};
use guildhall_store::StoreError;
use http::StatusCode;

use crate::fetch::{FetchError, KeyError};

/// For how long a sender should wait when it is our side that has trouble.
const TROUBLE: Duration = Duration::from_mins(1);

/// Why a request has no effect. In the order of the check list.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Rejection {
    /// Step 1: another media type, or none.
    #[error("send application/activity+json, or application/ld+json with the ActivityStreams profile")]
    MediaType,
    /// Steps 1 and 2: compressed.
    #[error("compressed bodies are not taken")]
    Encoding,
    /// Steps 1 and 2: more bytes than one activity may have.
    #[error("the activity is too large")]
    TooLarge,
    /// Step 2: it came too slowly.
    #[error("the body did not arrive in time")]
    BodyTimeout,
    /// Step 2: the connection broke.
    #[error("the body did not arrive in whole")]
    BodyBroken,
    /// Step 3: an empty bucket.
    #[error("too many requests")]
    TooManyRequests(Duration),
    /// Step 4: a header that may occur once occurs twice.
    #[error("header `{0}` occurs twice")]
    DoubleHeader(&'static str),
    /// Step 5: it was meant for another server.
    #[error("this is not the host that was asked for")]
    WrongHost,
    /// Step 6: the body is not the one that was digested.
    #[error("digest refused: {0}")]
    Digest(#[from] DigestError),
    /// Steps 7 to 9 and 14.
    #[error("signature refused: {0}")]
    Signature(#[from] SignatureError),
    /// Step 10: plain http, too long, or none of another server.
    #[error("`keyId` refused: {0}")]
    KeyId(&'static str),
    /// Step 11: no JSON object of the allowed shape.
    #[error("the body is refused: {0}")]
    Document(Arc<ReadError>),
    /// Step 11: an activity of a known type that lacks what it needs.
    #[error("the activity cannot be read: {0}")]
    Malformed(#[from] FieldError),
    /// Step 11: a type that nothing is done with.
    #[error("activities of this type have no effect here")]
    UnknownType,
    /// Step 12: the id of the activity, or its actor, is one of ours.
    #[error("only this server speaks for its own actors")]
    OwnActor,
    /// Step 12: the id is not of the actor's origin, so neither vouches for the other.
    #[error("`id` and `actor` are of different origins")]
    ForeignId,
    /// Steps 10 and 12: a host that our lists block.
    #[error("the host is blocked")]
    BlockedHost,
    /// Step 12: an actor that this instance has banned.
    #[error("the actor is suspended")]
    SuspendedActor,
    /// Step 13: known already.
    #[error("the activity is known")]
    Duplicate,
    /// Step 14: there is no such key, or not now.
    #[error("key refused: {0}")]
    Key(#[source] KeyError),
    /// Step 14: the key is another actor's.
    #[error("the key does not belong to the actor")]
    KeyOfAnother,
    /// Step 14: passed on by another host, without a proof, and its own host does not confirm it.
    #[error("the activity's own server does not confirm it")]
    NotConfirmed,
    /// Step 14: its own host could not be asked.
    #[error("the activity's own server could not be asked: {0}")]
    OriginUnreachable(FetchError),
    /// Step 15: a `Delete` or `Update` of an actor that is gone, or was never known.
    #[error("the actor is gone, or was never known here")]
    GoneActor,
    /// Step 16: the object is another origin's.
    #[error("the object is not of the actor's origin")]
    ForeignObject,
    /// Step 16: the object says to be by somebody else.
    #[error("`attributedTo` is not the actor")]
    NotAttributed,
    /// Our own store failed.
    #[error("reading or writing failed")]
    Store(#[source] Arc<StoreError>),
}

impl Rejection {
    /// What the sender is answered. 202 where it has done nothing wrong that trying again would mend, and where it is none
    /// of its business.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::UnknownType
            | Self::BlockedHost
            | Self::SuspendedActor
            | Self::Duplicate
            | Self::GoneActor => StatusCode::ACCEPTED,
            Self::MediaType | Self::Encoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::BodyBroken
            | Self::DoubleHeader(_)
            | Self::Digest(DigestError::Doubled | DigestError::Malformed)
            | Self::Document(_) => StatusCode::BAD_REQUEST,
            Self::TooManyRequests(_) | Self::Key(KeyError::TooMany(_)) => StatusCode::TOO_MANY_REQUESTS,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Signature(error) if error.is_bad_request() => StatusCode::BAD_REQUEST,
            Self::Malformed(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::OwnActor | Self::ForeignObject | Self::NotAttributed => StatusCode::FORBIDDEN,
            Self::Key(KeyError::Fetch(error)) if error.is_retryable() => StatusCode::SERVICE_UNAVAILABLE,
            Self::OriginUnreachable(_) | Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Digest(_)
            | Self::Signature(_)
            | Self::KeyId(_)
            | Self::ForeignId
            | Self::Key(_)
            | Self::KeyOfAnother
            | Self::NotConfirmed => StatusCode::UNAUTHORIZED,
        }
    }

    /// The stable name: the metric's label and the problem's `code`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::MediaType => "media-type",
            Self::Encoding => "content-encoding",
            Self::TooLarge => "too-large",
            Self::BodyTimeout => "body-timeout",
            Self::BodyBroken => "body-broken",
            Self::TooManyRequests(_) => "too-many-requests",
            Self::DoubleHeader(_) => "double-header",
            Self::WrongHost => "wrong-host",
            Self::Digest(error) => error.code(),
            Self::Signature(error) => error.code(),
            Self::KeyId(_) => "key-id",
            Self::Document(_) => "document",
            Self::Malformed(_) => "malformed",
            Self::UnknownType => "unknown-type",
            Self::OwnActor => "own-actor",
            Self::ForeignId => "foreign-id",
            Self::BlockedHost => "blocked-host",
            Self::SuspendedActor => "suspended-actor",
            Self::Duplicate => "duplicate",
            Self::Key(KeyError::NotListed) => "key-not-listed",
            Self::Key(KeyError::TooMany(_)) => "too-many-keys",
            Self::Key(KeyError::Fetch(_)) => "key-not-fetched",
            Self::KeyOfAnother => "key-of-another",
            Self::NotConfirmed => "not-confirmed",
            Self::OriginUnreachable(_) => "origin-unreachable",
            Self::GoneActor => "gone-actor",
            Self::ForeignObject => "foreign-object",
            Self::NotAttributed => "not-attributed",
            Self::Store(_) => "store",
        }
    }

    /// How long the sender should wait before it tries again.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooManyRequests(wait) | Self::Key(KeyError::TooMany(wait)) => Some(*wait),
            _ if self.status() == StatusCode::SERVICE_UNAVAILABLE => Some(TROUBLE),
            _ => None,
        }
    }

    /// What a reader is answered whose signed GET was refused: there is nothing to be accepted silently.
    pub fn status_for_get(&self) -> StatusCode {
        match self.status() {
            StatusCode::ACCEPTED => StatusCode::FORBIDDEN,
            status => status,
        }
    }
}

impl From<StoreError> for Rejection {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

impl From<KeyError> for Rejection {
    fn from(error: KeyError) -> Self {
        match error {
            // Our own trouble is no fault of the key.
            KeyError::Fetch(FetchError::Store(source)) => Self::Store(source),
            error => Self::Key(error),
        }
    }
}

impl From<ReadError> for Rejection {
    fn from(error: ReadError) -> Self {
        Self::Document(Arc::new(error))
    }
}
