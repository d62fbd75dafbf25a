//! What hangs on an object: links, pictures, files.

use serde_json::Value;

use crate::{Iri, read};

/// One attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// `Link`, `Image`, `Document`, …
    pub kind: String,
    /// Where it is.
    pub url: Iri,
    /// Its media type, as claimed.
    pub media_type: Option<String>,
    /// The description for those who do not see it.
    pub name: Option<String>,
}

impl Attachment {
    /// Reads the field `attachment`, at most 32; what has no URL is passed over.
    pub(super) fn read_all(object: &Value) -> Vec<Self> {
        read::items(object, "attachment").take(read::MAX_ATTACHMENTS).filter_map(Self::read).collect()
    }

    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            kind: read::kinds(value).next().unwrap_or("Link").to_owned(),
            url: read::url_of(value)?,
            media_type: read::string(value, "mediaType"),
            name: read::lang_text(value, "name").or_else(|| read::string(value, "summary")),
        })
    }

    /// Whether it is a picture.
    pub fn is_image(&self) -> bool {
        self.is_of("image/", "Image")
    }

    /// Whether it is a film.
    pub fn is_video(&self) -> bool {
        self.is_of("video/", "Video")
    }

    /// Whether it is a sound.
    pub fn is_audio(&self) -> bool {
        self.is_of("audio/", "Audio")
    }

    /// By its media type, else by its kind.
    fn is_of(&self, media: &str, kind: &str) -> bool {
        let by_type = self.media_type.as_deref().map(|given| given.starts_with(media));
        by_type.unwrap_or(self.kind == kind)
    }
}
