//! From JSON to [`Object`].

use serde_json::Value;

use super::{Attachment, EventFacts, Object, ObjectKind, Poll, tag};
use crate::{Addressing, FieldError, Iri, actor, read};

/// How many authors are read of one object.
const MAX_AUTHORS: usize = 8;

pub(super) fn object(value: &Value) -> Result<Object, FieldError> {
    let id = read::own_id(value).ok_or_else(|| FieldError::new("id", "an absolute http(s) URL"))?;
    let kind = kind_of(value).ok_or_else(|| FieldError::new("type", "a type's name"))?;
    let attachments = Attachment::read_all(value);
    let (mentions, hashtags) = tag::read_all(value);
    Ok(Object {
        id,
        attributed_to: authors(value)?,
        name: read::lang_text(value, "name"),
        content_html: read::lang_text(value, "content"),
        summary: read::lang_text(value, "summary"),
        source_markdown: source_markdown(value),
        media_type: read::string(value, "mediaType"),
        in_reply_to: read::first_id(value, "inReplyTo"),
        context: read::first_id(value, "context"),
        addressing: Addressing::read(value),
        target: read::one_id(value, "target"),
        url: read::page_url(value, "url"),
        link_url: attachments.iter().find(|a| a.kind == "Link" && !a.is_image()).map(|a| a.url.clone()),
        image: image(value, &attachments),
        attachments,
        mentions,
        hashtags,
        published: read::time(value, "published"),
        updated: read::time(value, "updated"),
        language: read::language(value),
        sensitive: read::boolean(value, "sensitive").unwrap_or(false),
        poll: (kind == ObjectKind::Question).then(|| Poll::read(value)).flatten(),
        event: (kind == ObjectKind::Event).then(|| EventFacts::read(value)).flatten(),
        replies: read::first_id(value, "replies"),
        kind,
        raw: value.clone(),
    })
}

/// Of several types the first that is known, else the first.
fn kind_of(value: &Value) -> Option<ObjectKind> {
    let mut kinds = read::kinds(value).map(ObjectKind::from_name).peekable();
    let first = kinds.peek().cloned()?;
    Some(kinds.find(|kind| !matches!(kind, ObjectKind::Other(_))).unwrap_or(first))
}

/// `attributedTo`, else `actor`; persons before groups.
///
/// All of `attributedTo` or nothing: an author passed over would be somebody's whom others, to whom the object is passed
/// on as it came, may well read.
fn authors(value: &Value) -> Result<Vec<Iri>, FieldError> {
    let is_attributed = read::first(value, "attributedTo").is_some();
    let field = if is_attributed { "attributedTo" } else { "actor" };
    let mut entries: Vec<_> = read::items(value, field).take(MAX_AUTHORS + 1).collect();
    let is_whole = entries.len() <= MAX_AUTHORS && entries.iter().all(|entry| read::id_of(entry).is_some());
    if is_attributed && !is_whole {
        return Err(FieldError::new("attributedTo", "up to 8 actors' ids"));
    }
    entries.sort_by_key(|entry| read::kinds(entry).any(|kind| kind == "Group"));
    let mut found = Vec::new();
    for iri in entries.into_iter().filter_map(read::id_of) {
        if !found.contains(&iri) {
            found.push(iri);
        }
    }
    Ok(found)
}

/// `source`, when it is Markdown; as a bare string (Pleroma) nobody knows what it is.
pub(crate) fn source_markdown(value: &Value) -> Option<String> {
    let source = value.get("source")?;
    let is_markdown = read::string(source, "mediaType").is_some_and(|kind| kind.starts_with("text/markdown"));
    read::string(source, "content").filter(|_| is_markdown)
}

/// `image`, else the first picture attached, else `icon` (PeerTube's preview).
fn image(value: &Value, attachments: &[Attachment]) -> Option<Iri> {
    let attached = || attachments.iter().find(|a| a.is_image()).map(|a| a.url.clone());
    let icon = || if actor::is_actor(value) { None } else { read::first_url(value, "icon") };
    read::first_url(value, "image").or_else(attached).or_else(icon)
}
