//! Collections and their pages.

use serde_json::Value;

use super::{Members, context};
use crate::Iri;

/// An `OrderedCollection`.
#[derive(Debug, Clone, Copy)]
pub struct Collection<'a> {
    /// Its id.
    pub id: &'a Iri,
    /// How many items the reader may see.
    pub total: u64,
    /// Its first page. None: there is nothing to read but the count.
    pub first: Option<&'a Iri>,
    /// Who owns it (of a thread).
    pub attributed_to: Option<&'a Iri>,
}

impl Collection<'_> {
    /// Writes it without its items, which are on its pages.
    pub fn to_value(&self) -> Value {
        let mut members = self.members();
        members.put_iri("first", self.first);
        members.into_value()
    }

    /// Writes it with all of its items: short lists, such as moderators.
    pub fn with_items(&self, items: Vec<Value>) -> Value {
        let mut members = self.members();
        members.put("orderedItems", items);
        members.into_value()
    }

    fn members(&self) -> Members {
        let mut members = Members::default();
        members.put("@context", context::content());
        members.put("id", self.id.as_str());
        members.put("type", "OrderedCollection");
        members.put("totalItems", self.total);
        members.put_iri("attributedTo", self.attributed_to);
        members
    }
}

/// An `OrderedCollectionPage`.
#[derive(Debug, Clone, Copy)]
pub struct CollectionPage<'a> {
    /// Its id.
    pub id: &'a Iri,
    /// The collection.
    pub part_of: &'a Iri,
    /// The page after this one.
    pub next: Option<&'a Iri>,
    /// The page before this one.
    pub prev: Option<&'a Iri>,
}

impl CollectionPage<'_> {
    /// Writes it with its items: ids (strings) or whole objects.
    pub fn to_value(&self, items: Vec<Value>) -> Value {
        let mut members = Members::default();
        members.put("@context", context::content());
        members.put("id", self.id.as_str());
        members.put("type", "OrderedCollectionPage");
        members.put("partOf", self.part_of.as_str());
        members.put_iri("next", self.next);
        members.put_iri("prev", self.prev);
        members.put("orderedItems", items);
        members.into_value()
    }
}
