//! What lists take: `?sort=` and `?cursor=`.

use guildhall_app::read::{Cursor, PageRequest};
use guildhall_domain::content::Sort;
use serde::Deserialize;

use crate::error::PageError;

/// The query of a page with a list, as sent. Unknown parameters are left alone: links get decorated on their way.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ListQuery {
    /// `new`, `active` or `top`.
    sort: Option<String>,
    /// What the link to the next page carries.
    cursor: Option<String>,
}

impl ListQuery {
    /// The order asked for, newest first when none is.
    ///
    /// # Errors
    /// [`PageError::UnknownSort`], with `start` as the way back.
    pub(crate) fn sort(&self, start: &str) -> Result<Sort, PageError> {
        match &self.sort {
            None => Ok(Sort::New),
            Some(text) => text.parse().map_err(|_| PageError::UnknownSort { start: start.to_owned() }),
        }
    }

    /// The page asked for.
    ///
    /// # Errors
    /// [`PageError::UnknownCursor`], with `start` as the way back.
    pub(crate) fn page(&self, start: &str) -> Result<PageRequest, PageError> {
        let unknown = |_| PageError::UnknownCursor { start: start.to_owned() };
        let after = self.cursor.as_deref().map(Cursor::decode).transpose().map_err(unknown)?;
        Ok(PageRequest { after, limit: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(sort: Option<&str>, cursor: Option<&str>) -> ListQuery {
        ListQuery { sort: sort.map(str::to_owned), cursor: cursor.map(str::to_owned) }
    }

    #[test]
    fn newest_first_from_the_top_is_what_nothing_means() {
        assert_eq!(query(None, None).sort("/").ok(), Some(Sort::New));
        assert!(query(None, None).page("/").is_ok_and(|page| page.after.is_none()));
    }

    #[test]
    fn what_is_not_known_is_refused_with_the_way_back() {
        let start = || "/groups/garden".to_owned();
        let sort = query(Some("hot"), None).sort(&start());
        assert_eq!(sort.err(), Some(PageError::UnknownSort { start: start() }));
        let page = query(None, Some("<script>")).page(&start());
        assert_eq!(page.err(), Some(PageError::UnknownCursor { start: start() }));
    }

    #[test]
    fn a_cursor_of_ours_is_taken() {
        let cursor = Cursor { key: 4, id: 9 };
        let page = query(None, Some(&cursor.encode())).page("/").unwrap();
        assert_eq!(page.after, Some(cursor));
    }
}
