//! From an object on the wire to the texts of a post or comment.

use std::fmt::Write as _;

use guildhall_activitypub::{
    Object, ObjectKind,
    object::{Attachment, EventFacts},
};
use guildhall_app::{
    entry::{Origin, Poll, Texts},
    markup,
    peering::is_media_muted,
};
use guildhall_domain::{
    ApId, GroupId, Timestamp,
    content::{Form, MAX_CONTENT_BYTES},
    group::is_language_tag,
    text,
};
use guildhall_store::actor::Actor;
use jiff::tz::TimeZone;

use super::Trouble;
use crate::Federation;

/// The texts of an object for a group: without its media where those of its author's host are muted.
pub(super) async fn texts_for(
    federation: &Federation,
    group: GroupId,
    object: &Object,
    author: &Actor,
    is_post: bool,
) -> Result<Texts, Trouble> {
    let mut texts = texts_of(object, author, is_post);
    let has_media = texts.image_url.is_some() || texts.media > 0;
    if has_media && is_media_muted(&federation.app, group, author).await? {
        texts.image_url = None;
        texts.media = 0;
    }
    Ok(texts)
}

/// The texts of an object. `is_post`: it starts a thread, so it needs a title.
fn texts_of(object: &Object, author: &Actor, is_post: bool) -> Texts {
    let content_html = content_of(object);
    let plain = markup::plain_text(&content_html);
    let title = is_post.then(|| title_of(object, &plain, author));
    // A summary beside a Note is Mastodon's content warning; of titled objects it is an excerpt.
    let is_warned =
        object.kind == ObjectKind::Note && object.summary.as_deref().is_some_and(|text| !text.is_empty());
    Texts {
        title,
        excerpt: markup::excerpt(&content_html),
        content_html,
        content_source: object
            .source_markdown
            .as_deref()
            .map(text::clean)
            .filter(|source| source.len() <= MAX_CONTENT_BYTES),
        link_url: object.link_url.as_ref().map(ToString::to_string),
        image_url: object.image.as_ref().map(ToString::to_string),
        language: object.language.clone().filter(|tag| is_language_tag(tag)),
        sensitive: object.sensitive || is_warned,
        media: media_of(object),
        form: Some(form_of(object)),
    }
}

/// How many pictures, films and sounds an object brings; itself, where it is one.
fn media_of(object: &Object) -> i64 {
    let is_one = matches!(object.kind, ObjectKind::Image | ObjectKind::Video | ObjectKind::Audio);
    let is_media = |one: &&Attachment| one.is_image() || one.is_video() || one.is_audio();
    let attached = object.attachments.iter().filter(is_media).count();
    let at_least = usize::from(is_one || object.image.is_some());
    i64::try_from(attached.max(at_least)).unwrap_or(i64::MAX)
}

/// What an object mainly brings: by its type where that says so, else by what hangs on it.
fn form_of(object: &Object) -> Form {
    let has = |is_of: fn(&Attachment) -> bool| object.attachments.iter().any(is_of);
    match object.kind {
        ObjectKind::Question => Form::Poll,
        ObjectKind::Event => Form::Event,
        ObjectKind::Video => Form::Video,
        ObjectKind::Audio => Form::Audio,
        ObjectKind::Image => Form::Image,
        _ if has(Attachment::is_video) => Form::Video,
        _ if has(Attachment::is_audio) => Form::Audio,
        _ if object.link_url.is_some() => Form::Link,
        _ if has(Attachment::is_image) => Form::Image,
        // Beside words it may only illustrate them.
        _ if object.image.is_some() && object.content_html.is_none() => Form::Image,
        _ => Form::Text,
    }
}

fn title_of(object: &Object, plain: &str, author: &Actor) -> String {
    let name = object.name.as_deref().map(markup::plain_text).filter(|name| !name.is_empty());
    // A picture without a word still needs a line to be found by.
    name.map(|name| text::shorten(&text::clean_line(&name), text::MAX_TITLE_LENGTH))
        .or_else(|| text::title_from_text(plain))
        .unwrap_or_else(|| format!("@{}@{}", author.username, author.host))
}

fn content_of(object: &Object) -> String {
    let content = object.content_html.as_deref().or_else(|| titled_summary(object)).unwrap_or_default();
    // Cut on a character: more than this nobody reads, and some would only send it to fill the disk.
    let content = &text::clean(&content[..content.floor_char_boundary(MAX_CONTENT_BYTES)]);
    let is_markdown = object.media_type.as_deref().is_some_and(|media| media.starts_with("text/markdown"));
    let html = if is_markdown { markup::render_markdown(content) } else { markup::sanitise_html(content) };
    match &object.event {
        Some(event) => format!("{}{html}", markup::sanitise_html(&event_line(event))),
        None => html,
    }
}

// An Event or Video may have nothing else to say; a Note's summary is a warning.
fn titled_summary(object: &Object) -> Option<&str> {
    object.summary.as_deref().filter(|_| object.kind != ObjectKind::Note)
}

fn event_line(event: &EventFacts) -> String {
    let mut line = format!("<p><strong>{}", when(event.start));
    if let Some(end) = event.end {
        let _ = write!(line, " – {}", when(end));
    }
    line.push_str("</strong>");
    if let Some(place) = &event.location {
        let _ = write!(line, "<br>{}", escape(place));
    }
    if let Some(url) = &event.online_url {
        let _ = write!(line, "<br><a href=\"{url}\">{}</a>", escape(url.authority()));
    }
    line.push_str("</p>");
    line
}

fn when(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis)
        .map(|at| at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M UTC").to_string())
        .unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Where an object comes from.
pub(super) fn origin_of(object: &Object, now: Timestamp) -> Origin {
    // A clock that runs ahead must not pin a post to the top.
    let past = |millis: i64| Timestamp(millis).min(now);
    Origin::Elsewhere {
        ap_id: ApId::new(object.id.as_str()),
        wire_type: text::clean_line(object.kind.as_str()),
        page_url: object.url.as_ref().map(ToString::to_string),
        context_url: context_of(object),
        published_at: object.published.map_or(now, past),
        edited_at: object.updated.map(past),
    }
}

/// The collection of the thread that an object starts, so that the thread is found by it when there is no collection any
/// more. A name of another origin would stand in the way of somebody else's thread.
fn context_of(object: &Object) -> Option<String> {
    let context = object.context.as_ref().filter(|context| context.same_origin(&object.id));
    let context = context.filter(|context| **context != object.id && object.in_reply_to.is_none())?;
    Some(context.to_string())
}

/// The poll of an object.
pub(super) fn poll_of(object: &Object) -> Option<Poll> {
    let poll = object.poll.as_ref()?;
    let count = |votes: u64| i64::try_from(votes).unwrap_or(i64::MAX);
    Some(Poll {
        options: poll.options.iter().map(|option| (text::clean(&option.name), count(option.votes))).collect(),
        multiple: poll.multiple,
        closes_at: poll.closes_at.map(Timestamp),
    })
}
