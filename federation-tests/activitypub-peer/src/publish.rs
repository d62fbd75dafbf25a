//! What a person of ours does, as the JSON of Lemmy or of Mastodon, and to whom it goes.

use activitypub_federation::traits::Actor as _;
use anyhow::{Context, ensure};
use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use crate::{
    actor::Actor,
    deliver,
    error::Error,
    peer::{PeerData, Sent},
    post::{PUBLIC, PostJson},
    resolve,
    software::Software,
};

const CONTEXT: &str = "https://www.w3.org/ns/activitystreams";

/// A person of ours who acts.
pub(crate) struct Person<'a> {
    pub(crate) actor: Actor,
    pub(crate) data: &'a PeerData,
}

impl Person<'_> {
    /// `Follow`, addressed to the group as Lemmy has it; Mastodon leaves `to` out.
    pub(crate) async fn follow(&self, group: &Actor) -> Result<Sent, Error> {
        let mut follow = self.activity("Follow", &group.json.id)?;
        if self.data.software == Software::Lemmy {
            follow["to"] = json!([group.json.id]);
        }
        self.send(follow, vec![group.shared_inbox_or_inbox()]).await
    }

    /// `Undo` of the last `Follow` of this group.
    pub(crate) async fn unfollow(&self, group: &Actor) -> Result<Sent, Error> {
        let follow = self.last_follow(&group.json.id).context("never followed")?;
        let undo = self.activity("Undo", follow)?;
        self.send(undo, vec![group.shared_inbox_or_inbox()]).await
    }

    /// `Create{Page}` in a group, as Lemmy does it.
    pub(crate) async fn post(&self, group: &Actor, title: &str, content: &str) -> Result<Sent, Error> {
        let group_id = &group.json.id;
        let page = json!({
            "type": "Page",
            "id": self.data.new_id("post")?,
            "attributedTo": self.actor.json.id,
            "to": [group_id, PUBLIC],
            "cc": [],
            "audience": group_id,
            "name": title,
            "content": html(content),
            "mediaType": "text/html",
            "source": { "content": content, "mediaType": "text/markdown" },
            "attachment": [],
            "tag": [],
            "sensitive": false,
            "language": { "identifier": "en", "name": "English" },
            "published": now(),
        });
        self.create(page, vec![group.shared_inbox_or_inbox()]).await
    }

    /// `Create{Note}` that mentions a group, as Mastodon does it.
    pub(crate) async fn note(&self, group: &Actor, content: &str) -> Result<Sent, Error> {
        let note = self.mastodon_note(&[group], content)?;
        self.create(note, vec![group.shared_inbox_or_inbox()]).await
    }

    /// A reply: by way of the group in Lemmy, to the author it answers in Mastodon.
    pub(crate) async fn reply(&self, parent: &PostJson, content: &str) -> Result<Sent, Error> {
        let author = resolve::actor(parent.attributed_to.as_str(), self.data).await?;
        match self.data.software {
            Software::Lemmy => {
                let group =
                    resolve::group_of(parent, self.data).await.context("the parent is in no group")?;
                let note = self.lemmy_comment(parent, &author, &group, content)?;
                self.create(note, vec![group.shared_inbox_or_inbox()]).await
            }
            Software::Mastodon => {
                let mut note = self.mastodon_note(&[&author], content)?;
                note["inReplyTo"] = json!(parent.id);
                self.create(note, vec![author.shared_inbox_or_inbox()]).await
            }
        }
    }

    /// `Like` (1), `Dislike` (-1) or `Undo` of the last of them (0).
    pub(crate) async fn vote(&self, object: &PostJson, value: i8) -> Result<Sent, Error> {
        let key = (self.actor.json.id.clone(), object.id.clone());
        let activity = match value {
            1 => self.activity("Like", &object.id)?,
            -1 => self.activity("Dislike", &object.id)?,
            0 => {
                let vote = self.data.state().votes.get(&key).cloned();
                self.activity("Undo", vote.context("no vote to take back")?)?
            }
            _ => Err(anyhow::anyhow!("a vote is -1, 0 or 1"))?,
        };
        let activity = self.with_audience(activity, object);
        if value != 0 {
            self.data.state().votes.insert(key, activity.clone());
        }
        self.send(activity, self.inboxes_for(object).await?).await
    }

    /// `Update` of a post of this person.
    pub(crate) async fn update(
        &self,
        object: &PostJson,
        title: Option<&str>,
        content: &str,
    ) -> Result<Sent, Error> {
        ensure_own(object, &self.actor)?;
        let mut changed = serde_json::to_value(object)?;
        changed["content"] = json!(html(content));
        changed["source"] = json!({ "content": content, "mediaType": "text/markdown" });
        changed["updated"] = json!(now());
        if let Some(title) = title {
            changed["name"] = json!(title);
        }
        self.keep(&changed, None)?;
        let update = self.addressed_like("Update", changed, object)?;
        self.send(update, self.inboxes_for(object).await?).await
    }

    /// `Delete` of a post: of an own one, or with a reason as a moderator (Lemmy's `summary`).
    pub(crate) async fn delete(&self, object: &PostJson, reason: Option<&str>) -> Result<Sent, Error> {
        let inboxes = self.inboxes_for(object).await?;
        let named = match self.data.software {
            Software::Lemmy => json!(object.id),
            Software::Mastodon => json!({ "id": object.id, "type": "Tombstone" }),
        };
        let mut delete = self.addressed_like("Delete", named, object)?;
        if let Some(reason) = reason {
            delete["summary"] = json!(reason);
        }
        self.data.state().posts.insert(object.id.clone(), None);
        self.send(delete, inboxes).await
    }

    async fn create(&self, object: Value, inboxes: Vec<Url>) -> Result<Sent, Error> {
        let post = self.keep(&object, Some(&inboxes))?;
        let create = self.addressed_like("Create", object, &post)?;
        self.send(create, inboxes).await
    }

    /// Keeps an own object, so that it can be fetched, and where it goes.
    fn keep(&self, object: &Value, inboxes: Option<&[Url]>) -> Result<PostJson, Error> {
        let post: PostJson = serde_json::from_value(object.clone())?;
        let mut state = self.data.state();
        state.posts.insert(post.id.clone(), Some(post.clone()));
        if let Some(inboxes) = inboxes {
            state.audiences.insert(post.id.clone(), inboxes.to_vec());
        }
        Ok(post)
    }

    fn lemmy_comment(
        &self,
        parent: &PostJson,
        author: &Actor,
        group: &Actor,
        content: &str,
    ) -> anyhow::Result<Value> {
        Ok(json!({
            "type": "Note",
            "id": self.data.new_id("comment")?,
            "attributedTo": self.actor.json.id,
            "to": [PUBLIC],
            "cc": [group.json.id, author.json.id],
            "audience": group.json.id,
            "inReplyTo": parent.id,
            "content": html(content),
            "mediaType": "text/html",
            "source": { "content": content, "mediaType": "text/markdown" },
            "tag": [mention_of(author)],
            "distinguished": false,
            "published": now(),
        }))
    }

    fn mastodon_note(&self, mentioned: &[&Actor], content: &str) -> anyhow::Result<Value> {
        let id = self.data.new_id("post")?;
        let mentions = mentioned.iter().map(|actor| {
            let name = &actor.json.preferred_username;
            let href = &actor.json.id;
            format!(r#"<span class="h-card"><a href="{href}" class="u-url mention">@<span>{name}</span></a></span> "#)
        });
        let content = format!("<p>{}{content}</p>", mentions.collect::<String>());
        let followers = self.actor.json.followers.iter();
        let cc: Vec<_> = followers.chain(mentioned.iter().map(|actor| &actor.json.id)).collect();
        Ok(json!({
            "type": "Note",
            "id": id,
            "url": id,
            "attributedTo": self.actor.json.id,
            "to": [PUBLIC],
            "cc": cc,
            "summary": null,
            "sensitive": false,
            "content": content,
            "contentMap": { "en": content },
            "attachment": [],
            "tag": mentioned.iter().map(|actor| mention_of(actor)).collect::<Vec<_>>(),
            "published": now(),
        }))
    }

    fn activity(&self, kind: &str, object: impl Serialize) -> anyhow::Result<Value> {
        Ok(json!({
            "@context": CONTEXT,
            "id": self.data.new_id("activities")?,
            "type": kind,
            "actor": self.actor.json.id,
            "object": object,
        }))
    }

    /// An activity that goes to whom its object went.
    fn addressed_like(&self, kind: &str, object: Value, like: &PostJson) -> anyhow::Result<Value> {
        let mut activity = self.activity(kind, object)?;
        activity["to"] = json!(like.to);
        activity["cc"] = json!(like.cc);
        Ok(self.with_audience(activity, like))
    }

    /// Lemmy names the group in every activity, Mastodon in none.
    fn with_audience(&self, mut activity: Value, like: &PostJson) -> Value {
        if let (Software::Lemmy, Some(audience)) = (self.data.software, &like.audience) {
            activity["audience"] = json!(audience);
        }
        activity
    }

    /// Where a post of ours went; for another's the group (Lemmy) or the author (Mastodon).
    async fn inboxes_for(&self, object: &PostJson) -> Result<Vec<Url>, Error> {
        let known = self.data.state().audiences.get(&object.id).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        if self.data.software == Software::Lemmy
            && let Some(group) = resolve::group_of(object, self.data).await
        {
            return Ok(vec![group.shared_inbox_or_inbox()]);
        }
        Ok(vec![resolve::inbox_of_author(object, self.data).await?])
    }

    fn last_follow(&self, group: &Url) -> Option<Value> {
        let state = self.data.state();
        let follows = state.sent.iter().rev().map(|sent| &sent.activity);
        let mut follows = follows.filter(|activity| activity["type"] == "Follow");
        let (actor, group) = (self.actor.json.id.as_str(), group.as_str());
        follows.find(|follow| follow["actor"] == actor && follow["object"] == group).cloned()
    }

    async fn send(&self, activity: Value, inboxes: Vec<Url>) -> Result<Sent, Error> {
        deliver::send(&self.actor, activity, inboxes, self.data).await
    }
}

fn ensure_own(object: &PostJson, actor: &Actor) -> anyhow::Result<()> {
    ensure!(object.attributed_to == actor.json.id, "{} is not by {}", object.id, actor.json.id);
    Ok(())
}

fn mention_of(actor: &Actor) -> Value {
    let (name, id) = (&actor.json.preferred_username, &actor.json.id);
    json!({ "type": "Mention", "href": id, "name": format!("@{name}@{}", id.authority()) })
}

/// Plain text of the tests as HTML.
fn html(text: &str) -> String {
    format!("<p>{text}</p>")
}

#[expect(clippy::disallowed_methods, reason = "another program, with a clock of its own")]
fn now() -> String {
    jiff::Timestamp::now().to_string()
}
