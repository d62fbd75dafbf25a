//! Markdown gives HTML that is as harmless as any other.

use crate::under_test::markup::render_markdown;

pub(super) fn holds(data: &[u8]) {
    if let Ok(text) = str::from_utf8(data) {
        super::html::is_harmless(&render_markdown(text));
    }
}
