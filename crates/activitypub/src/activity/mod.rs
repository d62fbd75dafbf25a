//! An activity: who did what to what, and for whom.
//!
//! Reading says what the sender claims. Who sent it, and whether they may, is decided elsewhere.

mod inner;
mod read;
mod verb;

pub use inner::{Inner, InnerActivity};
pub use verb::{
    Announced, Answer, Blocking, Deletion, Joining, Listing, Locking, Moving, Payload, PollChoice, Reaction,
    ReactionKind, Report, Undoing, Verb, Warning,
};

use crate::{Addressing, Document, FieldError, Iri};

/// Why a document of a known activity type could not be read: the text of a 422.
pub type ActivityError = FieldError;

/// A received activity. `id`, `type` and one `actor` are there, or it would not have been read.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// Its global id.
    pub id: Iri,
    /// Who says to have done it.
    pub actor: Iri,
    /// Whom it is meant for.
    pub addressing: Addressing,
    /// When, by the sender's clock.
    pub published: Option<i64>,
    /// What was done.
    pub verb: Verb,
}

impl Activity {
    /// Reads any activity. A type that is not known gives [`Verb::Unknown`].
    ///
    /// # Errors
    /// `id`, `type` or `actor` is missing, or a field that the known type cannot do without.
    pub fn read(document: &Document) -> Result<Self, ActivityError> {
        read::activity(document.value())
    }
}
