//! One waiting item with all that a moderator reads before deciding.

use std::fmt;

use guildhall_app::{App, markup};
use guildhall_domain::{ActorId, GroupId, QueueItemId};
use guildhall_store::entry::{self, Entry, Texts};
use guildhall_store::poll::{self, Poll};
use guildhall_store::queue::{self, QueueItem, QueueKind};
use guildhall_store::welcome::answer;
use guildhall_store::{StoreError, actor, received};
use serde::Serialize;
use serde_json::Value;

use super::output::rfc3339;

/// An item, decided or not. Of a request to join only the first half says anything.
#[derive(Debug, Serialize)]
pub(super) struct Waiting {
    #[serde(skip)]
    pub(super) key: QueueItemId,
    #[serde(skip)]
    pub(super) group_id: GroupId,
    pub(super) id: String,
    /// `join`, `post`, `comment` or `edit`.
    pub(super) kind: &'static str,
    pub(super) group: Actor,
    pub(super) actor: Actor,
    /// The entry, or for a join the request.
    object: Option<String>,
    pub(super) title: String,
    /// Why it is held.
    reason: String,
    received_at: String,
    decided_at: Option<String>,
    /// What a comment answers.
    in_reply_to: Option<String>,
    /// Markdown where that is known, else the text of the HTML.
    content: Option<String>,
    link: Option<String>,
    /// Addresses of what is attached.
    attachments: Vec<String>,
    language: Option<String>,
    sensitive: bool,
    poll: Option<Question>,
    /// What somebody who wants to join said to the group's questions.
    answers: Vec<Said>,
}

/// Somebody, by both names.
#[derive(Debug, Serialize)]
pub(super) struct Actor {
    pub(super) handle: String,
    pub(super) ap_id: String,
}

/// An answer to a question of the group.
#[derive(Debug, Serialize)]
struct Said {
    /// None for an answer to all of them in one piece.
    question: Option<String>,
    text: String,
}

/// The poll of a post.
#[derive(Debug, Serialize)]
struct Question {
    options: Vec<String>,
    multiple: bool,
    closes_at: Option<String>,
}

impl Waiting {
    /// The item with a key.
    pub(super) async fn find(app: &App, id: QueueItemId) -> Result<Option<Self>, StoreError> {
        let Some(item) = queue::find(&app.store, id).await? else { return Ok(None) };
        let entry = match item.entry {
            Some(entry) => entry::find(&app.store, entry).await?,
            None => None,
        };
        let texts = item.edit.clone().or_else(|| entry.as_ref().map(texts_of)).unwrap_or_default();
        let poll = poll_of(app, &item).await?.map(Question::from);
        let mut attachments: Vec<String> = texts.image_url.iter().cloned().collect();
        attachments.extend(sent_with(app, &item, entry.as_ref()).await?);
        attachments.dedup();
        let parent = match entry.and_then(|entry| entry.parent_id) {
            Some(parent) => entry::find(&app.store, parent).await?.map(|parent| parent.ap_id.to_string()),
            None => None,
        };
        let (actor, group) = (name(app, item.actor).await?, name(app, item.group.actor()).await?);
        let answers = match item.kind {
            QueueKind::Join => answer::list(&app.store, item.group, item.actor).await?,
            QueueKind::Post | QueueKind::Comment | QueueKind::Edit => Vec::new(),
        };
        let answers = answers.into_iter().map(|said| Said { question: said.question, text: said.text });
        let answers = answers.collect();
        let shown = Self::new(item, actor, group, texts);
        Ok(Some(Self { in_reply_to: parent, poll, attachments, answers, ..shown }))
    }

    fn new(item: QueueItem, actor: Actor, group: Actor, texts: Texts) -> Self {
        let content = texts.content_source.unwrap_or_else(|| markup::plain_text(&texts.content_html));
        Self {
            key: item.id,
            group_id: item.group,
            id: item.id.to_string(),
            kind: item.kind.as_str(),
            group,
            actor,
            object: item.object.map(|object| object.to_string()),
            title: item.title,
            reason: item.reason,
            received_at: rfc3339(item.received_at),
            decided_at: item.decided_at.map(rfc3339),
            in_reply_to: None,
            content: Some(content).filter(|content| !content.is_empty()),
            link: texts.link_url,
            attachments: Vec::new(),
            language: texts.language,
            sensitive: texts.sensitive,
            poll: None,
            answers: Vec::new(),
        }
    }
}

fn texts_of(entry: &Entry) -> Texts {
    Texts {
        title: entry.title.clone(),
        content_html: entry.content_html.clone(),
        content_source: entry.content_source.clone(),
        excerpt: entry.excerpt.clone(),
        link_url: entry.link_url.clone(),
        image_url: entry.image_url.clone(),
        language: entry.language.clone(),
        sensitive: entry.sensitive,
        media: entry.media,
        form: entry.form,
    }
}

