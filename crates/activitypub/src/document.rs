//! One JSON document as it came: size, depth and shape checked, original bytes kept.

use std::fmt;

use serde_json::{Map, Value};

use crate::unambiguous::Unambiguous;
use crate::{Iri, read};

/// The largest document read, in bytes (1 MiB: the largest recorded one is 78 KiB).
pub const MAX_BYTES: usize = 1 << 20;

/// How deep objects and arrays may be nested.
pub const MAX_DEPTH: usize = 32;

/// How many parts a document may have, in commas and brackets; an object counts as [`OBJECT_PARTS`]. In memory a part
/// takes about 32 bytes, and 1 MiB of nothing but small objects would take 90 MiB.
pub const MAX_PARTS: usize = 1 << 17;

/// What an object counts as, be it ever so small: 632 bytes.
const OBJECT_PARTS: usize = 20;

/// JSON-LD keywords by which a signed document could be re-arranged and then mean something else.
const FORBIDDEN: [&str; 3] = ["@graph", "@reverse", "@included"];

/// A JSON object with its original bytes.
#[derive(Clone, PartialEq)]
pub struct Document {
    raw: Vec<u8>,
    value: Value,
}

/// Why bytes are not a [`Document`].
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// More than 1 MiB.
    #[error("larger than 1 MiB")]
    TooLarge,
    /// More than 32 levels of objects and arrays.
    #[error("nested deeper than 32 levels")]
    TooDeep,
    /// More than [`MAX_PARTS`].
    #[error("more than 131072 parts")]
    TooManyParts,
    /// No JSON, or JSON in which a name occurs twice in one object: some readers take the first, others the last, so that
    /// what we pass on would mean something else there (RFC 8259 section 4).
    #[error("not JSON that has one meaning")]
    NotJson(#[source] serde_json::Error),
    /// JSON, but an array, a string, …
    #[error("not a JSON object")]
    NotAnObject,
    /// `@graph`, `@reverse` or `@included` outside of a `@context`.
    #[error("contains `{0}`")]
    Forbidden(&'static str),
}

impl Document {
    /// Reads a document of at most 1 MiB and 32 levels.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReadError> {
        Self::from_vec(bytes.to_vec())
    }

    /// [`Document::parse`] without a copy.
    pub fn from_vec(raw: Vec<u8>) -> Result<Self, ReadError> {
        check_limits(&raw)?;
        let Unambiguous(value) = serde_json::from_slice(&raw).map_err(ReadError::NotJson)?;
        check_shape(&value)?;
        Ok(Self { raw, value })
    }

    /// Makes a document of a part of another one, for example the activity inside an `Announce`.
    ///
    /// Its raw bytes are a new rendering, not the sender's.
    pub fn from_value(value: &Value) -> Result<Self, ReadError> {
        check_shape(value)?;
        let raw = value.to_string().into_bytes();
        check_limits(&raw)?;
        Ok(Self { raw, value: value.clone() })
    }

    /// The bytes as they came.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The parsed JSON; always an object.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The members of the object.
    pub fn members(&self) -> &Map<String, Value> {
        static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
        self.value.as_object().unwrap_or(&EMPTY)
    }

    /// The document's `id` (or `@id`).
    pub fn id(&self) -> Option<Iri> {
        read::own_id(&self.value)
    }

    /// The document's first `type`, without the `as:` prefix.
    pub fn kind(&self) -> Option<&str> {
        read::kinds(&self.value).next()
    }

    /// The `actor`, be it an id or an embedded object.
    pub fn actor(&self) -> Option<Iri> {
        read::one_id(&self.value, "actor")
    }
}

fn check_limits(raw: &[u8]) -> Result<(), ReadError> {
    if raw.len() > MAX_BYTES {
        return Err(ReadError::TooLarge);
    }
    match extent(raw) {
        Extent { deepest, .. } if deepest > MAX_DEPTH => Err(ReadError::TooDeep),
        Extent { parts, .. } if parts > MAX_PARTS => Err(ReadError::TooManyParts),
        _ => Ok(()),
    }
}

/// The JSON; the bytes say the same.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({})", self.value)
    }
}

/// What a document will take to be parsed.
struct Extent {
    deepest: usize,
    parts: usize,
}

/// Counts brackets and commas outside of strings. One pass, no recursion; wrong JSON is found later.
fn extent(bytes: &[u8]) -> Extent {
    let (mut depth, mut deepest, mut parts) = (0_usize, 0, 0);
    let (mut in_string, mut escaped) = (false, false);
    for &byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                parts += if byte == b'{' { OBJECT_PARTS } else { 1 };
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => parts += 1,
            _ => {}
        }
    }
    Extent { deepest, parts }
}

