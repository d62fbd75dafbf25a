//! A rendered page, read as browsers do.
#![allow(dead_code, reason = "each test program uses its part")]

use askama::Template;
use scraper::{ElementRef, Html, Selector};

/// A page and questions to it.
pub(crate) struct Document {
    html: Html,
}

impl Document {
    pub(crate) fn of(template: &impl Template) -> Self {
        Self::parse(&template.render().unwrap())
    }

    pub(crate) fn parse(html: &str) -> Self {
        Self { html: Html::parse_document(html) }
    }

    /// All elements that a CSS selector names.
    pub(crate) fn all(&self, selector: &str) -> Vec<ElementRef<'_>> {
        let selector = Selector::parse(selector).unwrap_or_else(|error| panic!("{selector}: {error:?}"));
        self.html.select(&selector).collect()
    }

    /// The only one there is.
    pub(crate) fn only(&self, selector: &str) -> ElementRef<'_> {
        let found = self.all(selector);
        assert_eq!(found.len(), 1, "{selector} in {}", self.html.html());
        found[0]
    }

    pub(crate) fn has(&self, selector: &str) -> bool {
        !self.all(selector).is_empty()
    }

    /// An attribute of the only one.
    pub(crate) fn attribute(&self, selector: &str, name: &str) -> String {
        let found = self.only(selector).attr(name);
        found.unwrap_or_else(|| panic!("{selector} has no {name}")).to_owned()
    }

    /// The words of the only one.
    pub(crate) fn text(&self, selector: &str) -> String {
        words(self.only(selector))
    }

    /// The words of all, in order.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        self.all(selector).into_iter().map(words).collect()
    }
}

/// The words of an element, as read out: in one line.
pub(crate) fn words(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
