//! Addresses of our own pages, relative to the instance.

use std::fmt::Write as _;

use guildhall_domain::EntryId;

/// `/groups/{name}`; `name` may be `name@host`.
pub(crate) fn group(name: &str) -> String {
    format!("/groups/{}", segment(name))
}

/// `/groups/{name}/join/{code}`
pub(crate) fn join(name: &str, code: &str) -> String {
    format!("{}/join/{}", group(name), segment(code))
}

/// `/users/{name}`; `name` may be `name@host`.
pub(crate) fn person(name: &str) -> String {
    format!("/users/{}", segment(name))
}

/// `/posts/{id}`
pub(crate) fn post(id: EntryId) -> String {
    format!("/posts/{id}")
}

/// A comment in its thread.
pub(crate) fn comment(thread: EntryId, id: EntryId) -> String {
    format!("/posts/{thread}#comment-{id}")
}

/// The Atom feed below a page.
pub(crate) fn feed(page: &str) -> String {
    format!("{page}/feed.atom")
}

/// One path segment. Names of remote actors may hold anything; `@` and `:` stay as they are, so that handles can
/// be read (RFC 3986 section 3.3 allows both).
fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_stay_readable_and_the_rest_is_encoded() {
        assert_eq!(group("garden@127.0.0.1:8081"), "/groups/garden@127.0.0.1:8081");
        assert_eq!(person("a/b?c#d\"é"), "/users/a%2Fb%3Fc%23d%22%C3%A9");
        assert_eq!(feed(&group("garden")), "/groups/garden/feed.atom");
    }
}
