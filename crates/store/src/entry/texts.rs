//! What an author writes, and the same as JSON.

use guildhall_domain::content::Form;
use serde_json::{Value, json};

/// The part of an entry that its author writes, and can change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// A post's title.
    pub title: Option<String>,
    /// Sanitised HTML.
    pub content_html: String,
    /// Markdown, where it is known.
    pub content_source: Option<String>,
    /// Plain text, at most 300 characters.
    pub excerpt: String,
    /// A link it is about.
    pub link_url: Option<String>,
    /// Its picture.
    pub image_url: Option<String>,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// Shown only after asking.
    pub sensitive: bool,
    /// How many pictures and other media its author's server says it has: of these one picture at most is kept.
    pub media: i64,
    /// What its author's server says it is; [`Texts::form`] tells it of what was written here.
    pub form: Option<Form>,
}

impl Texts {
    /// What it mainly brings, its poll aside where it was written here.
    pub fn form(&self) -> Form {
        self.form.unwrap_or(match (&self.link_url, &self.image_url) {
            (Some(_), _) => Form::Link,
            (None, Some(_)) => Form::Image,
            (None, None) => Form::Text,
        })
    }

    /// Adds them to a JSON object, under the names of their columns.
    pub(crate) fn add_to(&self, row: &mut Value) {
        row["title"] = json!(self.title);
        row["content_html"] = json!(self.content_html);
        row["content_source"] = json!(self.content_source);
        row["excerpt"] = json!(self.excerpt);
        row["link_url"] = json!(self.link_url);
        row["image_url"] = json!(self.image_url);
        row["language"] = json!(self.language);
        row["sensitive"] = json!(self.sensitive);
        row["media"] = json!(self.media);
        row["form"] = json!(self.form.map(Form::as_str));
    }

    /// Those that [`Texts::add_to`] added.
    pub(crate) fn in_json(row: &Value) -> Self {
        let text = |key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
        Self {
            title: text("title"),
            content_html: text("content_html").unwrap_or_default(),
            content_source: text("content_source"),
            excerpt: text("excerpt").unwrap_or_default(),
            link_url: text("link_url"),
            image_url: text("image_url"),
            language: text("language"),
            sensitive: row.get("sensitive").and_then(Value::as_bool).unwrap_or(false),
            media: row.get("media").and_then(Value::as_i64).unwrap_or_default(),
            form: row.get("form").and_then(Value::as_str).and_then(|form| form.parse().ok()),
        }
    }
}
