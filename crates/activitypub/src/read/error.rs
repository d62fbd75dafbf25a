//! Which field was wrong and what it should have been: the text of a 422.

/// A field that a known kind of document needs is missing or makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` must be {wanted}")]
pub struct FieldError {
    /// The path to the field, for example `object.attributedTo`.
    pub field: String,
    /// What would have been right, for example `one id`.
    pub wanted: &'static str,
}

impl FieldError {
    /// An error about a field of the object being read.
    pub fn new(field: &str, wanted: &'static str) -> Self {
        Self { field: field.to_owned(), wanted }
    }

    /// The same error seen from the object that holds the one being read.
    #[must_use]
    pub fn within(self, outer: &str) -> Self {
        Self { field: format!("{outer}.{}", self.field), wanted: self.wanted }
    }
}
