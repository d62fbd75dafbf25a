//! From what the store knows to documents: actors, posts and comments, tombstones, activities.
//!
//! One object, one id, the same JSON for everybody who may read it.

pub mod activity;
pub mod actor;
pub mod confine;
pub mod entry;
pub mod mention;
pub mod notice;
mod poll;
pub mod proof;
pub mod publication;

use guildhall_activitypub::{Iri, IriError, key::KeyError, proof::ProofError};
use guildhall_domain::ApId;
use guildhall_store::{StoreError, actor::Actor};

/// Why something could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// Something it is about is no longer there.
    #[error("the {0} is gone")]
    Gone(&'static str),
    /// An id of ours is not a URL.
    #[error("the id {id} is not usable")]
    Id {
        /// The id.
        id: String,
        /// What is wrong with it.
        #[source]
        source: IriError,
    },
    /// A key of ours cannot be written.
    #[error("a key is not usable")]
    Key(#[from] KeyError),
    /// A proof cannot be made.
    #[error("the proof cannot be made")]
    Proof(#[from] ProofError),
    /// The received activity that is passed on is no JSON.
    #[error("the received activity is not JSON")]
    Body(#[from] serde_json::Error),
    /// The store failed.
    #[error("reading failed")]
    Store(#[from] StoreError),
}

/// An id as the writer wants it.
pub(crate) fn iri(id: &ApId) -> Result<Iri, RenderError> {
    text_iri(id.as_str())
}

/// The same, of a URL that is kept as text.
pub(crate) fn text_iri(text: &str) -> Result<Iri, RenderError> {
    Iri::parse(text).map_err(|source| RenderError::Id { id: text.to_owned(), source })
}

/// Who the members of a group are, for what is said to them alone: its followers, under the name that it gave them.
pub(crate) fn members_of(group: &Actor) -> Result<Iri, RenderError> {
    match group.followers.as_deref().filter(|_| !group.is_local) {
        Some(followers) => text_iri(followers),
        None => part(&group.ap_id, "followers"),
    }
}

/// A collection of one of our actors, by its name in paths: `outbox`, `followers`, `moderators`, `featured`.
pub(crate) fn part(actor: &ApId, name: &str) -> Result<Iri, RenderError> {
    text_iri(&format!("{actor}/{name}"))
}