/// What the activity carries that is passed on when the item is admitted: more than is kept of it here.
async fn sent_with(app: &App, item: &QueueItem, entry: Option<&Entry>) -> Result<Vec<String>, StoreError> {
    let brought_by =
        if item.edit.is_some() { item.received } else { entry.and_then(|entry| entry.received_id) };
    let Some(id) = brought_by else { return Ok(Vec::new()) };
    let activity = received::find(&app.store, id).await?;
    Ok(activity.map(|activity| attachments_of(&activity.body)).unwrap_or_default())
}

/// The addresses in an activity's `object.attachment`, which is one or a list, each a link or an object with one.
fn attachments_of(activity: &[u8]) -> Vec<String> {
    let activity: Value = serde_json::from_slice(activity).unwrap_or_default();
    let mut found = Vec::new();
    collect_addresses(&activity["object"]["attachment"], &mut found);
    found
}

fn collect_addresses(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(address) => found.push(address.clone()),
        Value::Array(values) => values.iter().for_each(|value| collect_addresses(value, found)),
        Value::Object(fields) => {
            let address = ["href", "url"].into_iter().find_map(|name| fields.get(name));
            collect_addresses(address.unwrap_or(&Value::Null), found);
        }
        _ => {}
    }
}

/// The poll an edit brings, or the one that the entry has.
async fn poll_of(app: &App, item: &QueueItem) -> Result<Option<Poll>, StoreError> {
    let brought = queue::find_poll(&app.store, item.id).await?;
    match (brought, item.entry) {
        (None, Some(entry)) => poll::find(&app.store, entry).await,
        (brought, _) => Ok(brought),
    }
}

async fn name(app: &App, id: ActorId) -> Result<Actor, StoreError> {
    let found = actor::find(&app.store, id).await?.ok_or_else(|| StoreError::corrupt("actor", id))?;
    Ok(Actor { handle: format!("@{}@{}", found.username, found.host), ap_id: found.ap_id.to_string() })
}

impl From<Poll> for Question {
    fn from(poll: Poll) -> Self {
        Self {
            options: poll.options.into_iter().map(|(name, _)| name).collect(),
            multiple: poll.multiple,
            closes_at: poll.closes_at.map(rfc3339),
        }
    }
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let poll = self.poll.as_ref().map(ToString::to_string);
        let lines = [
            ("title", Some(&self.title)),
            ("object", self.object.as_ref()),
            ("answers", self.in_reply_to.as_ref()),
            ("link", self.link.as_ref()),
            ("language", self.language.as_ref()),
            ("poll", poll.as_ref()),
            ("decided", self.decided_at.as_ref()),
        ];
        writeln!(f, "{}  {} in {}", self.id, self.kind, self.group.handle)?;
        writeln!(f, "author: {}  {}", self.actor.handle, self.actor.ap_id)?;
        writeln!(f, "held: {}, since {}", self.reason, self.received_at)?;
        for (name, value) in lines {
            if let Some(value) = value {
                writeln!(f, "{name}: {value}")?;
            }
        }
        for attachment in &self.attachments {
            writeln!(f, "attachment: {attachment}")?;
        }
        for said in &self.answers {
            writeln!(f, "{}: {}", said.question.as_deref().unwrap_or("answer"), said.text)?;
        }
        if self.sensitive {
            writeln!(f, "marked as sensitive")?;
        }
        match &self.content {
            Some(content) => write!(f, "\n{}", content.trim_end()),
            None => f.write_str("\nNo text."),
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.options.join(" / "))?;
        if self.multiple {
            f.write_str(", several may be chosen")?;
        }
        match &self.closes_at {
            Some(at) => write!(f, ", until {at}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attachments_are_found_in_every_shape() {
        let shapes = [
            r#"{"object":{"attachment":{"type":"Link","href":"https://a.example/1"}}}"#,
            r#"{"object":{"attachment":[{"type":"Image","url":"https://a.example/1"}]}}"#,
            r#"{"object":{"attachment":[{"url":[{"type":"Link","href":"https://a.example/1"}]}]}}"#,
            r#"{"object":{"attachment":"https://a.example/1"}}"#,
        ];
        for shape in shapes {
            assert_eq!(attachments_of(shape.as_bytes()), ["https://a.example/1"], "{shape}");
        }
        for none in
            ["not json", "{}", r#"{"object":"https://a.example/1"}"#, r#"{"object":{"attachment":7}}"#]
        {
            assert!(attachments_of(none.as_bytes()).is_empty(), "{none}");
        }
    }
}
