//! A page of a list, with the ways on and back.

use guildhall_app::read::Cursor;
use guildhall_domain::content::Sort;

/// Items, and where the others are.
#[derive(Debug, Clone)]
pub(crate) struct Listing<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// The next page.
    pub(crate) next: Option<String>,
    /// The first page, when this is another.
    pub(crate) start: Option<String>,
}

/// The path of the next page: `/groups/garden?sort=top&cursor=…`.
pub(crate) fn next_path(path: &str, sort: Option<Sort>, next: Option<Cursor>) -> Option<String> {
    let cursor = next?.encode();
    Some(match sort {
        Some(sort) => format!("{path}?sort={sort}&cursor={cursor}"),
        None => format!("{path}?cursor={cursor}"),
    })
}
