//! Which part of a list is wanted, in which order.

use std::str::FromStr;

use axum::{
    extract::{FromRequestParts, OriginalUri},
    http::{Uri, request::Parts},
};
use guildhall_app::{
    App,
    peering::Position,
    read::{Cursor, PageRequest, page::MAX_LIMIT},
    rulebook::MAX_DAYS,
};
use guildhall_domain::content::Sort;
use url::form_urlencoded;
use utoipa::IntoParams;

use crate::native::problem::Problem;

/// Which part of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageParams {
    /// The `next` of the page before, unchanged; in the same list and order.
    cursor: Option<String>,
    /// How many items at most; 20 when absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

/// How far back.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DaysParam {
    /// How many days, today being one; 30 when absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 400)]
    days: Option<String>,
}

/// How far back it was asked for.
pub(crate) struct Days(pub(crate) u32);

/// The order of posts.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SortParam {
    /// `new` (newest first, when absent), `active` (latest comment first) or `top` (highest score first).
    #[param(pattern = "^(new|active|top)$")]
    sort: Option<String>,
}

/// A list in its order. A cursor means something in its own alone, so it begins with the letter of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Groups, most members first.
    Groups,
    /// The posts of a group.
    Posts(Sort),
    /// The comments of a post, oldest first.
    Comments,
    /// What waits, longest waiting first.
    Queue,
    /// The decisions of a group, newest first.
    DecisionsOfGroup,
    /// The decisions about an entry, oldest first.
    DecisionsOfEntry,
    /// The decisions for the whole instance, newest first.
    DecisionsOfInstance,
    /// The reports to the moderators of a group, newest first.
    Reports,
    /// Invitations to a group, newest first.
    Invitations,
    /// Who wants to join a group, longest waiting first.
    Requests,
    /// The cases of a group, newest first.
    Cases,
    /// The cases that those who run this server look at, newest first.
    CasesOfInstance,
    /// What somebody was told, newest first.
    Notices,
    /// The open appeals of a group, longest waiting first.
    Appeals,
    /// The public log of a group, newest first.
    LogOfGroup,
    /// The public log of the instance, newest first.
    LogOfInstance,
    /// The votes on an entry, in the order of their voters' keys.
    Votes,
    /// Posts of partners in a group, latest first.
    Mirrors,
}

/// A page that was asked for.
pub(crate) struct Paging {
    cursor: Option<String>,
    limit: Option<u32>,
    /// Path and query as they were asked for, which the next page's repeat.
    pub(crate) uri: Uri,
}

/// An order that was asked for.
pub(crate) struct Sorted(pub(crate) Sort);

impl Order {
    fn letter(self) -> char {
        match self {
            Self::Groups => 'g',
            Self::Posts(Sort::New) => 'n',
            Self::Posts(Sort::Active) => 'a',
            Self::Posts(Sort::Top) => 't',
            Self::Comments => 'c',
            Self::Queue => 'q',
            Self::DecisionsOfGroup => 'd',
            Self::DecisionsOfEntry => 'e',
            Self::DecisionsOfInstance => 'i',
            Self::Reports => 'r',
            Self::Invitations => 'v',
            Self::Requests => 'w',
            Self::Cases => 'k',
            Self::CasesOfInstance => 'l',
            Self::Notices => 'm',
            Self::Appeals => 'o',
            Self::LogOfGroup => 'p',
            Self::LogOfInstance => 'u',
            Self::Votes => 's',
            Self::Mirrors => 'x',
        }
    }

    /// A cursor as it is sent.
    pub(crate) fn encode(self, cursor: Cursor) -> String {
        format!("{}{}", self.letter(), cursor.encode())
    }

    /// Reads what [`encode`](Self::encode) made.
    pub(super) fn decode(self, text: &str) -> Result<Cursor, String> {
        let mut letters = text.chars();
        let letter = letters.next();
        let cursor = Cursor::decode(letters.as_str()).map_err(|invalid| invalid.to_string())?;
        if letter == Some(self.letter()) {
            Ok(cursor)
        } else {
            Err("this cursor is of another list, or of another order of this one; begin without one".into())
        }
    }
}

