//! Links: strings, `Link` objects (`href`), media objects (`url`), or arrays of them.

use serde_json::Value;

use super::items;
use crate::Iri;

/// How many entries of a list of links are looked at (`PeerTube` lists every resolution).
const MAX_LINKS: usize = 64;

/// The first http(s) URL of the field.
pub fn first_url(object: &Value, field: &str) -> Option<Iri> {
    items(object, field).take(MAX_LINKS).find_map(url_of)
}

/// The page for people: of several links the first of type `text/html`, else the first of all.
pub fn page_url(object: &Value, field: &str) -> Option<Iri> {
    let is_html = |item: &&Value| item.get("mediaType").and_then(Value::as_str) == Some("text/html");
    let html = items(object, field).take(MAX_LINKS).filter(is_html).find_map(url_of);
    html.or_else(|| first_url(object, field))
}

/// The URL that a string, a `Link` or a media object stands for.
pub(crate) fn url_of(value: &Value) -> Option<Iri> {
    match value {
        Value::String(text) => Iri::parse(text).ok(),
        Value::Object(members) => {
            let href = members.get("href").filter(|href| !href.is_null());
            // A media object's `url` may itself be a `Link`; deeper than that nobody goes.
            match href.or_else(|| members.get("url"))? {
                Value::String(text) => Iri::parse(text).ok(),
                Value::Object(link) => Iri::parse(link.get("href")?.as_str()?).ok(),
                Value::Array(links) => links
                    .iter()
                    .take(MAX_LINKS)
                    .find_map(|link| Iri::parse(link.as_str().or_else(|| link.get("href")?.as_str())?).ok()),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_url_may_be_a_string_a_link_an_image_or_an_array() {
        let url = "https://example.org/x.png";
        for value in [
            json!(url),
            json!({"type": "Link", "href": url}),
            json!({"type": "Image", "url": url}),
            json!({"type": "Image", "url": {"type": "Link", "href": url}}),
            json!({"type": "Image", "url": [{"type": "Link", "href": url}]}),
            json!([{"type": "Image", "url": url}]),
            json!(["javascript:alert(1)", url]),
        ] {
            assert_eq!(first_url(&json!({"icon": value}), "icon").unwrap().as_str(), url, "{value}");
        }
        for value in [json!(null), json!([]), json!({}), json!("x"), json!(7)] {
            assert_eq!(first_url(&json!({"icon": value}), "icon"), None, "{value}");
        }
    }

    #[test]
    fn the_page_for_people_is_preferred_to_files() {
        let object = json!({"url": [
            {"type": "Link", "mediaType": "application/x-mpegURL", "href": "https://v.example/list"},
            {"type": "Link", "mediaType": "text/html", "href": "https://v.example/watch"},
        ]});
        assert_eq!(page_url(&object, "url").unwrap().as_str(), "https://v.example/watch");
        assert_eq!(first_url(&object, "url").unwrap().as_str(), "https://v.example/list");
    }
}
