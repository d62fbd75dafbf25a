//! Persons on other servers. What gets no answer they send again, under its id, until it is answered.

use std::{sync::Arc, time::Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Place, RECENT, Shared};
use crate::{
    Random,
    ledger::{Comment, Membership, Said, Vote},
};

/// One person, who does one thing after the other.
pub(super) struct WriterThere {
    place: Arc<Place>,
    shared: Arc<Shared>,
    random: Random,
    actor: String,
    label: String,
    said: Said,
    /// The last `Like` or `Dislike` of each post.
    votes: Vec<Option<Ballot>>,
    activities: usize,
}

#[derive(Clone)]
struct Ballot {
    activity: Value,
    /// 0: taken back.
    value: i64,
}

impl WriterThere {
    pub(super) fn new(
        host: usize,
        label: String,
        place: Arc<Place>,
        shared: Arc<Shared>,
        random: Random,
    ) -> Self {
        let actor = place.hosts.actor(host, &label);
        let said =
            Said { memberships: vec![Membership { actor: actor.clone(), follow: None }], ..Said::default() };
        let votes = vec![None; place.posts.len()];
        Self { place, shared, random, actor, label, said, votes, activities: 0 }
    }

    pub(super) async fn write(mut self) -> anyhow::Result<Said> {
        while !self.shared.is_over() {
            match self.random.below(10) {
                0..4 => self.create().await?,
                4..6 => self.update().await?,
                6 => self.delete().await?,
                7..9 => self.vote().await?,
                _ => self.follow_or_leave().await?,
            }
            self.shared.pause(&mut self.random).await;
        }
        Ok(self.said)
    }

    async fn create(&mut self) -> anyhow::Result<()> {
        let number = self.said.comments.len();
        let label = format!("{}-{number}", self.label);
        let mut comment = Comment {
            ap_id: format!("{}/notes/{number}", self.actor),
            texts: vec![format!("{label} v0")],
            label,
            is_deleted: false,
            answered_at: Instant::now(),
        };
        let object = self.object(&comment, number);
        self.deliver("Create", object).await?;
        comment.answered_at = Instant::now();
        self.said.comments.push(comment);
        Ok(())
    }

    async fn update(&mut self) -> anyhow::Result<()> {
        let Some(number) = self.choose() else { return Ok(()) };
        let comment = &mut self.said.comments[number];
        let newer = comment.next_text();
        comment.texts.push(newer);
        let object = self.object(&self.said.comments[number], number);
        self.deliver("Update", object).await.map(drop)
    }

    async fn delete(&mut self) -> anyhow::Result<()> {
        let Some(number) = self.choose() else { return Ok(()) };
        self.said.comments[number].is_deleted = true;
        let object = json!(self.said.comments[number].ap_id);
        self.deliver("Delete", object).await.map(drop)
    }

    /// One of the last notes that are not deleted.
    fn choose(&mut self) -> Option<usize> {
        let living = self.said.living(RECENT);
        self.random.one_of(&living).copied()
    }

    async fn vote(&mut self) -> anyhow::Result<()> {
        let post = self.random.below(self.place.posts.len());
        let before = self.votes[post].take();
        let takes_back = self.random.below(3) == 0;
        let ballot = match before {
            Some(Ballot { value, activity }) if value != 0 && takes_back => {
                self.deliver("Undo", activity.clone()).await?;
                Ballot { activity, value: 0 }
            }
            before => {
                // The same vote again would be none.
                let value = before.map_or(0, |ballot| ballot.value);
                let is_up = value < 0 || (value == 0 && self.random.below(2) == 0);
                let object = json!(self.place.posts[post].ap_id);
                let activity = self.deliver(if is_up { "Like" } else { "Dislike" }, object).await?;
                Ballot { activity, value: if is_up { 1 } else { -1 } }
            }
        };
        let object = self.place.posts[post].ap_id.clone();
        self.said.vote(Vote { actor: self.actor.clone(), object, value: ballot.value });
        self.votes[post] = Some(ballot);
        Ok(())
    }

    async fn follow_or_leave(&mut self) -> anyhow::Result<()> {
        let group = json!(self.place.group);
        let follow = match self.said.memberships[0].follow.take() {
            Some(id) => {
                let follow = json!({"id": id, "type": "Follow", "actor": self.actor, "object": group});
                self.deliver("Undo", follow).await?;
                None
            }
            None => self.deliver("Follow", group).await?["id"].as_str().map(str::to_owned),
        };
        self.said.memberships[0].follow = follow;
        Ok(())
    }

    fn object(&self, comment: &Comment, number: usize) -> Value {
        let mut object = self.place.note(&comment.ap_id, &self.actor, number, comment.last_text());
        if comment.texts.len() > 1 {
            object["updated"] = json!(format!("2026-01-01T00:{:02}:00Z", comment.texts.len().min(59)));
        }
        object
    }

    /// The next activity of this person, sent until it is answered.
    async fn deliver(&mut self, kind: &str, object: Value) -> anyhow::Result<Value> {
        let id = format!("{}/activities/{}", self.actor, self.activities);
        self.activities += 1;
        let activity = self.place.activity(&id, &self.actor, kind, &object);
        let (hosts, inbox) = (&self.place.hosts, &self.place.inbox);
        self.shared.insist(&[StatusCode::ACCEPTED], || hosts.send(inbox, &activity)).await?;
        self.said.activities.push(activity.clone());
        Ok(activity)
    }
}
