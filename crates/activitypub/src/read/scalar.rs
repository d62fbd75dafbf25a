//! Booleans, numbers and times, also when they come as strings.

use jiff::Timestamp;
use serde_json::Value;

use super::first;

/// A boolean; the strings `true` and `false` and the numbers 1 and 0 count too.
pub fn boolean(object: &Value, field: &str) -> Option<bool> {
    match first(object, field)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") || text == "1" => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") || text == "0" => Some(false),
        Value::Number(number) => match number.as_u64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        _ => None,
    }
}

/// A count: a whole number, not negative, also as a string.
pub fn number(object: &Value, field: &str) -> Option<u64> {
    match first(object, field)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A time by RFC 3339 with any offset, in milliseconds since 1970 UTC.
pub fn time(object: &Value, field: &str) -> Option<i64> {
    parse_time(first(object, field)?.as_str()?)
}

fn parse_time(text: &str) -> Option<i64> {
    text.trim().parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_have_any_offset_and_fraction() {
        for text in [
            "2026-11-21T23:52:39Z",
            "2026-11-21T23:52:39.000Z",
            "2026-11-21T23:52:39+00:00",
            "2026-11-22T00:52:39.000000000+01:00",
        ] {
            assert_eq!(time(&json!({"published": text}), "published"), Some(1_795_305_159_000), "{text}");
        }
        assert_eq!(
            time(&json!({"published": "2026-11-21T23:52:39.5Z"}), "published"),
            Some(1_795_305_159_500)
        );
        for wrong in [json!("yesterday"), json!("2026-11-21T23:52:39"), json!(5), json!(null), json!("")] {
            assert_eq!(time(&json!({"published": wrong}), "published"), None, "{wrong}");
        }
    }

    #[test]
    fn booleans_and_numbers_may_be_strings() {
        let object = json!({"a": "true", "b": false, "c": "False", "d": 1, "e": "maybe", "f": null, "n": "12", "m": -1});
        assert_eq!(boolean(&object, "a"), Some(true));
        assert_eq!(boolean(&object, "b"), Some(false));
        assert_eq!(boolean(&object, "c"), Some(false));
        assert_eq!(boolean(&object, "d"), Some(true));
        assert_eq!(boolean(&object, "e"), None);
        assert_eq!(boolean(&object, "f"), None);
        assert_eq!(number(&object, "n"), Some(12));
        assert_eq!(number(&object, "m"), None);
    }
}
