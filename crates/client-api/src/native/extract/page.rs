//! Which part of a list is wanted, in which order.

use std::str::FromStr;

use axum::{
    extract::{FromRequestParts, OriginalUri, Query},
    http::{Uri, request::Parts},
};
use guildhall_app::{
    App,
    read::{Cursor, PageRequest, page::MAX_LIMIT},
};
use guildhall_domain::content::Sort;
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::IntoParams;

use crate::native::problem::Problem;

/// Which part of a list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageParams {
    /// The `next` of the page before, unchanged.
    cursor: Option<String>,
    /// How many items at most; 20 when absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

/// The order of posts.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SortParam {
    /// `new` (newest first, when absent), `active` (latest comment first) or `top` (highest score first).
    #[param(pattern = "^(new|active|top)$")]
    sort: Option<String>,
}

/// A page that was asked for.
pub(crate) struct Paging {
    /// Where it begins, and how much of it.
    pub(crate) request: PageRequest,
    /// Path and query as they were asked for, which the next page's repeat.
    pub(crate) uri: Uri,
}

/// An order that was asked for.
pub(crate) struct Sorted(pub(crate) Sort);

impl FromRequestParts<App> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let OriginalUri(uri) = match OriginalUri::from_request_parts(parts, app).await {
            Ok(uri) => uri,
            Err(never) => match never {},
        };
        let params: PageParams = query(&parts.uri)?;
        let after = read("cursor", params.cursor, Cursor::decode)?;
        let limit = read("limit", params.limit, limit)?;
        Ok(Self { request: PageRequest { after, limit }, uri })
    }
}

impl FromRequestParts<App> for Sorted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let params: SortParam = query(&parts.uri)?;
        let sort = read("sort", params.sort, Sort::from_str)?;
        Ok(Self(sort.unwrap_or(Sort::New)))
    }
}

const CODE: &str = "invalid-parameter";

fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T, Problem> {
    match Query::try_from_uri(uri) {
        Ok(Query(params)) => Ok(params),
        Err(rejection) => Err(Problem::unreadable(CODE, rejection.body_text())),
    }
}

fn read<T, E: ToString>(
    name: &str,
    text: Option<String>,
    read: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, Problem> {
    let unreadable = |error: E| Problem::unreadable(CODE, error.to_string()).about(name);
    text.map(|text| read(&text).map_err(unreadable)).transpose()
}

fn limit(text: &str) -> Result<u32, String> {
    let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
    limit.ok_or_else(|| format!("a number from 1 to {MAX_LIMIT} is wanted"))
}
