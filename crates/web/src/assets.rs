//! The style sheet and the icon. Their names carry a hash of their content, so that browsers may keep them for ever.

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};

use crate::error::PageError;

const STYLE: &[u8] = include_bytes!("../assets/style.css");
const ICON: &[u8] = include_bytes!("../assets/icon.svg");

/// Where the style sheet is.
pub(crate) fn style_path() -> String {
    format!("/assets/style-{:016x}.css", const { fnv1a(STYLE) })
}

/// Where the icon is.
pub(crate) fn icon_path() -> String {
    format!("/assets/icon-{:016x}.svg", const { fnv1a(ICON) })
}

/// `GET /assets/{file}`
pub(crate) async fn serve(Path(file): Path<String>) -> Result<Response, PageError> {
    let path = format!("/assets/{file}");
    let (media_type, body) = match path {
        path if path == style_path() => ("text/css; charset=utf-8", STYLE),
        path if path == icon_path() => ("image/svg+xml", ICON),
        _ => return Err(PageError::NotFound),
    };
    let headers = [
        (header::CONTENT_TYPE, media_type),
        // A year, the longest that caches heed; the name changes with the content.
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, body).into_response())
}

/// FNV-1a with 64 bits: tells versions of a document apart, no more than that.
pub(crate) const fn fnv1a(bytes: &[u8]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut at = 0;
    while at < bytes.len() {
        hash ^= bytes[at] as u64;
        hash = hash.wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_published_vectors() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
