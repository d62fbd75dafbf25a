//! Changes: a field that is left out stays as it is, `null` takes away what can be taken away.

use guildhall_domain::group::is_language_tag;
use serde::{Deserialize, Deserializer};

use crate::native::problem::Problem;

/// A text that may be left as it is (`None`), taken away (`Some(None)`) or set.
pub(crate) type Clearable = Option<Option<String>>;

/// Tells a field that was given, as `null` too, from one that was not; with `#[serde(default)]`.
pub(crate) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A language tag as it is kept.
pub(crate) fn language(tag: Option<String>) -> Result<Option<String>, Problem> {
    match tag {
        Some(tag) if !is_language_tag(&tag) => {
            Err(Problem::invalid("language", "a tag such as en, fr or pt-BR is wanted"))
        }
        tag => Ok(tag),
    }
}
