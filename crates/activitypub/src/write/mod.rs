//! Writing documents: strict, one shape for each kind, one fixed `@context` for each kind.
//!
//! Everything given comes from our own store: texts are sanitised already, ids are ours.

mod activity;
mod actor;
mod announce;
mod collection;
mod content;
mod context;

pub use activity::{
    Envelope, Listing, accept, add, block, create, delete, dislike, flag, follow, invite, like, lock,
    lock_until, reject, remove, resolve, undo, update, warn,
};
pub use actor::{Actor, GroupFields, Media};
pub use announce::{announce_activity, announce_activity_proved, announce_id};
pub use collection::{Collection, CollectionPage};
pub use content::{Content, ContentKind, MentionTag, Replies, tombstone};

use serde_json::{Map, Value};

use crate::{Iri, PUBLIC};

/// Whom something is addressed to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Address<'a> {
    /// Where the public collection goes, if anywhere.
    pub public: Public,
    /// Primary recipients.
    pub to: &'a [Iri],
    /// Further recipients.
    pub cc: &'a [Iri],
    /// The group it is for.
    pub audience: Option<&'a Iri>,
}

/// Where the public collection is named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Public {
    /// In `to`: for everybody, listed.
    To,
    /// In `cc`: for everybody, not listed.
    Cc,
    /// Nowhere: for those who are named.
    #[default]
    No,
}

impl Address<'_> {
    /// Adds `to`, `cc` and `audience`; empty ones are left out but for `to`.
    fn put(&self, members: &mut Members) {
        let listed = |public: bool, iris: &[Iri]| -> Vec<Value> {
            let public = public.then(|| Value::from(PUBLIC));
            public.into_iter().chain(iris.iter().map(|iri| Value::from(iri.as_str()))).collect()
        };
        members.put("to", listed(self.public == Public::To, self.to));
        let cc = listed(self.public == Public::Cc, self.cc);
        members.put_some("cc", (!cc.is_empty()).then_some(cc));
        members.put_iri("audience", self.audience);
    }
}

/// The members of an object being written.
#[derive(Default)]
struct Members(Map<String, Value>);

impl Members {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    fn put_some(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    fn put_iri(&mut self, name: &str, iri: Option<&Iri>) {
        self.put_some(name, iri.map(Iri::as_str));
    }

    fn put_time(&mut self, name: &str, time_ms: Option<i64>) {
        self.put_some(name, time_ms.and_then(time));
    }

    fn put_iris(&mut self, name: &str, iris: &[Iri]) {
        let iris: Vec<_> = iris.iter().map(Iri::as_str).collect();
        self.put_some(name, (!iris.is_empty()).then_some(iris));
    }

    fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}

/// RFC 3339 in UTC; None for years beyond 9999.
fn time(time_ms: i64) -> Option<String> {
    jiff::Timestamp::from_millisecond(time_ms).ok().map(|time| time.to_string())
}
