//! Prepared texts.

use guildhall_app::case::PreparedText;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A text that moderators have at hand, in one language.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AtHand {
    /// By which it is chosen.
    name: String,
    /// A BCP 47 tag.
    language: String,
    /// With `{person}`, `{title}`, `{rule}`, `{group}` and `{until}` for what is filled in.
    text: String,
    /// Whether it is the group's own; else it is built in.
    is_own: bool,
}

/// The texts that are a group's own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnTexts {
    /// All of them, at most 200.
    texts: Vec<OwnText>,
}

/// A text of a group's own; it stands in for one that is built in by the same name and language.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnText {
    /// a-z, 0-9 and -.
    #[schema(min_length = 1, max_length = 50)]
    name: String,
    /// A BCP 47 tag.
    language: String,
    /// With `{person}`, `{title}`, `{rule}`, `{group}` and `{until}` for what is filled in.
    #[schema(min_length = 1, max_length = 1000)]
    text: String,
}

impl From<(PreparedText, bool)> for AtHand {
    fn from((text, is_own): (PreparedText, bool)) -> Self {
        Self { name: text.name, language: text.language, text: text.text, is_own }
    }
}

impl OwnTexts {
    /// As the use case takes them.
    pub(crate) fn texts(self) -> Vec<PreparedText> {
        let own = |text: OwnText| PreparedText { name: text.name, language: text.language, text: text.text };
        self.texts.into_iter().map(own).collect()
    }
}
