//! Why a request's signature is not accepted.

/// Why a request's signature is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is none.
    #[error("no signature")]
    Missing,
    /// A header or parameter that may occur once occurs twice.
    #[error("`{0}` occurs twice")]
    Doubled(String),
    /// More than one RFC 9421 signature: which of them counts would be anybody's guess.
    #[error("more than one signature")]
    SeveralSignatures,
    /// A header cannot be read.
    #[error("`{0}` cannot be read")]
    Malformed(&'static str),
    /// `keyId` is no http(s) URL of at most 2 KiB.
    #[error("`keyId` is not an http(s) URL")]
    KeyId,
    /// An algorithm that we do not verify.
    #[error("unknown algorithm")]
    UnknownAlgorithm,
    /// A component that we cannot rebuild.
    #[error("component `{0}` is not supported")]
    UnknownComponent(String),
    /// A part of the request that has to be signed is not.
    #[error("`{0}` is not signed")]
    NotCovered(&'static str),
    /// A signed header is not there.
    #[error("signed header `{0}` is missing")]
    HeaderMissing(String),
    /// Made too long ago.
    #[error("signature is too old")]
    TooOld,
    /// Made in the future.
    #[error("signature is from the future")]
    FromTheFuture,
    /// Past its own `expires`.
    #[error("signature has expired")]
    Expired,
    /// The algorithm named is not the key's.
    #[error("algorithm does not fit the key")]
    WrongKeyKind,
    /// It was not made with this key over this request.
    #[error("signature does not match")]
    Mismatch,
}

impl SignatureError {
    /// A stable name, for metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "signature-missing",
            Self::Doubled(_) => "signature-doubled",
            Self::SeveralSignatures => "signature-several",
            Self::Malformed(_) => "signature-malformed",
            Self::KeyId => "signature-key-id",
            Self::UnknownAlgorithm => "signature-algorithm",
            Self::UnknownComponent(_) => "signature-component",
            Self::NotCovered(_) => "signature-not-covered",
            Self::HeaderMissing(_) => "signature-header-missing",
            Self::TooOld => "signature-too-old",
            Self::FromTheFuture => "signature-future",
            Self::Expired => "signature-expired",
            Self::WrongKeyKind => "signature-key-kind",
            Self::Mismatch => "signature-mismatch",
        }
    }

    /// Whether the request itself is broken (400), rather than its proof (401).
    pub fn is_bad_request(&self) -> bool {
        matches!(self, Self::Doubled(_) | Self::Malformed(_))
    }
}
