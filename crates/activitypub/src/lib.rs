//! The ActivityPub wire: bytes in, types out. No I/O, no async, no clock of its own.
//!
//! Reading is lenient ([`Document`], [`Activity`], [`Object`], [`ActorDocument`], [`Collection`]): the shapes that
//! other software sends are listed in the recorded fixtures. Writing is strict ([`mod@write`]): one shape, one fixed
//! `@context` per kind. [`signature`], [`digest`] and [`proof`] say whether bytes come from the holder of a key;
//! whether that actor may do what the activity says is not decided here.
//!
//! All times are milliseconds since 1970-01-01T00:00:00Z (`i64`).

pub mod activity;
pub mod actor;
pub mod collection;
pub mod digest;
pub mod discovery;
pub mod document;
pub mod iri;
pub mod key;
pub mod media_type;
pub mod object;
pub mod proof;
pub mod read;
pub mod signature;
pub mod synchronization;
mod unambiguous;
pub mod write;

pub use activity::{Activity, ActivityError, Verb};
pub use actor::{ActorDocument, ActorKind};
pub use collection::Collection;
pub use document::{Document, ReadError};
pub use iri::{Iri, IriError, Origin};
pub use key::{KeyPair, PublicKey};
pub use media_type::{ACTIVITY_JSON, LD_JSON};
pub use object::{Object, ObjectKind};
pub use read::{Addressing, FieldError};

/// The address that stands for everybody (ActivityPub section 5.6).
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
