//! Types of objects.

/// A type of object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// A post with a title (Lemmy, Mbin, PieFed).
    Page,
    /// A post without one, or a comment.
    Note,
    /// A longer post (WordPress, NodeBB, Friendica).
    Article,
    /// A poll.
    Question,
    /// Something that takes place.
    Event,
    /// A video (PeerTube).
    Video,
    /// A sound.
    Audio,
    /// A picture.
    Image,
    /// A file.
    Document,
    /// A private message (Pleroma, Lemmy 0.19).
    ChatMessage,
    /// Something deleted.
    Tombstone,
    /// Any other.
    Other(String),
}

impl ObjectKind {
    /// The kind of that name.
    pub fn from_name(name: &str) -> Self {
        match name {
            "Page" => Self::Page,
            "Note" => Self::Note,
            "Article" => Self::Article,
            "Question" => Self::Question,
            "Event" => Self::Event,
            "Video" => Self::Video,
            "Audio" => Self::Audio,
            "Image" => Self::Image,
            "Document" => Self::Document,
            "ChatMessage" => Self::ChatMessage,
            "Tombstone" => Self::Tombstone,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Its name on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Page => "Page",
            Self::Note => "Note",
            Self::Article => "Article",
            Self::Question => "Question",
            Self::Event => "Event",
            Self::Video => "Video",
            Self::Audio => "Audio",
            Self::Image => "Image",
            Self::Document => "Document",
            Self::ChatMessage => "ChatMessage",
            Self::Tombstone => "Tombstone",
            Self::Other(name) => name,
        }
    }
}
