//! An instance of several nodes with a group that other servers follow.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, ensure};
use guildhall_federation_tests::{
    Account, Answer, Engine, People, Place, Random, Said, Server, ServerConfig, Size, Storage, eventually,
    eventually_within, nothing_is_lost, text,
};
use reqwest::StatusCode;
use serde_json::Value;
use tokio::time::{Instant, sleep};

/// Servers that follow the group.
const HOSTS: u8 = 8;

/// Those who write at the same time, and how fast: what is tested is not how much a busy machine can take.
const SIZE: Size = Size { there: 8, pauses: 200..600 };

pub(crate) struct World {
    pub(crate) alpha: Server,
    pub(crate) place: Arc<Place>,
    storage: Storage,
    accounts: Vec<Account>,
    random: Random,
    /// Everything that was said so far.
    said: Said,
    next: AtomicUsize,
}

/// A node, as `delivery status` shows it.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) shards: u64,
    pub(crate) publishes: bool,
}

impl World {
    pub(crate) async fn start(nodes: usize) -> anyhow::Result<Self> {
        let storage = Storage::new(Engine::Postgres)?;
        let config = ServerConfig::new("alpha")
            .nodes(nodes)
            .set("storage.database_url", &storage.url())
            // What is tested is not the door-keeper.
            .set("limits.inbox_per_ip_per_minute", "1000000")
            .set("limits.inbox_per_host_per_minute", "1000000")
            .set("limits.inbox_key_fetches_per_minute", "1000000")
            .set("log.level", "info");
        let alpha = Server::start(config).await?;
        let accounts = Account::make(&alpha, &["maria", "ines", "joao"])?;
        let place = Arc::new(Place::start(&alpha, "maria", &accounts[0].api, HOSTS).await?);
        let (random, said) = (Random::from_env("GUILDHALL_NODES_SEED")?, Said::default());
        Ok(Self { alpha, place, storage, accounts, random, said, next: AtomicUsize::new(0) })
    }

    /// Has people write.
    pub(crate) fn people(&mut self) -> People {
        People::start(&self.place, &self.accounts, SIZE, &mut self.random)
    }

    /// Ends that and checks that nothing is lost of it, or of anything before.
    pub(crate) async fn nothing_is_lost(&mut self, people: People) -> anyhow::Result<()> {
        let (answered, repeated) = people.answered();
        self.said.add(people.stop().await?);
        let store = self.storage.open().await?;
        let sound = nothing_is_lost(&store, &self.said, &self.place.hosts).await?;
        store.close().await;
        self.alpha.cli(&["doctor"]).context("the doctor found something")?;
        eprintln!("{answered} answered, {repeated} of them sent more than once; {sound:.1?}");
        Ok(())
    }

    /// The nodes at work.
    pub(crate) fn nodes(&self) -> anyhow::Result<Vec<Node>> {
        let status = self.alpha.cli(&["delivery", "status"])?;
        let nodes = status["nodes"].as_array().context("no nodes")?;
        let node = |node: &Value| {
            Ok(Node {
                name: text(node, "name")?.to_owned(),
                shards: node["inbox_shards"].as_u64().context("no shards")?,
                publishes: node["publishes"].as_bool().context("no publishes")?,
            })
        };
        nodes.iter().map(node).collect()
    }

    /// Waits until two nodes share the work evenly.
    pub(crate) async fn both_are_at_work(&self) -> anyhow::Result<()> {
        eventually("both are at work", async || {
            let nodes = self.nodes()?;
            ensure!(nodes.len() == 2 && nodes.iter().all(|node| node.shards == 32), "{nodes:?}");
            Ok(())
        })
        .await
    }

    /// A comment by somebody on a host, sent until it is taken. Gives its id.
    pub(crate) async fn comment(&self, host: usize, name: &str, text: &str) -> anyhow::Result<String> {
        let deadline = Instant::now() + Duration::from_mins(1);
        let (id, create) = self.create(host, name, text);
        loop {
            match self.send(&create).await {
                Ok(Answer { status: StatusCode::ACCEPTED, .. }) => return Ok(id),
                answer if Instant::now() > deadline => anyhow::bail!("{id} is not taken: {answer:?}"),
                _ => sleep(Duration::from_millis(200)).await,
            }
        }
    }

    /// The same, sent once, whatever the answer: a blocked server is told nothing. Gives its id, and whether it was taken:
    /// what is answered has been kept by then.
    pub(crate) async fn comment_once(
        &self,
        host: usize,
        name: &str,
        said: &str,
    ) -> anyhow::Result<(String, bool)> {
        let (id, create) = self.create(host, name, said);
        self.send(&create).await?;
        let store = self.storage.open().await?;
        let kept =
            store.query("SELECT id FROM received_activities WHERE ap_id = $1").bind(text(&create, "id")?);
        let kept: Option<(i64,)> = kept.optional().await?;
        store.close().await;
        Ok((id, kept.is_some()))
    }

    async fn send(&self, activity: &Value) -> anyhow::Result<Answer> {
        self.place.hosts.send(&self.place.inbox, activity).await
    }

    fn create(&self, host: usize, name: &str, text: &str) -> (String, Value) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let actor = self.place.hosts.actor(host, name);
        let id = format!("{actor}/note/{number}");
        let note = self.place.note(&id, &actor, 0, text);
        let create = self.place.activity(&format!("{actor}/create/{number}"), &actor, "Create", &note);
        (id, create)
    }

    /// The ids of all comments on the first post that are shown.
    pub(crate) async fn shown(&self) -> anyhow::Result<HashSet<String>> {
        let path = format!("/posts/{}/comments", self.place.posts[0].id);
        let shown = self.accounts[0].api.list(&path).await?;
        shown.iter().map(|comment| Ok(text(comment, "ap_id")?.to_owned())).collect()
    }

    /// Waits until every host has heard of all these.
    pub(crate) async fn eventually_heard(&self, ids: &[String], within: Duration) -> anyhow::Result<()> {
        let hosts = &self.place.hosts;
        eventually_within(within, "every host has heard of everything", async || {
            let missing = (0..hosts.count()).map(|host| {
                let arrivals = hosts.arrivals(host);
                let created = arrivals.iter().filter(|arrival| arrival.is_told("Create"));
                let heard: HashSet<&str> = created
                    .filter_map(|arrival| arrival.activity["object"]["object"]["id"].as_str())
                    .collect();
                ids.iter().filter(|id| !heard.contains(id.as_str())).count()
            });
            let missing: usize = missing.sum();
            ensure!(missing == 0, "{missing} of {} missing", ids.len() * hosts.count());
            Ok(())
        })
        .await
    }
}
