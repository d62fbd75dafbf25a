//! A server with a group that another server follows, and what clients see of it.

use std::time::Duration;

use anyhow::{Context, ensure};
use guildhall_federation_tests::{
    Answer, Api, BOUNDED, Hosts, Server, ServerConfig, Storage, eventually, eventually_within, text,
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

const GROUP: &str = "gardening";
const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// The server goes on by itself in so long: longer than any of its pauses.
const RECOVERS_WITHIN: Duration = Duration::from_secs(30);

pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) storage: Storage,
    pub(crate) maria: Api,
    hosts: Hosts,
    group: String,
    post: Value,
}

impl World {
    pub(crate) async fn start(storage: Storage, config: ServerConfig) -> anyhow::Result<Self> {
        let server = Server::start(config).await?;
        let maria = server.account("maria")?;
        let group = server.group(GROUP, &["--moderator", "maria"])?;
        let post = maria.submit(GROUP, "Talk to me", "").await?;
        let hosts = Hosts::start(1, "lemmy").await?;
        let world = Self { server, storage, maria, hosts, group, post };
        let follower = world.hosts.actor(0, "follower");
        let follow = json!({
            "id": format!("{follower}/follow"), "type": "Follow", "actor": follower, "object": world.group,
        });
        world.send(&follow).await?.expect(reqwest::StatusCode::ACCEPTED)?;
        eventually("an Accept", async || {
            let arrivals = world.hosts.arrivals(0);
            ensure!(arrivals.iter().any(|arrival| arrival.activity["type"] == "Accept"), "none");
            Ok(())
        })
        .await?;
        world.sent_and_told("before").await?;
        Ok(world)
    }

    async fn send(&self, activity: &Value) -> anyhow::Result<Answer> {
        self.hosts.send(&format!("{}/inbox", self.server.url()), activity).await
    }

    fn comment_of(&self, text: &str) -> Value {
        let actor = self.hosts.actor(0, "writer");
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": format!("{actor}/create/{text}"),
            "type": "Create",
            "actor": actor,
            "to": [PUBLIC],
            "cc": [self.group],
            "object": {
                "id": format!("{actor}/note/{text}"),
                "type": "Note",
                "attributedTo": actor,
                "to": [PUBLIC],
                "cc": [self.group],
                "inReplyTo": self.post["ap_id"],
                "content": format!("<p>{text}</p>"),
                "published": "2026-01-01T00:00:00Z",
            },
        })
    }

    fn edit_of(&self, text: &str, newer: &str) -> Value {
        let mut edit = self.comment_of(text);
        let actor = self.hosts.actor(0, "writer");
        edit["id"] = json!(format!("{actor}/update/{text}"));
        edit["type"] = json!("Update");
        edit["object"]["content"] = json!(format!("<p>{newer}</p>"));
        edit["object"]["updated"] = json!(Hosts::now());
        edit
    }

    /// Sends a new text of a comment from the other server.
    pub(crate) async fn edit(&self, text: &str, newer: &str) -> anyhow::Result<Answer> {
        self.send(&self.edit_of(text, newer)).await
    }

    /// A comment and a new text of it were taken; both have their effect, and the follower's server hears of the one
    /// before the other.
    pub(crate) async fn told_in_order(&self, text: &str, newer: &str) -> anyhow::Result<()> {
        self.is_there_once(newer).await?;
        eventually(&format!("{newer} is told"), async || {
            let told: Vec<Value> = self
                .hosts
                .arrivals(0)
                .into_iter()
                .map(|arrival| arrival.activity["object"].clone())
                .filter(|inner| inner["object"]["id"] == self.comment_of(text)["object"]["id"])
                .map(|inner| inner["type"].clone())
                .collect();
            ensure!(told == ["Create", "Update"], "{told:?}");
            Ok(())
        })
        .await
    }

    /// Sends a comment from the other server.
    pub(crate) async fn comment(&self, text: &str) -> anyhow::Result<Answer> {
        self.send(&self.comment_of(text)).await
    }

    /// A comment is refused for now: in time, with the word when to come again.
    pub(crate) async fn comment_is_put_off(&self, text: &str) -> anyhow::Result<()> {
        is_put_off("a comment from elsewhere", self.comment(text)).await
    }

    pub(crate) async fn writing_is_put_off(&self, text: &str) -> anyhow::Result<()> {
        let path = format!("/posts/{}/comments", self.post["id"].as_str().unwrap_or_default());
        let body = Some(json!({"content": text}));
        is_put_off("a comment from here", self.maria.ask(Method::POST, &path, body)).await
    }

    pub(crate) async fn reading_is_put_off(&self) -> anyhow::Result<()> {
        is_put_off("reading", self.maria.ask(Method::GET, &format!("/groups/{GROUP}/posts"), None)).await
    }

    /// What a load balancer sees.
    pub(crate) async fn is_alive_but_not_ready(&self) -> anyhow::Result<()> {
        // An answer is given again for a second.
        eventually("not ready", async || {
            ensure!(self.health("ready").await? == 503, "ready");
            Ok(())
        })
        .await?;
        ensure!(self.health("live").await? == 200, "not alive");
        Ok(())
    }

    async fn health(&self, which: &str) -> anyhow::Result<u16> {
        let url = format!("{}/health/{which}", self.server.url());
        Ok(self.server.client().get(url).send().await?.status().as_u16())
    }

    /// A comment is taken, has its effect once, and the follower's server is told of it.
    pub(crate) async fn sent_and_told(&self, text: &str) -> anyhow::Result<()> {
        eventually_within(RECOVERS_WITHIN, &format!("{text} is taken"), async || {
            self.comment(text).await?.expect(reqwest::StatusCode::ACCEPTED).map(drop)
        })
        .await?;
        self.is_there_once(text).await?;
        eventually(&format!("{text} is told"), async || {
            let content = format!("<p>{text}</p>");
            let is_it = |activity: &Value| activity["object"]["object"]["content"] == content;
            let told = self.hosts.arrivals(0).iter().filter(|arrival| is_it(&arrival.activity)).count();
            ensure!(told > 0, "not told");
            Ok(())
        })
        .await?;
        eventually("ready", async || {
            let status = self.health("ready").await?;
            ensure!(status == 200, "{status}");
            Ok(())
        })
        .await
    }

    async fn is_there_once(&self, content: &str) -> anyhow::Result<()> {
        eventually_within(RECOVERS_WITHIN, &format!("{content} is there"), async || {
            let found = self.count(content).await?;
            ensure!(found == 1, "{found} times");
            Ok(())
        })
        .await
    }

    /// How many comments have this text.
    pub(crate) async fn count(&self, content: &str) -> anyhow::Result<usize> {
        let id = text(&self.post, "id")?;
        let comments = self.maria.list(&format!("/posts/{id}/comments")).await?;
        Ok(comments.iter().filter(|one| one["content_html"].to_string().contains(content)).count())
    }

    /// Every effect is whole.
    pub(crate) fn is_sound(&self) -> anyhow::Result<()> {
        self.server.cli(&["doctor"]).context("the doctor found something").map(drop)
    }
}

async fn is_put_off(what: &str, asking: impl Future<Output = anyhow::Result<Answer>>) -> anyhow::Result<()> {
    let asked_at = Instant::now();
    let answer = asking.await.with_context(|| format!("{what}: no answer"))?;
    ensure!(answer.status == 503, "{what}: {answer:?}");
    ensure!(answer.retry_after.is_some(), "{what}: no Retry-After");
    ensure!(asked_at.elapsed() < BOUNDED, "{what}: an answer only after {:?}", asked_at.elapsed());
    Ok(())
}
