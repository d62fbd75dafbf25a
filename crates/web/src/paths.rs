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

/// `/groups/{name}/log`, or `/log` of the whole instance.
pub(crate) fn log(group: Option<&str>) -> String {
    group.map_or_else(|| "/log".to_owned(), |name| format!("{}/log", self::group(name)))
}

/// `/groups/{name}/transparency`, or `/transparency` of the whole instance.
pub(crate) fn transparency(group: Option<&str>) -> String {
    group.map_or_else(|| "/transparency".to_owned(), |name| format!("{}/transparency", self::group(name)))
}

/// The same log as a file, from the native API.
pub(crate) fn log_file(group: Option<&str>) -> String {
    let of = group.map_or_else(|| "/instance".to_owned(), self::group);
    format!("/api/guildhall/v1{of}/log-file")
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

/// `path` with the fields that say something, and more behind them.
pub(crate) fn with_query(path: &str, fields: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields.iter().filter(|(_, value)| !value.is_empty()));
    match query.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
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
        assert_eq!(log(Some("a/b")), "/groups/a%2Fb/log");
        assert_eq!(log_file(None), "/api/guildhall/v1/instance/log-file");
    }

    #[test]
    fn empty_fields_are_left_out_of_an_address() {
        assert_eq!(with_query("/log", &[("from", ""), ("to", "")]), "/log");
        assert_eq!(with_query("/log", &[("from", ""), ("person", "@a&b@c")]), "/log?person=%40a%26b%40c");
    }
}
