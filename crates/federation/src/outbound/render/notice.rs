//! What a group tells somebody in private: a `Note` that microblogs show as a direct message.

use guildhall_activitypub::{
    Iri,
    write::{self, Address, Content, ContentKind, Envelope, MentionTag},
};
use guildhall_domain::Timestamp;
use serde_json::Value;

use super::{RenderError, actor::escape, text_iri};

/// A message of a group to one person.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'a> {
    /// The id of the `Create`; the note's is `…/note` below it.
    pub id: &'a Iri,
    /// The group.
    pub group: &'a Iri,
    /// The person.
    pub to: &'a Iri,
    /// `@name@host`: without the mention, Mastodon would not notify.
    pub handle: &'a str,
    /// What it answers, so that it is shown where the person looks.
    pub in_reply_to: Option<&'a Iri>,
    /// Plain text; may have several lines.
    pub text: &'a str,
    /// When.
    pub at: Timestamp,
}

impl Notice<'_> {
    /// `Create` of the note, for nobody else's eyes.
    pub fn create(&self) -> Result<Value, RenderError> {
        let note_id = text_iri(&format!("{}/note", self.id.as_str()))?;
        let address = Address { to: std::slice::from_ref(self.to), ..Address::default() };
        let note = Content {
            id: &note_id,
            kind: ContentKind::Comment { in_reply_to: self.in_reply_to },
            author: self.group,
            content_html: &self.html(),
            source_markdown: None,
            url: None,
            address,
            mentions: &[MentionTag { href: self.to, name: self.handle }],
            hashtags: &[],
            context: None,
            replies: None,
            language: None,
            sensitive: false,
            published: self.at.as_millis(),
            updated: None,
        };
        let published = Some(self.at.as_millis());
        let envelope = Envelope { id: self.id, actor: self.group, address, published };
        Ok(write::create(&envelope, note.to_value()))
    }

    fn html(&self) -> String {
        let (href, handle, text) =
            (escape(self.to.as_str()), escape(self.handle), escape(self.text).replace('\n', "<br>"));
        format!("<p><a href=\"{href}\" class=\"u-url mention\">{handle}</a> {text}</p>")
    }
}
