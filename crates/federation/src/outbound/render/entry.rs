//! Posts and comments written here, as their readers on other servers get them.

use std::sync::Arc;

use guildhall_activitypub::{
    Iri, ObjectKind,
    write::{self, Address, Content, ContentKind, Media, MentionTag, Public},
};
use guildhall_app::{
    App, Viewer,
    read::{self, EntryView, GroupRef, PersonRef},
};
use guildhall_domain::{EntryId, Timestamp, content::EntryKind, group::Visibility, visibility::Sight};
use guildhall_store::{actor, group};
use serde_json::Value;

use super::{RenderError, confine::confine, iri, members_of, mention, poll};
use crate::outbound::urls::Urls;

/// An entry that was written here, with what its document names besides.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The entry as the reader may see it, whole.
    pub view: EntryView,
    author: Arc<PersonRef>,
    parent: Option<EntryView>,
    /// Of a group that is read by its members alone: who they are.
    members: Option<Iri>,
    /// The actors its text mentions, apart from author, group and the parent's author.
    mentioned: Vec<(Iri, String)>,
}

/// What addresses an entry and the activities about it.
#[derive(Debug, Clone)]
pub struct Addressed {
    /// The group, which is also the audience.
    pub group: Iri,
    /// Persons who are told by name.
    pub persons: Vec<Iri>,
}

impl Addressed {
    /// For the public, the group, and who is named.
    pub fn address(&self) -> Address<'_> {
        Address {
            public: Public::To,
            to: std::slice::from_ref(&self.group),
            cc: &self.persons,
            audience: Some(&self.group),
        }
    }
}

/// Reads an entry of ours that `viewer` may see whole. `None`: there is none, it was written elsewhere, or must not be
/// shown.
pub async fn find_shown(app: &App, viewer: &Viewer, id: EntryId) -> Result<Option<Shown>, RenderError> {
    let Some(view) = read::entries::find(app, viewer, id).await? else { return Ok(None) };
    load(app, viewer, view).await
}

/// The same for an entry that was read already.
pub async fn load(app: &App, viewer: &Viewer, view: EntryView) -> Result<Option<Shown>, RenderError> {
    let Some(author) = view.author.clone().filter(|_| is_ours(app, &view) && view.sight == Sight::Whole)
    else {
        return Ok(None);
    };
    let parent = match view.parent_id {
        Some(parent) => read::entries::find(app, viewer, parent).await?,
        None => None,
    };
    let named = mention::find_all(app, view.content_source.as_deref().unwrap_or_default()).await?;
    let mut mentioned = Vec::new();
    for actor in named {
        let is_named_anyway = actor.ap_id == author.ap_id
            || actor.ap_id == view.group.ap_id
            || parent_author(parent.as_ref()).is_some_and(|parent| parent.ap_id == actor.ap_id);
        if !is_named_anyway {
            mentioned.push((iri(&actor.ap_id)?, format!("@{}@{}", actor.username, actor.host)));
        }
    }
    let members = match group::find_visibility(&app.store, view.group.id).await? {
        Some(Visibility::Members) => {
            let group = actor::find(&app.store, view.group.id.actor()).await?;
            Some(members_of(&group.ok_or(RenderError::Gone("group"))?)?)
        }
        _ => None,
    };
    Ok(Some(Shown { view, author, parent, members, mentioned }))
}

/// Whether an entry was written here: then its id is under our own roof.
pub fn is_ours(app: &App, view: &EntryView) -> bool {
    view.ap_id == Urls::new(&app.site).entry(view.kind, view.id)
}

/// Whether a group is hosted here.
pub fn is_hosted_here(group: &GroupRef) -> bool {
    // Only groups elsewhere are named with their host.
    !group.name.contains('@')
}

fn parent_author(parent: Option<&EntryView>) -> Option<&PersonRef> {
    parent.and_then(|parent| parent.author.as_deref())
}

impl Shown {
    /// Whom the entry is for, and with it every activity about it.
    pub fn addressed(&self) -> Result<Addressed, RenderError> {
        let answered = self.answered().map(|person| iri(&person.ap_id)).transpose()?;
        let mentioned = self.mentioned.iter().map(|(id, _)| id.clone());
        Ok(Addressed {
            group: iri(&self.view.group.ap_id)?,
            persons: answered.into_iter().chain(mentioned).collect(),
        })
    }