impl Paging {
    /// The part of a list that was asked for.
    pub(crate) fn request(&self, order: Order) -> Result<PageRequest, Problem> {
        let after = read("cursor", self.cursor.clone(), |text| order.decode(text))?;
        Ok(PageRequest { after, limit: self.limit })
    }
}

impl Paging {
    /// The part of a list of servers that was asked for, and how many at most. Its cursor names the last server of the page
    /// before, with the block list that wants it.
    pub(crate) fn position(&self) -> Result<(Option<Position>, usize), Problem> {
        let after = read("cursor", self.cursor.clone(), decode_position)?;
        Ok((after, PageRequest { after: None, limit: self.limit }.limit()))
    }
}

/// The cursor of a list of servers, as it is sent.
pub(crate) fn encode_position((host, list): &Position) -> String {
    format!("h{list}.{host}")
}

fn decode_position(text: &str) -> Result<Position, String> {
    let parts = text.strip_prefix('h').and_then(|rest| rest.split_once('.'));
    let position = parts.and_then(|(list, host)| Some((host.to_owned(), list.parse().ok()?)));
    position.ok_or_else(|| "this cursor is of another list; begin without one".to_owned())
}

impl FromRequestParts<App> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let OriginalUri(uri) = match OriginalUri::from_request_parts(parts, app).await {
            Ok(uri) => uri,
            Err(never) => match never {},
        };
        let params = PageParams { cursor: param(&uri, "cursor")?, limit: param(&uri, "limit")? };
        Ok(Self { cursor: params.cursor, limit: read("limit", params.limit, limit)?, uri })
    }
}

impl FromRequestParts<App> for Sorted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let params = SortParam { sort: param(&parts.uri, "sort")? };
        Ok(Self(read("sort", params.sort, sort)?.unwrap_or(Sort::New)))
    }
}

impl FromRequestParts<App> for Days {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let params = DaysParam { days: param(&parts.uri, "days")? };
        Ok(Self(read("days", params.days, days)?.unwrap_or(30)))
    }
}

const CODE: &str = "invalid-parameter";

/// A parameter of the query, which may be left out and must not be given twice.
pub(super) fn param(uri: &Uri, name: &str) -> Result<Option<String>, Problem> {
    let query = uri.query().unwrap_or_default();
    let mut given = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
    let value = given.next().map(|(_, value)| value.into_owned());
    match given.next() {
        Some(_) => Err(Problem::unreadable(CODE, "this parameter is given twice").about(name)),
        None => Ok(value),
    }
}

pub(super) fn read<T>(
    name: &str,
    text: Option<String>,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, Problem> {
    let unreadable = |wanted: String| Problem::unreadable(CODE, wanted).about(name);
    text.map(|text| read(&text).map_err(unreadable)).transpose()
}

fn limit(text: &str) -> Result<u32, String> {
    let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
    limit.ok_or_else(|| format!("a number from 1 to {MAX_LIMIT} is wanted"))
}

fn days(text: &str) -> Result<u32, String> {
    let days = text.parse().ok().filter(|days| (1..=MAX_DAYS).contains(days));
    days.ok_or_else(|| format!("a number from 1 to {MAX_DAYS} is wanted"))
}

fn sort(text: &str) -> Result<Sort, String> {
    Sort::from_str(text).map_err(|_| "new, active or top is wanted".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_in_its_own_order_alone() {
        let orders = [
            Order::Groups,
            Order::Posts(Sort::New),
            Order::Posts(Sort::Active),
            Order::Posts(Sort::Top),
            Order::Comments,
            Order::Queue,
            Order::DecisionsOfGroup,
            Order::DecisionsOfEntry,
            Order::DecisionsOfInstance,
            Order::Reports,
            Order::Cases,
            Order::CasesOfInstance,
            Order::Notices,
            Order::Appeals,
            Order::LogOfGroup,
            Order::LogOfInstance,
            Order::Votes,
        ];
        let cursor = Cursor { key: -3, id: 77 };
        for made in orders {
            for read in orders {
                assert_eq!(read.decode(&made.encode(cursor)).ok(), (made == read).then_some(cursor));
            }
            for text in ["", "n", "é", "not a cursor", &cursor.encode()] {
                assert!(made.decode(text).is_err(), "{text:?}");
            }
        }
    }
}
