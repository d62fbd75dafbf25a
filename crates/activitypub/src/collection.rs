//! Collections and their pages, read and written.

use serde_json::Value;

use crate::{FieldError, Iri, read};

/// How many items are read of one page: with ids of 100 characters what fits into a document of 1 MiB.
pub const MAX_ITEMS: usize = 10_000;

/// A `Collection`, `OrderedCollection`, or a page of either.
#[derive(Debug, Clone, PartialEq)]
pub struct Collection {
    /// Its id; embedded ones may have none.
    pub id: Option<Iri>,
    /// Whether it is a page of another one.
    pub is_page: bool,
    /// How many items it says to have in all.
    pub total_items: Option<u64>,
    /// The items told here, in order.
    pub items: Vec<Item>,
    /// Whether there are more of them than [`MAX_ITEMS`].
    pub is_cut: bool,
    /// The first page, when it has an id.
    pub first: Option<Iri>,
    /// The first page, when it is embedded.
    pub first_page: Option<Box<Collection>>,
    /// The page after this one.
    pub next: Option<Iri>,
    /// The collection that this is a page of.
    pub part_of: Option<Iri>,
    /// Who owns it (of a thread's `context`: FEP-7888).
    pub attributed_to: Option<Iri>,
}

/// One item.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// Only its id.
    Id(Iri),
    /// The thing itself.
    Embedded(Value),
}

impl Item {
    /// Its id, where it has one.
    pub fn id(&self) -> Option<Iri> {
        match self {
            Self::Id(id) => Some(id.clone()),
            Self::Embedded(value) => read::own_id(value),
        }
    }
}

impl Collection {
    /// Reads a collection or page; at most [`MAX_ITEMS`].
    ///
    /// # Errors
    /// `type` is none of the four.
    pub fn read(value: &Value) -> Result<Self, FieldError> {
        Self::read_levels(value, 1)
    }

    fn read_levels(value: &Value, levels: usize) -> Result<Self, FieldError> {
        let kind = read::kinds(value).find(|kind| kind.contains("Collection"));
        let kind = kind.ok_or_else(|| FieldError::new("type", "a collection's or a page's"))?;
        let field = if read::first(value, "orderedItems").is_some() { "orderedItems" } else { "items" };
        let first_page = levels
            .checked_sub(1)
            .and_then(|levels| Self::read_levels(value.get("first")?, levels).ok())
            .map(Box::new);
        Ok(Self {
            id: read::own_id(value),
            is_page: kind.ends_with("Page"),
            total_items: read::number(value, "totalItems"),
            items: read::items(value, field).take(MAX_ITEMS).filter_map(item).collect(),
            is_cut: read::items(value, field).nth(MAX_ITEMS).is_some(),
            first: read::first_id(value, "first"),
            first_page,
            next: read::first_id(value, "next"),
            part_of: read::first_id(value, "partOf"),
            attributed_to: read::first_id(value, "attributedTo"),
        })
    }

    /// The ids of all items told here and in an embedded first page.
    pub fn ids(&self) -> Vec<Iri> {
        let embedded = self.first_page.iter().flat_map(|page| &page.items);
        self.items.iter().chain(embedded).filter_map(Item::id).collect()
    }
}

fn item(value: &Value) -> Option<Item> {
    match value {
        Value::String(text) => Iri::parse(text).ok().map(Item::Id),
        Value::Object(_) => Some(Item::Embedded(value.clone())),
        _ => None,
    }
}
