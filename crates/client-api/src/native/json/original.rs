//! What another server sent, for the eyes of moderators: the object itself, and the files that hang on it.

use serde::Serialize;
use serde_json::Value;
use url::Url;
use utoipa::ToSchema;

/// As many as are read of one object elsewhere; the rest is in the original.
const MAX_ATTACHMENTS: usize = 32;

/// A file that hangs on a post or comment.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Attachment {
    /// Where it is.
    url: String,
    /// Its media type, as its server says.
    #[schema(required = true)]
    media_type: Option<String>,
    /// What it shows, in its author's words.
    #[schema(required = true)]
    name: Option<String>,
}

/// The object of an activity, as it was sent. `None` where the activity only names it.
pub(super) fn object(activity: &[u8]) -> Option<Value> {
    let mut activity: Value = serde_json::from_slice(activity).ok()?;
    activity.get_mut("object").map(Value::take).filter(Value::is_object)
}

/// The files of an object that are on the web.
pub(super) fn attachments(object: &Value) -> Vec<Attachment> {
    let given = object.get("attachment");
    let list = given.and_then(Value::as_array).map(Vec::as_slice);
    let list = list.or(given.map(std::slice::from_ref)).unwrap_or_default();
    list.iter().filter_map(attachment).take(MAX_ATTACHMENTS).collect()
}

fn attachment(value: &Value) -> Option<Attachment> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let url = Url::parse(address(value)?).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    Some(Attachment { url: url.into(), media_type: text("mediaType"), name: text("name") })
}

/// A text, a link with `href`, something with `url`, or the first of several of these.
fn address(value: &Value) -> Option<&str> {
    match value {
        Value::String(url) => Some(url),
        Value::Array(several) => several.first().and_then(address),
        Value::Object(members) => members.get("href").or_else(|| members.get("url")).and_then(address),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(attachment: &Value) -> Vec<Attachment> {
        attachments(&json!({ "attachment": attachment }))
    }

    #[test]
    fn every_usual_form_of_attachment_is_read() {
        let image = json!({
            "type": "Image", "url": "https://a.example/1.png", "mediaType": "image/png", "name": "A tulip",
        });
        let whole = Attachment {
            url: "https://a.example/1.png".into(),
            media_type: Some("image/png".into()),
            name: Some("A tulip".into()),
        };
        assert_eq!(found(&image), [whole]);
        let forms = json!([
            { "type": "Link", "href": "https://a.example/1" },
            { "url": [{ "href": "https://a.example/2" }] },
            "https://a.example/3",
            { "url": "javascript:alert(1)" },
            { "name": "no address" },
            7,
        ]);
        let urls: Vec<_> = found(&forms).into_iter().map(|file| file.url).collect();
        assert_eq!(urls, ["https://a.example/1", "https://a.example/2", "https://a.example/3"]);
        assert_eq!(found(&Value::Null), []);
        assert_eq!(found(&vec!["https://a.example/"; 40].into()).len(), MAX_ATTACHMENTS);
    }

    #[test]
    fn an_object_that_was_not_sent_is_not_shown() {
        assert_eq!(object(br#"{"object": {"id": "x"}}"#), Some(json!({ "id": "x" })));
        for activity in [&br#"{"object": "x"}"#[..], b"{}", b"[]", b"no JSON"] {
            assert_eq!(object(activity), None);
        }
    }
}
