//! Texts, alone or as language maps.

use serde_json::Value;

use super::first;

/// A text; `null` and the empty string count as absent.
pub fn string(object: &Value, field: &str) -> Option<String> {
    let text = first(object, field)?.as_str()?;
    (!text.trim().is_empty()).then(|| text.to_owned())
}

/// A natural-language text: `content`, else the first entry of `contentMap` (the name is given without `Map`).
///
/// Of a map the entry of the object's own language is preferred.
pub fn lang_text(object: &Value, field: &str) -> Option<String> {
    string(object, field).or_else(|| {
        let map = object.get(format!("{field}Map"))?.as_object()?;
        let own = language(object).and_then(|language| map.get(&language));
        let text = own.or_else(|| map.values().next())?.as_str()?;
        (!text.trim().is_empty()).then(|| text.to_owned())
    })
}

/// The object's language as a BCP 47 tag: `language` (Lemmy: an object; others: a string), or the only language of
/// `contentMap`. Undetermined (`und`) counts as absent.
pub fn language(object: &Value) -> Option<String> {
    let named = first(object, "language").and_then(|language| {
        language.as_str().or_else(|| language.get("identifier").and_then(Value::as_str))
    });
    let mapped = || {
        let map = object.get("contentMap").or_else(|| object.get("nameMap"))?.as_object()?;
        (map.len() == 1).then(|| map.keys().next().map(String::as_str))?
    };
    let tag = named.or_else(mapped)?;
    let plausible =
        (2..=35).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (plausible && tag != "und").then(|| tag.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_may_be_a_language_map() {
        assert_eq!(lang_text(&json!({"content": "a"}), "content").as_deref(), Some("a"));
        assert_eq!(lang_text(&json!({"contentMap": {"en": "a"}}), "content").as_deref(), Some("a"));
        assert_eq!(
            lang_text(&json!({"content": null, "contentMap": {"en": "a"}}), "content").as_deref(),
            Some("a")
        );
        let two = json!({"language": "fr", "contentMap": {"de": "a", "fr": "b"}});
        assert_eq!(lang_text(&two, "content").as_deref(), Some("b"));
        assert_eq!(lang_text(&json!({"content": "", "contentMap": {"en": 7}}), "content"), None);
    }

    #[test]
    fn a_language_is_named_or_follows_from_a_map_of_one() {
        let lemmy = json!({"language": {"identifier": "de", "name": "Deutsch"}});
        assert_eq!(language(&lemmy).as_deref(), Some("de"));
        assert_eq!(language(&json!({"language": "pt-BR"})).as_deref(), Some("pt-BR"));
        assert_eq!(language(&json!({"contentMap": {"en": ""}})).as_deref(), Some("en"));
        assert_eq!(language(&json!({"contentMap": {"en": "", "de": ""}})), None);
        assert_eq!(language(&json!({"language": {"identifier": "und"}})), None);
        assert_eq!(language(&json!({"language": "<b>"})), None);
    }
}
