//! Persons on other servers. What gets no answer they send again, under its id, until it is answered.

use std::{sync::Arc, time::Duration};

use anyhow::bail;
use guildhall_federation_tests::Random;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::world::{PUBLIC, Shared};

/// Between two attempts at the same activity.
const AGAIN_AFTER: Duration = Duration::from_millis(25);

/// Between two activities, in milliseconds.
const PAUSES: std::ops::Range<usize> = 20..220;

/// Edits and deletions are of the notes written last: what is edited is mostly on its way still.
const RECENT: usize = 4;

/// One person, who does one thing after the other.
pub(crate) struct WriterThere {
    shared: Arc<Shared>,
    random: Random,
    actor: String,
    label: String,
    written: WrittenThere,
    activities: usize,
}

/// What one person wrote, as far as it was answered.
#[derive(Default)]
pub(crate) struct WrittenThere {
    pub(crate) actor: String,
    pub(crate) notes: Vec<Note>,
    /// The last vote on each post that was voted on; 0: taken back.
    pub(crate) votes: Vec<LastVote>,
    /// The id of the `Follow`, while it holds.
    pub(crate) follow: Option<String>,
    /// Ids of all activities.
    pub(crate) ids: Vec<String>,
}

/// A comment.
pub(crate) struct Note {
    pub(crate) ap_id: String,
    /// What all of its texts begin with, and no other's.
    pub(crate) label: String,
    /// Its texts, one after the other.
    pub(crate) texts: Vec<String>,
    pub(crate) is_deleted: bool,
}

pub(crate) struct LastVote {
    pub(crate) post: usize,
    pub(crate) value: i64,
    /// The `Like` or `Dislike`.
    activity: Value,
}

impl Note {
    pub(crate) fn last_text(&self) -> &str {
        self.texts.last().map_or("", String::as_str)
    }
}

impl WriterThere {
    pub(crate) fn new(number: usize, shared: Arc<Shared>, random: Random) -> Self {
        let actor = shared.hosts.actor(number, &format!("writer{number}"));
        let written = WrittenThere { actor: actor.clone(), ..WrittenThere::default() };
        Self { label: format!("remote-{number}"), actor, shared, random, written, activities: 0 }
    }

    /// Does things until there have been enough kills.
    pub(crate) async fn write(mut self) -> anyhow::Result<WrittenThere> {
        while !self.shared.is_over() {
            match self.random.below(10) {
                0..4 => self.create().await?,
                4..6 => self.update().await?,
                6 => self.delete().await?,
                7..9 => self.vote().await?,
                _ => self.follow_or_leave().await?,
            }
            let pause = PAUSES.start + self.random.below(PAUSES.len());
            sleep(Duration::from_millis(pause.try_into()?)).await;
        }
        Ok(self.written)
    }

    async fn create(&mut self) -> anyhow::Result<()> {
        let number = self.written.notes.len();
        let note = Note {
            ap_id: format!("{}/notes/{number}", self.actor),
            label: format!("{}-{number} ", self.label),
            texts: vec![format!("{}-{number} v0", self.label)],
            is_deleted: false,
        };
        let object = self.object(&note, number);
        let create = self.activity("Create", object);
        self.deliver(&create).await?;
        self.written.notes.push(note);
        Ok(())
    }

    async fn update(&mut self) -> anyhow::Result<()> {
        let Some(number) = self.choose() else { return Ok(()) };
        let note = &mut self.written.notes[number];
        note.texts.push(format!("{}v{}", note.label, note.texts.len()));
        let object = self.object(&self.written.notes[number], number);
        let update = self.activity("Update", object);
        self.deliver(&update).await
    }

    async fn delete(&mut self) -> anyhow::Result<()> {
        let Some(number) = self.choose() else { return Ok(()) };
        let note = &mut self.written.notes[number];
        note.is_deleted = true;
        let object = json!(note.ap_id);
        let delete = self.activity("Delete", object);
        self.deliver(&delete).await
    }

    /// One of the last notes that are not deleted.
    fn choose(&mut self) -> Option<usize> {
        let from = self.written.notes.len().saturating_sub(RECENT);
        let living = |number: &usize| !self.written.notes[*number].is_deleted;
        let living: Vec<usize> = (from..self.written.notes.len()).filter(living).collect();
        self.random.one_of(&living).copied()
    }

    async fn vote(&mut self) -> anyhow::Result<()> {
        let post = self.random.below(self.shared.posts.len());
        let place = self.written.votes.iter().position(|vote| vote.post == post);
        let before = place.map(|place| self.written.votes.remove(place));
        let takes_back = self.random.below(3) == 0;
        let vote = match before {
            Some(LastVote { value, activity, .. }) if value != 0 && takes_back => {
                let undo = self.activity("Undo", activity.clone());
                self.deliver(&undo).await?;
                LastVote { post, value: 0, activity }
            }
            before => {
                // The same vote again would be none.
                let value = before.map_or(0, |vote| vote.value);
                let is_up = value < 0 || (value == 0 && self.random.below(2) == 0);
                let object = json!(self.shared.posts[post].ap_id);
                let activity = self.activity(if is_up { "Like" } else { "Dislike" }, object);
                self.deliver(&activity).await?;
                LastVote { post, value: if is_up { 1 } else { -1 }, activity }
            }
        };
        self.written.votes.push(vote);
        Ok(())
    }

    async fn follow_or_leave(&mut self) -> anyhow::Result<()> {
        let group = json!(self.shared.group);
        if let Some(id) = self.written.follow.take() {
            let follow = json!({"id": id, "type": "Follow", "actor": self.actor, "object": group});
            let undo = self.activity("Undo", follow);
            return self.deliver(&undo).await;
        }
        let follow = self.activity("Follow", group);
        self.deliver(&follow).await?;
        self.written.follow = follow["id"].as_str().map(str::to_owned);
        Ok(())
    }

    /// The next activity of this person.
    #[expect(clippy::needless_pass_by_value, reason = "made at the call, and good for nothing else")]
    fn activity(&mut self, kind: &str, object: Value) -> Value {
        let id = format!("{}/activities/{}", self.actor, self.activities);
        self.activities += 1;
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": id,
            "type": kind,
            "actor": self.actor,
            "to": [PUBLIC],
            "cc": [self.shared.group],
            "object": object,
        })
    }

    fn object(&self, note: &Note, number: usize) -> Value {
        let posts = &self.shared.posts;
        let mut object = json!({
            "id": note.ap_id,
            "type": "Note",
            "attributedTo": self.actor,
            "to": [PUBLIC],
            "cc": [self.shared.group],
            "inReplyTo": posts[number % posts.len()].ap_id,
            "content": format!("<p>{}</p>", note.last_text()),
            "published": "2026-01-01T00:00:00Z",
        });
        if note.texts.len() > 1 {
            object["updated"] = json!(format!("2026-01-01T00:{:02}:00Z", note.texts.len().min(59)));
        }
        object
    }

    /// Sends it until it is answered.
    async fn deliver(&mut self, activity: &Value) -> anyhow::Result<()> {
        self.written.ids.extend(activity["id"].as_str().map(str::to_owned));
        for attempt in 1.. {
            match self.shared.hosts.send(&self.shared.inbox, activity).await {
                Ok(answer) if answer.status == 202 => {
                    self.shared.count(attempt);
                    break;
                }
                Ok(answer) if answer.status != 503 => bail!("{answer:?} to {activity}"),
                _ => sleep(AGAIN_AFTER).await,
            }
        }
        Ok(())
    }
}