fn check_shape(value: &Value) -> Result<(), ReadError> {
    if !value.is_object() {
        return Err(ReadError::NotAnObject);
    }
    let mut open = vec![value];
    while let Some(next) = open.pop() {
        match next {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => {
                if let Some(key) = FORBIDDEN.into_iter().find(|key| members.contains_key(*key)) {
                    return Err(ReadError::Forbidden(key));
                }
                // A context defines terms, also reverse ones; it says nothing itself.
                open.extend(members.iter().filter(|(key, _)| *key != "@context").map(|(_, inner)| inner));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_keeps_its_bytes() {
        let bytes = b"{ \"id\":\"https://example.org/1\",  \"type\":[\"as:Note\"], \"n\": 1.0 }";
        let document = Document::parse(bytes).unwrap();
        assert_eq!(document.raw(), bytes);
        assert_eq!(document.id().unwrap().as_str(), "https://example.org/1");
        assert_eq!(document.kind(), Some("Note"));
    }

    #[test]
    fn nesting_is_limited_without_recursion() {
        let nested =
            |levels: usize| format!("{{\"a\":{}1{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
        assert!(Document::parse(nested(32).as_bytes()).is_ok());
        assert!(matches!(Document::parse(nested(33).as_bytes()), Err(ReadError::TooDeep)));
        assert!(matches!(Document::parse("[".repeat(1 << 20).as_bytes()), Err(ReadError::TooDeep)));
        // Brackets inside of a string are text.
        let text = format!("{{\"a\":\"\\\"{}\"}}", "[".repeat(100));
        assert!(Document::parse(text.as_bytes()).is_ok());
    }

    #[test]
    fn small_objects_without_number_are_too_many() {
        let of = |part: &str, count: usize| format!("{{\"a\":[{}1]}}", format!("{part},").repeat(count));
        assert!(Document::parse(of("{}", 6_000).as_bytes()).is_ok());
        assert!(matches!(Document::parse(of("{}", 7_000).as_bytes()), Err(ReadError::TooManyParts)));
        assert!(Document::parse(of("1", 130_000).as_bytes()).is_ok());
        assert!(matches!(Document::parse(of("1", 132_000).as_bytes()), Err(ReadError::TooManyParts)));
        // Commas inside of a string are text.
        assert!(Document::parse(format!("{{\"a\":\"{}\"}}", ",{".repeat(132_000)).as_bytes()).is_ok());
    }

    #[test]
    fn only_objects_of_bounded_size_are_documents() {
        assert!(matches!(Document::parse(b"[]"), Err(ReadError::NotAnObject)));
        assert!(matches!(Document::parse(b"{"), Err(ReadError::NotJson(_))));
        assert!(matches!(Document::parse(b"\xff"), Err(ReadError::NotJson(_))));
        assert!(matches!(Document::parse(&vec![b' '; MAX_BYTES + 1]), Err(ReadError::TooLarge)));
    }

    #[test]
    fn a_name_stands_once_in_an_object() {
        for twice in [
            "{\"actor\":1,\"actor\":1}",
            "{\"actor\":1,\"\\u0061ctor\":2}",
            "{\"object\":{\"id\":1,\"x\":[],\"id\":2}}",
            "{\"x\":[{},{\"y\":null,\"y\":null}]}",
        ] {
            assert!(matches!(Document::parse(twice.as_bytes()), Err(ReadError::NotJson(_))), "{twice}");
        }
        assert!(Document::parse(b"{\"id\":1,\"x\":[{\"id\":1},{\"id\":1}],\"ID\":2}").is_ok());
    }

    #[test]
    fn keywords_that_rearrange_a_graph_are_refused() {
        for key in FORBIDDEN {
            let top = format!("{{\"{key}\":[]}}");
            assert!(matches!(Document::parse(top.as_bytes()), Err(ReadError::Forbidden(k)) if k == key));
            let inner = format!("{{\"object\":[{{\"{key}\":[]}}]}}");
            assert!(matches!(Document::parse(inner.as_bytes()), Err(ReadError::Forbidden(_))));
            let context = format!("{{\"@context\":{{\"parent\":{{\"{key}\":\"x\"}}}}}}");
            assert!(Document::parse(context.as_bytes()).is_ok());
        }
    }
}
