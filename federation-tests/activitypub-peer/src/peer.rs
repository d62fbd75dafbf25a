//! All that the peer knows, in memory.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use activitypub_federation::config::Data;
use serde::Serialize;
use serde_json::Value;
use url::Url;

use crate::{actor::Actor, client::Answers, post::PostJson, software::Software};

/// What handlers get.
pub(crate) type PeerData = Data<std::sync::Arc<Peer>>;

/// The peer's memory.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) software: Software,
    pub(crate) answers: Answers,
    domain: String,
    /// Names of the local persons, the default one first.
    names: Vec<String>,
    state: Mutex<State>,
}

/// The part that changes.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Local and remote ones.
    pub(crate) actors: HashMap<Url, Actor>,
    /// Local and remote ones; `None`: deleted.
    pub(crate) posts: BTreeMap<Url, Option<PostJson>>,
    /// What we sent, by id, so that others can fetch it.
    pub(crate) activities: HashMap<Url, Value>,
    pub(crate) received: Vec<Received>,
    pub(crate) sent: Vec<Sent>,
    /// Where each post of ours went: its edits and its deletion follow it.
    pub(crate) audiences: HashMap<Url, Vec<Url>>,
    /// Our last vote for each object, which a vote of 0 takes back.
    pub(crate) votes: HashMap<(Url, Url), Value>,
    last_number: u64,
}

/// A request to an inbox and what the crate made of it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Received {
    /// Its path.
    pub(crate) inbox: String,
    pub(crate) activity: Value,
    /// Such as `Announce(Create(Page))`; `None`: refused, see `error`.
    pub(crate) understood_as: Option<String>,
    pub(crate) error: Option<String>,
    /// The `Signature` header.
    pub(crate) signature: Option<String>,
}

/// An activity of ours with the answers to its deliveries.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Sent {
    pub(crate) activity: Value,
    pub(crate) deliveries: Vec<Delivery>,
}

/// One inbox and its answer.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Delivery {
    pub(crate) inbox: Url,
    /// `None`: there was no answer, see `error`.
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
}

impl Peer {
    pub(crate) fn new(
        domain: &str,
        software: Software,
        answers: Answers,
        site: &Actor,
        persons: Vec<Actor>,
    ) -> Self {
        let names = persons.iter().map(|person| person.json.preferred_username.clone()).collect();
        let local = persons.into_iter().chain([site.clone()]);
        let actors = local.map(|actor| (actor.json.id.clone(), actor)).collect();
        let state = Mutex::new(State { actors, ..State::default() });
        Self { software, answers, domain: domain.to_owned(), names, state }
    }

    /// Locks the memory; never held across an await.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `http://localhost:PORT/` and the path.
    pub(crate) fn url(&self, path: &str) -> anyhow::Result<Url> {
        Ok(Url::parse(&format!("http://{}/{path}", self.domain))?)
    }

    /// A new id such as `http://localhost:PORT/post/7`.
    pub(crate) fn new_id(&self, folder: &str) -> anyhow::Result<Url> {
        let number = {
            let mut state = self.state();
            state.last_number += 1;
            state.last_number
        };
        self.url(&format!("{folder}/{number}"))
    }

    /// The local person of that name, or the default one.
    pub(crate) fn person(&self, name: Option<&str>) -> anyhow::Result<Actor> {
        let name = name.or(self.names.first().map(String::as_str)).unwrap_or_default();
        let id = self.url(&format!("u/{name}"))?;
        let actor = self.state().actors.get(&id).cloned();
        actor.ok_or_else(|| anyhow::anyhow!("no local person {name}"))
    }
}