    /// Who wrote it.
    pub fn author(&self) -> Result<Iri, RenderError> {
        iri(&self.author.ap_id)
    }

    /// Whose text it answers, where that is somebody else.
    fn answered(&self) -> Option<&PersonRef> {
        parent_author(self.parent.as_ref()).filter(|person| person.id != self.author.id)
    }

    /// Writes the document.
    pub fn object(&self, urls: Urls<'_>) -> Result<Value, RenderError> {
        let addressed = self.addressed()?;
        let mentions = self.mentions(&addressed)?;
        let mentions: Vec<_> = mentions.iter().map(|(href, name)| MentionTag { href, name }).collect();
        let view = &self.view;
        let links = Links::of(self, urls)?;
        let content = Content {
            id: &iri(&view.ap_id)?,
            kind: links.kind(view),
            author: &self.author()?,
            content_html: &view.content_html,
            source_markdown: view.content_source.as_deref(),
            url: links.page.as_ref(),
            address: addressed.address(),
            mentions: &mentions,
            hashtags: &[],
            context: links.context.as_ref(),
            replies: None,
            // The tag stands in for the language's own name, which nobody needs.
            language: view.language.as_deref().map(|tag| (tag, tag)),
            sensitive: view.sensitive,
            published: view.created_at.as_millis(),
            updated: view.edited_at.map(Timestamp::as_millis),
        };
        let mut document = content.to_value();
        if let Some(asked) = &view.poll {
            poll::put(&mut document, asked);
        }
        // By its id alone: Mastodon fetches it then, and takes an embedded one without items for empty.
        document["replies"] = Value::from(urls.replies(view.kind, view.id).as_str());
        Ok(self.confined(document))
    }

    /// An activity or object about it, addressed to nobody who may not read it.
    pub fn confined(&self, mut document: Value) -> Value {
        if let Some(members) = &self.members {
            confine(&mut document, members.as_str());
        }
        document
    }

    /// The group first, so that an answer from a microblog, which mentions whom it answers to, reaches it.
    fn mentions(&self, addressed: &Addressed) -> Result<Vec<(Iri, String)>, RenderError> {
        let mut mentions = vec![(addressed.group.clone(), self.view.group.handle.clone())];
        if let Some(person) = self.answered() {
            mentions.push((iri(&person.ap_id)?, person.handle.clone()));
        }
        mentions.extend(self.mentioned.iter().cloned());
        Ok(mentions)
    }
}

/// The addresses in a document.
struct Links {
    page: Option<Iri>,
    link: Option<Iri>,
    image: Option<Iri>,
    context: Option<Iri>,
    in_reply_to: Option<Iri>,
}

impl Links {
    fn of(shown: &Shown, urls: Urls<'_>) -> Result<Self, RenderError> {
        let view = &shown.view;
        let parse = |text: &Option<String>| text.as_deref().and_then(|text| Iri::parse(text).ok());
        // A thread of a group elsewhere is not ours to collect.
        let context = is_hosted_here(&view.group).then(|| iri(&urls.context(view.thread_id))).transpose()?;
        Ok(Self {
            page: Iri::parse(&view.url).ok(),
            link: parse(&view.link_url),
            image: parse(&view.image_url),
            context,
            in_reply_to: shown.parent.as_ref().map(|parent| iri(&parent.ap_id)).transpose()?,
        })
    }

    fn kind<'a>(&'a self, view: &'a EntryView) -> ContentKind<'a> {
        match view.kind {
            EntryKind::Post => ContentKind::Post {
                title: view.title.as_deref().unwrap_or_default(),
                summary: Some(view.excerpt.as_str()).filter(|excerpt| !excerpt.is_empty()),
                link: self.link.as_ref(),
                image: self.image.as_ref().map(|url| Media { url, media_type: None, name: None }),
            },
            EntryKind::Comment => ContentKind::Comment { in_reply_to: self.in_reply_to.as_ref() },
        }
    }
}

/// What is left of an entry that is gone. It does not say since when, which is not kept.
pub fn tombstone(id: &Iri, kind: EntryKind) -> Value {
    let former = match kind {
        EntryKind::Post => ObjectKind::Page,
        EntryKind::Comment => ObjectKind::Note,
    };
    let mut document = write::tombstone(id, &former, 0);
    if let Some(members) = document.as_object_mut() {
        members.remove("deleted");
    }
    document
}
