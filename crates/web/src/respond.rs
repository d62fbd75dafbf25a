//! From a template to a response.

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::error::PageError;

/// A page for people.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Result<Response, PageError> {
    document(status, "text/html; charset=utf-8", template)
}

/// A feed.
pub(crate) fn feed(template: &impl Template) -> Result<Response, PageError> {
    document(StatusCode::OK, "application/atom+xml; charset=utf-8", template)
}

/// Renders, and marks what came out with an `ETag`. A weak one: it is still the same page when compressed.
fn document(
    status: StatusCode,
    media_type: &'static str,
    template: &impl Template,
) -> Result<Response, PageError> {
    let body = template.render().map_err(PageError::internal)?;
    let tag = format!("W/\"{:016x}\"", mark(body.as_bytes()));
    Ok((status, [(header::CONTENT_TYPE, media_type.to_owned()), (header::ETAG, tag)], body).into_response())
}

/// Tells versions of a page apart, no more than that. Eight bytes at a time: the page of a long thread has half a megabyte.
fn mark(page: &[u8]) -> u64 {
    // The golden ratio as a fraction of 2^64: odd, and without a pattern.
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |mark: u64, word: u64| (mark ^ word).wrapping_mul(FACTOR).rotate_left(26);
    let (words, rest) = page.as_chunks::<8>();
    let mark = words.iter().fold(FACTOR, |mark, word| mix(mark, u64::from_le_bytes(*word)));
    let mark = rest.iter().fold(mark, |mark, byte| mix(mark, u64::from(*byte)));
    // So that the last bytes reach every bit.
    mix(mix(mark, page.len() as u64), 0)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::mark;

    #[test]
    fn every_byte_of_a_page_and_its_length_count() {
        let page = [7; 35];
        let mut marks = HashSet::from([mark(&page), mark(&page[..34]), mark(&[]), mark(&[0]), mark(&[0; 8])]);
        for at in 0..page.len() {
            for bit in 0..8 {
                let mut other = page;
                other[at] ^= 1 << bit;
                assert!(marks.insert(mark(&other)), "bit {bit} of byte {at}");
            }
        }
    }
}
