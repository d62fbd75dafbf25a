//! Who asks.

/// A kind of reader. Those with an account here show it to the API alone, those elsewhere sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Reader {
    Nobody,
    Stranger,
    RemoteStranger,
    OfBlockedHost,
    Member,
    RemoteMember,
    /// A member from before the group blocked their server.
    OfHostTheGroupBlocked,
    Moderator,
    Author,
    BannedAuthor,
    /// The same, who asks about what they wrote themselves.
    BannedAuthorOfOwn,
    Admin,
}

/// In the order of the table's columns.
pub(crate) const READERS: [Reader; 12] = [
    Reader::Nobody,
    Reader::Stranger,
    Reader::RemoteStranger,
    Reader::OfBlockedHost,
    Reader::Member,
    Reader::RemoteMember,
    Reader::OfHostTheGroupBlocked,
    Reader::Moderator,
    Reader::Author,
    Reader::BannedAuthor,
    Reader::BannedAuthorOfOwn,
    Reader::Admin,
];

/// Readers elsewhere, with their names and servers.
pub(crate) const REMOTE: [(Reader, &str, &str); 4] = [
    (Reader::RemoteStranger, "stan", "stranger.example"),
    (Reader::OfBlockedHost, "bea", BLOCKED_HERE),
    (Reader::RemoteMember, "rita", "member.example"),
    (Reader::OfHostTheGroupBlocked, "gina", BLOCKED_BY_GROUP),
];

/// Blocked by the instance.
pub(crate) const BLOCKED_HERE: &str = "blocked.example";
/// Blocked by each group, after somebody there became a member.
pub(crate) const BLOCKED_BY_GROUP: &str = "shunned.example";

impl Reader {
    /// The name of their account here.
    pub(crate) fn account(self) -> Option<&'static str> {
        match self {
            Self::Stranger => Some("sam"),
            Self::Member => Some("mia"),
            Self::Moderator => Some("mona"),
            Self::Author => Some("alan"),
            Self::BannedAuthor | Self::BannedAuthorOfOwn => Some("bert"),
            Self::Admin => Some("ruth"),
            Self::Nobody
            | Self::RemoteStranger
            | Self::OfBlockedHost
            | Self::RemoteMember
            | Self::OfHostTheGroupBlocked => None,
        }
    }
}
