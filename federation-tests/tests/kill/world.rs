//! A group here with a follower on each of some other servers, and posts to talk about.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use anyhow::{Context, ensure};
use guildhall_federation_tests::{Api, Engine, Hosts, Server, ServerConfig, Storage, eventually, text};
use serde_json::{Value, json};

const GROUP: &str = "gardening";

/// Servers that follow the group.
const HOSTS: u8 = 5;

/// Posts to comment and to vote on.
const POSTS: usize = 4;

/// The public, in an address.
pub(crate) const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) storage: Storage,
    pub(crate) shared: Arc<Shared>,
    /// Of those who write here.
    pub(crate) accounts: Vec<Api>,
}

/// What all writers have in common.
pub(crate) struct Shared {
    pub(crate) hosts: Hosts,
    pub(crate) inbox: String,
    pub(crate) group: String,
    pub(crate) posts: Vec<Post>,
    /// Begin nothing new.
    pub(crate) stop: AtomicBool,
    /// What was answered as done.
    pub(crate) answered: AtomicUsize,
    /// What had to be sent more than once until then.
    pub(crate) repeated: AtomicUsize,
}

#[derive(Debug, Clone)]
pub(crate) struct Post {
    pub(crate) id: String,
    pub(crate) ap_id: String,
}

impl World {
    pub(crate) async fn start(engine: Engine, writers: usize) -> anyhow::Result<Self> {
        let storage = Storage::new(engine)?;
        let config = ServerConfig::new("guildhall")
            .set("limits.inbox_per_ip_per_minute", "1000000")
            .set("limits.inbox_per_host_per_minute", "1000000");
        let server = Server::start(storage.of(config)).await?;
        let names: Vec<String> = (0..writers).map(|number| format!("writer{number}")).collect();
        let accounts = names.iter().map(|name| server.account(name)).collect::<Result<Vec<_>, _>>()?;
        let group = server.group(GROUP, &["--moderator", &names[0]])?;
        let mut posts = Vec::new();
        for number in 0..POSTS {
            let post = accounts[0].submit(GROUP, &format!("Post {number}"), "").await?;
            posts.push(Post { id: text(&post, "id")?.to_owned(), ap_id: text(&post, "ap_id")?.to_owned() });
        }
        let shared = Shared {
            // Group-aware, so that they get every activity as it is.
            hosts: Hosts::start(HOSTS, "lemmy").await?,
            inbox: format!("{}/inbox", server.url()),
            group,
            posts,
            stop: AtomicBool::new(false),
            answered: AtomicUsize::new(0),
            repeated: AtomicUsize::new(0),
        };
        for host in 0..shared.hosts.count() {
            shared.follow(host).await?;
        }
        Ok(Self { server, storage, shared: Arc::new(shared), accounts })
    }
}

impl Shared {
    pub(crate) fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Counts something that was answered after so many attempts.
    pub(crate) fn count(&self, attempts: usize) {
        self.answered.fetch_add(1, Ordering::Relaxed);
        if attempts > 1 {
            self.repeated.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn follow(&self, host: usize) -> anyhow::Result<()> {
        let actor = self.hosts.actor(host, "follower");
        let id = format!("{actor}/follow");
        let follow = json!({"id": id, "type": "Follow", "actor": actor, "object": self.group});
        let answer = self.hosts.send(&self.inbox, &follow).await?;
        ensure!(answer.status == 202, "{answer:?}");
        eventually("an Accept", async || {
            let arrivals = self.hosts.arrivals(host);
            let is_accept = |activity: &Value| activity["type"] == "Accept" && activity["object"]["id"] == id;
            let accept = arrivals.iter().find(|arrival| is_accept(&arrival.activity));
            accept.map(drop).with_context(|| format!("only {arrivals:?}"))
        })
        .await
    }
}
