//! Lists: items, and where the next page begins, in the body and as a `Link` header (RFC 8288).

use axum::{
    Json,
    http::{HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use guildhall_app::{App, peering::Position, read::Cursor};
use serde::Serialize;
use url::{Url, form_urlencoded};
use utoipa::ToSchema;

use super::extract::{Order, Paging, encode_position};

/// A page of a list, as it is sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// The items.
    items: Vec<T>,
    /// Pass this as `?cursor=` to get the next page; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

/// A page of a list with its `Link` header.
pub(crate) struct Listing<T> {
    list: List<T>,
    link: Option<HeaderValue>,
}

impl<T> Listing<T> {
    /// The answer to `paging`.
    pub(crate) fn new(app: &App, paging: &Paging, order: Order, items: Vec<T>, next: Option<Cursor>) -> Self {
        Self::with_next(app, paging, items, next.map(|next| order.encode(next)))
    }

    /// The answer to `paging`, of a list of servers.
    pub(crate) fn at_position(app: &App, paging: &Paging, items: Vec<T>, next: Option<&Position>) -> Self {
        Self::with_next(app, paging, items, next.map(encode_position))
    }

    fn with_next(app: &App, paging: &Paging, items: Vec<T>, next: Option<String>) -> Self {
        let link = next.as_ref().and_then(|next| link(&app.site.base_url, &paging.uri, next));
        Self { list: List { items, next }, link }
    }
}

impl<T> List<T> {
    /// A list that is one page.
    pub(crate) fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

/// The same list from `next` on.
fn link(base_url: &str, asked: &Uri, next: &str) -> Option<HeaderValue> {
    let mut url = Url::parse(base_url).ok()?;
    url.set_path(asked.path());
    let kept = form_urlencoded::parse(asked.query().unwrap_or_default().as_bytes())
        .filter(|(key, _)| key != "cursor");
    url.query_pairs_mut().extend_pairs(kept).append_pair("cursor", next);
    HeaderValue::try_from(format!("<{url}>; rel=\"next\"")).ok()
}

impl<T: Serialize> IntoResponse for Listing<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.list).into_response();
        if let Some(link) = self.link {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_keeps_what_was_asked_for_but_the_cursor() {
        let asked =
            Uri::from_static("/api/guildhall/v1/groups/books%40b.example/posts?sort=top&cursor=old&limit=5");
        let link = link("https://a.example:8443", &asked, "new").unwrap();
        assert_eq!(
            link,
            "<https://a.example:8443/api/guildhall/v1/groups/books%40b.example/posts?sort=top&limit=5&cursor=new>; \
             rel=\"next\""
        );
    }
}
