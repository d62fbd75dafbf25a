//! The picture beside a name: their own, or a mark. Always decoration: the name stands next to it.

use askama::{Template, filters::HtmlSafe};

use crate::view::{mark::Mark, web_url::web_url};

/// An image or a drawn mark.
#[derive(Debug, Clone, Template)]
#[template(path = "part/picture.html")]
pub(crate) struct Picture {
    url: Option<String>,
    mark: Mark,
    shape: &'static str,
}

impl HtmlSafe for Picture {}

impl Picture {
    /// Of a person: round.
    pub(crate) fn of_person(handle: &str, url: Option<&str>) -> Self {
        Self { url: url.and_then(web_url), mark: Mark::of(handle), shape: "round" }
    }

    /// Of a group: with corners.
    pub(crate) fn of_group(handle: &str, url: Option<&str>) -> Self {
        Self { url: url.and_then(web_url), mark: Mark::of(handle), shape: "square" }
    }
}
