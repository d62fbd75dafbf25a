//! Accounts here, over the API. A comment that gets no answer is not written again, as it may be there; what may be
//! repeated is.

use std::{sync::Arc, time::Duration};

use guildhall_federation_tests::{Answer, Api, Random};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::world::Shared;

/// Between two attempts at the same request.
const AGAIN_AFTER: Duration = Duration::from_millis(25);

/// Between two requests, in milliseconds.
const PAUSES: u64 = 120;

/// One account, which does one thing after the other.
pub(crate) struct WriterHere {
    api: Api,
    shared: Arc<Shared>,
    random: Random,
    written: WrittenHere,
}

/// What one account wrote.
#[derive(Default)]
pub(crate) struct WrittenHere {
    /// What was answered.
    pub(crate) comments: Vec<Comment>,
    /// Texts of comments that got no answer: each may be there, once.
    pub(crate) doubtful: Vec<String>,
    /// The last vote on each post, where it was answered.
    pub(crate) votes: Vec<(usize, i64)>,
}

pub(crate) struct Comment {
    pub(crate) id: String,
    pub(crate) ap_id: String,
    /// What all of its texts begin with, and no other's.
    pub(crate) label: String,
    /// Its texts, one after the other.
    pub(crate) texts: Vec<String>,
    pub(crate) is_deleted: bool,
}

impl Comment {
    pub(crate) fn last_text(&self) -> &str {
        self.texts.last().map_or("", String::as_str)
    }
}

impl WriterHere {
    pub(crate) fn new(api: Api, shared: Arc<Shared>, random: Random) -> Self {
        Self { api, shared, random, written: WrittenHere::default() }
    }

    /// Does things until there have been enough kills.
    pub(crate) async fn write(mut self, writer: usize) -> WrittenHere {
        for number in 0.. {
            if self.shared.is_over() {
                break;
            }
            match self.random.below(8) {
                0..4 => self.comment(&format!("local-{writer}-{number} ")).await,
                4..6 => self.edit().await,
                6 => self.delete().await,
                _ => self.vote().await,
            }
            sleep(Duration::from_millis(PAUSES)).await;
        }
        self.written
    }

    async fn comment(&mut self, label: &str) {
        let post = self.random.below(self.shared.posts.len());
        let path = format!("/posts/{}/comments", self.shared.posts[post].id);
        let text = format!("{label}v0");
        let answer = self.api.ask(Method::POST, &path, Some(json!({"content": text}))).await;
        let (id, ap_id) = match answer {
            Ok(Answer { status, body, .. }) if status.is_success() => match (&body["id"], &body["ap_id"]) {
                (Value::String(id), Value::String(ap_id)) => (id.clone(), ap_id.clone()),
                _ => return self.written.doubtful.push(text),
            },
            _ => return self.written.doubtful.push(text),
        };
        self.shared.count(1);
        let label = label.to_owned();
        self.written.comments.push(Comment { id, ap_id, label, texts: vec![text], is_deleted: false });
    }

    async fn edit(&mut self) {
        let Some(number) = self.choose() else { return };
        let comment = &mut self.written.comments[number];
        let text = format!("{}v{}", comment.label, comment.texts.len());
        comment.texts.push(text.clone());
        let path = format!("/comments/{}", comment.id);
        self.until_answered(Method::PATCH, &path, json!({"content": text})).await;
    }

    async fn delete(&mut self) {
        let Some(number) = self.choose() else { return };
        let comment = &mut self.written.comments[number];
        comment.is_deleted = true;
        let path = format!("/comments/{}", comment.id);
        self.until_answered(Method::DELETE, &path, json!({})).await;
    }

    async fn vote(&mut self) {
        let post = self.random.below(self.shared.posts.len());
        let value = [-1, 0, 1][self.random.below(3)];
        let path = format!("/posts/{}/vote", self.shared.posts[post].id);
        self.until_answered(Method::PUT, &path, json!({"value": value})).await;
        self.written.votes.retain(|(other, _)| *other != post);
        self.written.votes.push((post, value));
    }

    /// One of the last comments that are not deleted.
    fn choose(&mut self) -> Option<usize> {
        let from = self.written.comments.len().saturating_sub(4);
        let living = |number: &usize| !self.written.comments[*number].is_deleted;
        let living: Vec<usize> = (from..self.written.comments.len()).filter(living).collect();
        self.random.one_of(&living).copied()
    }

    /// Asks until it is done; an answer that was lost may show in the next as done already.
    async fn until_answered(&self, method: Method, path: &str, body: Value) {
        for attempt in 1.. {
            match self.api.ask(method.clone(), path, Some(body.clone())).await {
                Ok(Answer { status, .. }) if status.is_success() => return self.shared.count(attempt),
                Ok(Answer { status, .. }) if method == Method::DELETE && (status == 404 || status == 410) => {
                    return self.shared.count(attempt);
                }
                _ => sleep(AGAIN_AFTER).await,
            }
        }
    }
}
