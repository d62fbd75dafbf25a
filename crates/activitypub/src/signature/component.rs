//! Parts of a request that a signature can cover, in the words of either scheme.

use super::SignatureError;

/// One covered part. Written as it stands in the signature's list, without quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Component {
    /// Cavage: `post /inbox?x`.
    RequestTarget,
    /// Cavage: the `created` parameter.
    Created,
    /// Cavage: the `expires` parameter.
    Expires,
    /// RFC 9421: `POST`.
    Method,
    /// RFC 9421: the whole URL.
    TargetUri,
    /// RFC 9421: host and port.
    Authority,
    /// RFC 9421: `https`.
    Scheme,
    /// RFC 9421: path and query as in the request line.
    FullRequestTarget,
    /// RFC 9421: the path.
    Path,
    /// RFC 9421: the query with its `?`.
    Query,
    /// A header, in lower case.
    Header(String),
}

impl Component {
    pub(super) fn from_cavage(name: &str) -> Result<Self, SignatureError> {
        Ok(match name {
            "(request-target)" => Self::RequestTarget,
            "(created)" => Self::Created,
            "(expires)" => Self::Expires,
            _ => Self::header(name)?,
        })
    }

    pub(super) fn from_rfc9421(name: &str) -> Result<Self, SignatureError> {
        Ok(match name {
            "@method" => Self::Method,
            "@target-uri" => Self::TargetUri,
            "@authority" => Self::Authority,
            "@scheme" => Self::Scheme,
            "@request-target" => Self::FullRequestTarget,
            "@path" => Self::Path,
            "@query" => Self::Query,
            _ => Self::header(name)?,
        })
    }

    /// Header names are lower case in both lists; Cavage's older clients wrote `Date` too.
    fn header(name: &str) -> Result<Self, SignatureError> {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(token) {
            return Err(SignatureError::UnknownComponent(name.chars().take(64).collect()));
        }
        Ok(Self::Header(name.to_ascii_lowercase()))
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::RequestTarget => "(request-target)",
            Self::Created => "(created)",
            Self::Expires => "(expires)",
            Self::Method => "@method",
            Self::TargetUri => "@target-uri",
            Self::Authority => "@authority",
            Self::Scheme => "@scheme",
            Self::FullRequestTarget => "@request-target",
            Self::Path => "@path",
            Self::Query => "@query",
            Self::Header(name) => name,
        }
    }
}
