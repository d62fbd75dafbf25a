//! What lists take: `?sort=` and `?cursor=`.

use guildhall_app::read::{Cursor, LogWanted, PageRequest, Period, PeriodError, period};
use guildhall_domain::{Timestamp, content::Sort};
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

/// What is wanted of a log, as its form sends it: fields that were left empty come too.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct LogQuery {
    action: Option<String>,
    rule: Option<String>,
    decided: Option<String>,
    from: Option<String>,
    to: Option<String>,
    person: Option<String>,
    whose: Option<String>,
    group: Option<String>,
    /// What the link to the next page carries.
    cursor: Option<String>,
}

impl LogQuery {
    /// The page asked for.
    ///
    /// # Errors
    /// [`PageError::UnknownCursor`], with `start` as the way back.
    pub(crate) fn page(&self, start: &str) -> Result<PageRequest, PageError> {
        ListQuery { sort: None, cursor: self.cursor.clone() }.page(start)
    }

    /// The decisions asked for.
    pub(crate) fn wanted(self) -> LogWanted {
        let Self { action, rule, decided, from, to, person, whose, group, cursor: _ } = self;
        LogWanted { action, rule, decided, from, to, person, whose, group }
    }
}

/// A period, as its form sends it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PeriodQuery {
    from: Option<String>,
    to: Option<String>,
}

impl PeriodQuery {
    /// The period asked for, or why there is none.
    pub(crate) fn period(&self, now: Timestamp) -> Result<Period, String> {
        let read = |text: &Option<String>, read: fn(&str) -> Option<Timestamp>| {
            let given = text.as_deref().map(str::trim).filter(|text| !text.is_empty());
            given.map(|text| read(text).ok_or("A day such as 2026-03-01 is wanted.")).transpose()
        };
        let (from, to) = (read(&self.from, period::day)?, read(&self.to, period::end_of_day)?);
        Period::new(from, to, now).map_err(|error| match error {
            PeriodError::Backwards => "The end of a period comes after its beginning.".to_owned(),
            PeriodError::TooLong => "At most 400 days can be counted at once.".to_owned(),
        })
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
