//! Actors: persons, groups and services, as their server describes them.

mod keys;
mod read;

pub use keys::ActorKey;

use serde_json::Value;

use crate::{FieldError, Iri};

/// An actor document. Only `id`, `type` and `inbox` are sure to be there. Texts are not sanitised.
#[derive(Debug, Clone, PartialEq)]
pub struct ActorDocument {
    /// Its global id.
    pub id: Iri,
    /// Its type.
    pub kind: ActorKind,
    /// The part before `@` of its handle; if missing, the last segment of the id.
    pub preferred_username: String,
    /// The display name, plain text.
    pub name: Option<String>,
    /// What it says about itself, HTML.
    pub summary_html: Option<String>,
    /// The same as it was typed, where that was Markdown.
    pub source_markdown: Option<String>,
    /// Where activities for it go.
    pub inbox: Iri,
    /// Where activities for everybody on its server go.
    pub shared_inbox: Option<Iri>,
    /// What it did.
    pub outbox: Option<Iri>,
    /// Who follows it.
    pub followers: Option<Iri>,
    /// Who moderates a group.
    pub moderators: Moderators,
    /// What it has pinned.
    pub featured: Option<Iri>,
    /// Where to post to a group (FEP-400e).
    pub wall: Option<Iri>,
    /// Its small picture.
    pub icon: Option<Iri>,
    /// Its wide picture.
    pub image: Option<Iri>,
    /// The page for people.
    pub url: Option<Iri>,
    /// Its keys, for requests and for proofs; those that can be used.
    pub keys: Vec<ActorKey>,
    /// A `Follow` waits for somebody's decision.
    pub manually_approves: bool,
    /// Only moderators may post.
    pub posting_restricted_to_mods: bool,
    /// It may be listed in directories.
    pub discoverable: Option<bool>,
    /// Its posts may be found by search (FEP-5feb).
    pub indexable: Option<bool>,
    /// It was marked as not for everybody's eyes.
    pub sensitive: bool,
    /// Other ids of the same actor.
    pub also_known_as: Vec<Iri>,
    /// Where it went.
    pub moved_to: Option<Iri>,
    /// Its own server has suspended it.
    pub suspended: bool,
    /// Since when it exists.
    pub published: Option<i64>,
    /// When the document last changed.
    pub updated: Option<i64>,
    /// Its address as `name@host`, if it says so itself (FEP-2c59).
    pub webfinger: Option<String>,
}

/// Types of actors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// A human, mostly.
    Person,
    /// A group.
    Group,
    /// A server or program.
    Application,
    /// A bot.
    Service,
    /// An organisation.
    Organization,
}

/// Who moderates a group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Moderators {
    /// Nothing is said.
    #[default]
    Unknown,
    /// A collection to be fetched (Lemmy, Mbin, PieFed).
    Collection(Iri),
    /// They are listed in the document itself (PeerTube, Smithereen).
    Listed(Vec<Iri>),
}

impl ActorKind {
    /// The kind of that name, or none.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "Person" => Self::Person,
            "Group" => Self::Group,
            "Application" => Self::Application,
            "Service" => Self::Service,
            "Organization" => Self::Organization,
            _ => return None,
        })
    }

    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "Person",
            Self::Group => "Group",
            Self::Application => "Application",
            Self::Service => "Service",
            Self::Organization => "Organization",
        }
    }
}

impl ActorDocument {
    /// Reads an actor.
    ///
    /// # Errors
    /// `id` or `inbox` is missing, or `type` is none of an actor.
    pub fn read(value: &Value) -> Result<Self, FieldError> {
        read::actor(value)
    }

    /// The key of that id, if the document lists it.
    pub fn key(&self, key_id: &Iri) -> Option<&ActorKey> {
        self.keys.iter().find(|key| key.id == *key_id)
    }
}

/// Whether the object's type is one of an actor.
pub(crate) fn is_actor(value: &Value) -> bool {
    crate::read::kinds(value).any(|kind| ActorKind::from_name(kind).is_some())
}
