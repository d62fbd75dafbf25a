//! Lenient accessors: one fact of a JSON object, in any of the spellings that other software uses.
//!
//! Each takes the object and the name of the field, and stops at a limit of its own. What cannot be read is left
//! out; whether it was needed is for the caller to say, with a [`FieldError`].

mod addressing;
mod error;
mod ids;
mod scalar;
mod text;
mod url;

pub use addressing::Addressing;
pub use error::FieldError;
pub(crate) use ids::id_of;
pub use ids::{first_id, ids, is_public, kinds, one_id, own_id};
pub use scalar::{boolean, number, time};
pub use text::{lang_text, language, string};
pub(crate) use url::url_of;
pub use url::{first_url, page_url};

use serde_json::Value;

/// How many `to`, `cc` or `audience` entries are read of one object.
pub const MAX_RECIPIENTS: usize = 100;
/// How many tags are read of one object.
pub const MAX_TAGS: usize = 64;
/// How many attachments are read of one object.
pub const MAX_ATTACHMENTS: usize = 32;
/// How many answers of a poll are read.
pub const MAX_OPTIONS: usize = 64;
/// How many reported objects are read of one `Flag`.
pub const MAX_FLAGGED: usize = 100;

/// The field's values: none for absent or `null`, one for a single value, each of an array.
pub fn items<'a>(object: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    let items = match object.get(field) {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) => items.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    items.iter().filter(|item| !item.is_null())
}

/// The field's value, unless absent or `null`; of an array the first.
pub fn first<'a>(object: &'a Value, field: &str) -> Option<&'a Value> {
    items(object, field).next()
}
