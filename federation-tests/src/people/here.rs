//! Accounts here, over the API. A comment that gets no answer is not written again, as it may be there; what may be
//! repeated is.

use std::{sync::Arc, time::Instant};

use anyhow::bail;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{Account, Place, RECENT, Shared};
use crate::{
    Answer, Random,
    ledger::{Comment, Said, Vote},
    text,
};

/// What a deletion is answered with, or, where the first answer was lost, its repetition.
const DELETED: [StatusCode; 4] =
    [StatusCode::OK, StatusCode::NO_CONTENT, StatusCode::NOT_FOUND, StatusCode::GONE];

/// What anything else that may be repeated is answered with.
const DONE: [StatusCode; 2] = [StatusCode::OK, StatusCode::NO_CONTENT];

/// One account, which does one thing after the other.
pub(super) struct WriterHere {
    account: Account,
    label: String,
    place: Arc<Place>,
    shared: Arc<Shared>,
    random: Random,
    said: Said,
    /// The ids of the comments in the API.
    ids: Vec<String>,
}

impl WriterHere {
    pub(super) fn new(
        account: Account,
        label: String,
        place: Arc<Place>,
        shared: Arc<Shared>,
        random: Random,
    ) -> Self {
        Self { account, label, place, shared, random, said: Said::default(), ids: Vec::new() }
    }

    pub(super) async fn write(mut self) -> anyhow::Result<Said> {
        for number in 0.. {
            if self.shared.is_over() {
                break;
            }
            match self.random.below(8) {
                0..4 => self.comment(format!("{}-{number}", self.label)).await?,
                4..6 => self.edit().await?,
                6 => self.delete().await?,
                _ => self.vote().await?,
            }
            self.shared.pause(&mut self.random).await;
        }
        Ok(self.said)
    }

    async fn comment(&mut self, label: String) -> anyhow::Result<()> {
        let post = self.random.below(self.place.posts.len());
        let path = format!("/posts/{}/comments", self.place.posts[post].id);
        let first = format!("{label} v0");
        match self.account.api.ask(Method::POST, &path, Some(json!({"content": first}))).await {
            Ok(Answer { status, body, .. }) if status.is_success() => {
                self.shared.count(1);
                self.ids.push(text(&body, "id")?.to_owned());
                self.said.comments.push(Comment {
                    ap_id: text(&body, "ap_id")?.to_owned(),
                    label,
                    texts: vec![first],
                    is_deleted: false,
                    answered_at: Instant::now(),
                });
            }
            Ok(answer) if !matches!(answer.status.as_u16(), 502..=504) => bail!("{path}: {answer:?}"),
            _ => self.said.doubtful.push(first),
        }
        Ok(())
    }

    async fn edit(&mut self) -> anyhow::Result<()> {
        let Some(number) = self.choose() else { return Ok(()) };
        let comment = &mut self.said.comments[number];
        let newer = comment.next_text();
        comment.texts.push(newer.clone());
        let path = format!("/comments/{}", self.ids[number]);
        self.insist(&DONE, Method::PATCH, &path, json!({"content": newer})).await
    }

    async fn delete(&mut self) -> anyhow::Result<()> {
        let Some(number) = self.choose() else { return Ok(()) };
        self.said.comments[number].is_deleted = true;
        let path = format!("/comments/{}", self.ids[number]);
        self.insist(&DELETED, Method::DELETE, &path, json!({})).await
    }

    async fn vote(&mut self) -> anyhow::Result<()> {
        let post = self.random.below(self.place.posts.len());
        let value: i64 = [-1, 0, 1][self.random.below(3)];
        let path = format!("/posts/{}/vote", self.place.posts[post].id);
        self.insist(&DONE, Method::PUT, &path, json!({"value": value})).await?;
        let object = self.place.posts[post].ap_id.clone();
        self.said.vote(Vote { actor: self.account.actor.clone(), object, value });
        Ok(())
    }

    /// One of the last comments that are not deleted.
    fn choose(&mut self) -> Option<usize> {
        let living = self.said.living(RECENT);
        self.random.one_of(&living).copied()
    }

    async fn insist(
        &self,
        wanted: &[StatusCode],
        method: Method,
        path: &str,
        body: serde_json::Value,
    ) -> anyhow::Result<()> {
        let api = &self.account.api;
        let ask = || api.ask(method.clone(), path, Some(body.clone()));
        self.shared.insist(wanted, ask).await.map(drop)
    }
}
