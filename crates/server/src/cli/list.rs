//! Lists as commands print them.

use std::fmt;

use serde::Serialize;

/// A whole list, in the shape of the API's pages: `{"items": […], "next": null}`. For people one line an item.
#[derive(Debug, Serialize)]
pub(super) struct Listing<T> {
    items: Vec<T>,
    next: Option<String>,
    /// What people read where there is nothing.
    #[serde(skip)]
    when_empty: &'static str,
}

impl<T> Listing<T> {
    /// The list of `items`.
    pub(super) fn new(items: Vec<T>, when_empty: &'static str) -> Self {
        Self { items, next: None, when_empty }
    }
}

impl<T: fmt::Display> fmt::Display for Listing<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, others)) = self.items.split_first() else { return f.write_str(self.when_empty) };
        first.fmt(f)?;
        others.iter().try_for_each(|item| write!(f, "\n{item}"))
    }
}
