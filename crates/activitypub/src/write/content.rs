//! Posts and comments. A post with a title is a `Page`, what has none a `Note`: everybody knows these two.

use serde_json::{Value, json};

use super::{Address, Media, Members, context};
use crate::{Iri, ObjectKind};

/// A post or comment.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// Its id.
    pub id: &'a Iri,
    /// What it is.
    pub kind: ContentKind<'a>,
    /// Who wrote it.
    pub author: &'a Iri,
    /// The text, HTML.
    pub content_html: &'a str,
    /// The text as typed.
    pub source_markdown: Option<&'a str>,
    /// The page for people.
    pub url: Option<&'a Iri>,
    /// Whom it is for.
    pub address: Address<'a>,
    /// Whom it mentions; a group is always among them, so that replies from microblogs reach it.
    pub mentions: &'a [MentionTag<'a>],
    /// Hashtags without `#`, each with its page.
    pub hashtags: &'a [(&'a str, &'a Iri)],
    /// The thread.
    pub context: Option<&'a Iri>,
    /// The collection of its replies.
    pub replies: Option<Replies<'a>>,
    /// The language: a BCP 47 tag and the language's own name.
    pub language: Option<(&'a str, &'a str)>,
    /// To be hidden behind a warning.
    pub sensitive: bool,
    /// When it was published, in milliseconds.
    pub published: i64,
    /// When it was last changed, in milliseconds.
    pub updated: Option<i64>,
}

/// What is written.
#[derive(Debug, Clone, Copy)]
pub enum ContentKind<'a> {
    /// `Page`: starts a thread.
    Post {
        /// The title, plain text.
        title: &'a str,
        /// An excerpt, plain text: all that Mastodon shows besides title and link.
        summary: Option<&'a str>,
        /// The page that it is about.
        link: Option<&'a Iri>,
        /// Its picture.
        image: Option<Media<'a>>,
    },
    /// `Note`: answers something, or is a message.
    Comment {
        /// What it answers.
        in_reply_to: Option<&'a Iri>,
    },
}

/// A `Mention`.
#[derive(Debug, Clone, Copy)]
pub struct MentionTag<'a> {
    /// The actor's id.
    pub href: &'a Iri,
    /// Its handle with `@` before and within.
    pub name: &'a str,
}

/// The collection of replies.
#[derive(Debug, Clone, Copy)]
pub struct Replies<'a> {
    /// Its id.
    pub id: &'a Iri,
    /// How many everybody may see.
    pub total: u64,
}

impl Content<'_> {
    /// Writes the object, with its `@context`.
    pub fn to_value(&self) -> Value {
        let mut members = Members::default();
        members.put("@context", context::content());
        members.put("id", self.id.as_str());
        members.put("attributedTo", self.author.as_str());
        self.address.put(&mut members);
        self.put_text(&mut members);
        self.kind.put(&mut members);
        members.put_iri("url", self.url);
        members.put_iri("context", self.context);
        members.put_some("replies", self.replies.map(Replies::to_value));
        members.put("tag", self.tags());
        members.put("sensitive", self.sensitive);
        members.put_time("published", Some(self.published));
        members.put_time("updated", self.updated);
        members.into_value()
    }

    fn put_text(&self, members: &mut Members) {
        members.put("content", self.content_html);
        members.put("mediaType", "text/html");
        members.put_some("source", self.source_markdown.map(markdown));
        if let Some((tag, name)) = self.language {
            members.put("language", json!({ "identifier": tag, "name": name }));
            members.put("contentMap", json!({ tag: self.content_html }));
        }
    }

    fn tags(&self) -> Vec<Value> {
        let mentions = self
            .mentions
            .iter()
            .map(|mention| json!({ "type": "Mention", "href": mention.href.as_str(), "name": mention.name }));
        let hashtags = self.hashtags.iter().map(
            |(name, page)| json!({ "type": "Hashtag", "href": page.as_str(), "name": format!("#{name}") }),
        );
        mentions.chain(hashtags).collect()
    }
}

impl ContentKind<'_> {
    fn put(&self, members: &mut Members) {
        match *self {
            Self::Post { title, summary, link, image } => {
                members.put("type", "Page");
                members.put("name", title);
                members.put_some("summary", summary.map(without_tags));
                let link = link.map(|link| json!({ "type": "Link", "href": link.as_str() }));
                members.put("attachment", link.into_iter().collect::<Vec<_>>());
                members.put_some("image", image.map(Media::to_value));
            }
            Self::Comment { in_reply_to } => {
                members.put("type", "Note");
                members.put_iri("inReplyTo", in_reply_to);
            }
        }
    }
}

impl Replies<'_> {
    fn to_value(self) -> Value {
        json!({ "type": "OrderedCollection", "id": self.id.as_str(), "totalItems": self.total })
    }
}

/// What is left of a deleted object.
pub fn tombstone(id: &Iri, former: &ObjectKind, deleted_ms: i64) -> Value {
    let mut members = Members::default();
    members.put("@context", context::plain());
    members.put("id", id.as_str());
    members.put("type", "Tombstone");
    members.put("formerType", former.as_str());
    members.put_time("deleted", Some(deleted_ms));
    members.into_value()
}

pub(super) fn markdown(text: &str) -> Value {
    json!({ "content": text, "mediaType": "text/markdown" })
}

/// Plain text that shows the same where it is read as HTML. By the vocabulary a `summary` is HTML; Mastodon 4.5 and others
/// show it as text, so that escapes would be seen there: what would begin a tag gets another bracket.
fn without_tags(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.next() {
        let begins_tag = rest.peek().is_some_and(|after| after.is_alphabetic() || "/!?".contains(*after));
        harmless.push(if next == '<' && begins_tag { '\u{2039}' } else { next });
    }
    harmless
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_has_no_tags_for_those_who_look_for_them() {
        for (text, harmless) in [
            ("1 < 2 & 3 > 2, AT&T <3", "1 < 2 & 3 > 2, AT&T <3"),
            ("<script>x()</script>", "\u{2039}script>x()\u{2039}/script>"),
            ("<!--x--><?y", "\u{2039}!--x-->\u{2039}?y"),
            ("<<b", "<\u{2039}b"),
        ] {
            assert_eq!(without_tags(text), harmless);
        }
    }
}
