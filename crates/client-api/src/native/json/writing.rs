//! What people write: new posts and comments, changes of them, votes.

use guildhall_app::{
    entry::{Texts, texts_from_markdown},
    read::EntryView,
};
use guildhall_domain::{
    EntryId,
    content::{Vote, decide_comment_text, decide_post_text},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Clearable, given, language, web_url};
use crate::native::problem::Problem;

/// A post that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPost {
    /// One line.
    #[schema(min_length = 1, max_length = 200)]
    title: String,
    /// Markdown, at most 100,000 bytes.
    content: Option<String>,
    /// A link it is about.
    url: Option<String>,
    /// A BCP 47 tag.
    language: Option<String>,
    /// Shown only after asking.
    #[serde(default)]
    sensitive: bool,
}

/// A comment that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewComment {
    /// Markdown, at most 100,000 bytes.
    #[schema(min_length = 1)]
    content: String,
    /// The id of the comment it answers; the post when absent.
    parent: Option<String>,
    /// A BCP 47 tag.
    language: Option<String>,
    /// Shown only after asking.
    #[serde(default)]
    sensitive: bool,
}

/// What is to change in a post; what is left out stays.
#[derive(Debug, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostChanges {
    /// One line.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    title: Option<String>,
    /// Markdown, at most 100,000 bytes.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    content: Option<String>,
    /// A link it is about; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    url: Clearable,
    /// A BCP 47 tag; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    language: Clearable,
    /// Shown only after asking.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    sensitive: Option<bool>,
}

/// What is to change in a comment; what is left out stays.
#[derive(Debug, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommentChanges {
    /// Markdown, at most 100,000 bytes.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, min_length = 1)]
    content: Option<String>,
    /// A BCP 47 tag; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    language: Clearable,
    /// Shown only after asking.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    sensitive: Option<bool>,
}

/// A vote.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewVote {
    /// 1 for, -1 against, 0 takes the vote back.
    #[schema(minimum = -1, maximum = 1)]
    value: i64,
}

impl NewPost {
    /// The texts, checked.
    pub(crate) fn texts(self) -> Result<Texts, Problem> {
        let content = self.content.unwrap_or_default();
        decide_post_text(&self.title, &content)?;
        let link = self.url.map(|url| web_url("url", &url)).transpose()?;
        let texts = texts_from_markdown(Some(self.title), &content, link);
        Ok(Texts { language: language(self.language)?, sensitive: self.sensitive, ..texts })
    }
}

impl NewComment {
    /// What it answers, where that is a comment.
    pub(crate) fn parent(&self) -> Result<Option<EntryId>, Problem> {
        let read = |text: &String| {
            text.parse().map_err(|_| Problem::invalid("parent", "the id of a comment is wanted"))
        };
        self.parent.as_ref().map(read).transpose()
    }

    /// The texts, checked.
    pub(crate) fn texts(self) -> Result<Texts, Problem> {
        decide_comment_text(&self.content)?;
        let texts = texts_from_markdown(None, &self.content, None);
        Ok(Texts { language: language(self.language)?, sensitive: self.sensitive, ..texts })
    }
}

impl PostChanges {
    /// The texts after the change, checked; `None` where nothing is to change.
    pub(crate) fn texts(self, current: &EntryView) -> Result<Option<Texts>, Problem> {
        if self == Self::default() {
            return Ok(None);
        }
        let mut texts = kept(current, self.content);
        if let Some(title) = self.title {
            texts.title = Some(title.trim().to_owned());
        }
        if let Some(url) = self.url {
            texts.link_url = url.map(|url| web_url("url", &url)).transpose()?;
        }
        if let Some(tag) = self.language {
            texts.language = language(tag)?;
        }
        texts.sensitive = self.sensitive.unwrap_or(texts.sensitive);
        decide_post_text(texts.title.as_deref().unwrap_or_default(), source(&texts))?;
        Ok(Some(texts))
    }
}

impl CommentChanges {
    /// The texts after the change, checked; `None` where nothing is to change.
    pub(crate) fn texts(self, current: &EntryView) -> Result<Option<Texts>, Problem> {
        if self == Self::default() {
            return Ok(None);
        }
        let mut texts = kept(current, self.content);
        if let Some(tag) = self.language {
            texts.language = language(tag)?;
        }
        texts.sensitive = self.sensitive.unwrap_or(texts.sensitive);
        decide_comment_text(source(&texts))?;
        Ok(Some(texts))
    }
}

impl NewVote {
    /// The vote; `None` takes it back.
    pub(crate) fn vote(&self) -> Result<Option<Vote>, Problem> {
        Vote::from_value(self.value).ok_or_else(|| Problem::invalid("value", "-1, 0 or 1 is wanted"))
    }
}

/// The texts of an entry, with new content where some is given.
fn kept(current: &EntryView, content: Option<String>) -> Texts {
    let of_content = match content {
        Some(content) => texts_from_markdown(None, &content, None),
        None => Texts {
            content_html: current.content_html.clone(),
            content_source: current.content_source.clone(),
            excerpt: current.excerpt.clone(),
            ..Texts::default()
        },
    };
    Texts {
        title: current.title.clone(),
        link_url: current.link_url.clone(),
        image_url: current.image_url.clone(),
        language: current.language.clone(),
        sensitive: current.sensitive,
        ..of_content
    }
}

fn source(texts: &Texts) -> &str {
    texts.content_source.as_deref().unwrap_or(&texts.content_html)
}
