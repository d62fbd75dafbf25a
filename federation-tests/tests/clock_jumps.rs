//! A clock that jumps by hours, forwards and backwards, while the server runs and while it does not.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Context, ensure};
use guildhall_federation_tests::{
    Api, Engine, Hosts, Manner, Server, ServerConfig, Storage, eventually, eventually_within, text,
};
use serde_json::{Value, json};

const GROUP: &str = "gardening";
const HOUR: i64 = 3_600_000;
/// Always answers, answers now and then.
const STEADY: usize = 0;
const SHAKY: usize = 1;

/// What waits for a server that failed comes within the longest of its first pauses, whatever the clock does.
const SOON: Duration = Duration::from_mins(1);

#[tokio::test]
async fn on_sqlite_nothing_waits_for_hours() -> anyhow::Result<()> {
    nothing_waits_for_hours(Engine::Sqlite).await
}

#[tokio::test]
async fn on_postgresql_nothing_waits_for_hours() -> anyhow::Result<()> {
    nothing_waits_for_hours(Engine::Postgres).await
}

async fn nothing_waits_for_hours(engine: Engine) -> anyhow::Result<()> {
    let mut world = World::start(engine).await?;
    world.all_get("at first").await?;

    world.jump(-5)?;
    world.all_get("after a jump back by five hours").await?;
    world.jump(3)?;
    world.all_get("after a jump forward by three").await?;

    // Down while the clock is set right, in the middle of something.
    world.hosts.behave(SHAKY, Manner { status: 503, ..Manner::default() });
    let missed = world.comment("before the end").await?;
    world.arrives(STEADY, &missed).await?;
    world.server.kill()?;
    world.jump(-3)?;
    world.hosts.behave(SHAKY, Manner::default());
    world.server.resume().await?;
    world.arrives(SHAKY, &missed).await?;
    world.all_get("after all").await?;
    world.server.cli(&["doctor"]).map(drop)
}

struct World {
    server: Server,
    _storage: Storage,
    hosts: Hosts,
    maria: Api,
    engine: Engine,
    clock: PathBuf,
    hours: i64,
    group: String,
    post: Value,
}

impl World {
    /// Five hours ahead.
    async fn start(engine: Engine) -> anyhow::Result<Self> {
        let storage = Storage::new(engine)?;
        let clock = storage.folder().join("clock");
        fs::write(&clock, "+5h\n")?;
        let server = Server::start(storage.of(ServerConfig::new("guildhall").clock_by(&clock))).await?;
        let maria = server.account("maria")?;
        let group = server.group(GROUP, &["--moderator", "maria"])?;
        let post = maria.submit(GROUP, "Talk to me", "").await?;
        let hosts = Hosts::start(2, "lemmy").await?;
        let world = Self { server, _storage: storage, hosts, maria, engine, clock, hours: 5, group, post };
        world.set_their_clocks();
        for host in [STEADY, SHAKY] {
            world.follow(host).await?;
        }
        Ok(world)
    }

    /// The clocks of all jump: a signature from hours ago, or from the future, would rightly be refused.
    fn jump(&mut self, hours: i64) -> anyhow::Result<()> {
        self.hours += hours;
        // Written anew beside it, so that nobody reads half of it.
        let new = self.clock.with_extension("new");
        fs::write(&new, format!("{:+}h\n", self.hours))?;
        fs::rename(new, &self.clock)?;
        self.set_their_clocks();
        Ok(())
    }

    /// To the time that the server goes by: on PostgreSQL the database's, which does not jump.
    fn set_their_clocks(&self) {
        let is_own = self.engine == Engine::Sqlite;
        self.hosts.set_clock(if is_own { self.hours * HOUR } else { 0 });
    }

    /// Comments from here and from elsewhere reach both servers, also the one that had just failed.
    async fn all_get(&self, words: &str) -> anyhow::Result<()> {
        let label = words.replace(' ', "-");
        let there = self.comment_from_there(&label).await?;
        let here = self.comment(&format!("{label}-here")).await?;
        for host in [STEADY, SHAKY] {
            self.arrives(host, &there).await.with_context(|| words.to_owned())?;
            self.arrives(host, &here).await.with_context(|| words.to_owned())?;
        }
        self.hosts.behave(SHAKY, Manner { status: 503, ..Manner::default() });
        let missed = self.comment(&format!("{label}-missed")).await?;
        self.arrives(SHAKY, &missed).await?;
        eventually("the failure is known", async || {
            let status = self.server.cli(&["delivery", "status"])?;
            let items = status["items"].as_array().context("no list")?;
            let is_failing = |item: &&Value| item["host"] == self.hosts.authority(SHAKY);
            ensure!(items.iter().find(is_failing).is_some_and(|item| item["state"] == "failing"), "{status}");
            Ok(())
        })
        .await?;
        self.hosts.behave(SHAKY, Manner::default());
        Ok(())
    }

    async fn comment(&self, content: &str) -> anyhow::Result<String> {
        self.maria.comment(text(&self.post, "id")?, None, content).await?;
        Ok(content.to_owned())
    }

    async fn comment_from_there(&self, label: &str) -> anyhow::Result<String> {
        let actor = self.hosts.actor(STEADY, "writer");
        let public = "https://www.w3.org/ns/activitystreams#Public";
        let create = json!({
            "id": format!("{actor}/create/{label}"),
            "type": "Create",
            "actor": actor,
            "to": [public],
            "cc": [self.group],
            "object": {
                "id": format!("{actor}/note/{label}"),
                "type": "Note",
                "attributedTo": actor,
                "to": [public],
                "cc": [self.group],
                "inReplyTo": self.post["ap_id"],
                "content": format!("<p>{label}-there</p>"),
            },
        });
        self.send(&create).await?;
        Ok(format!("{label}-there"))
    }

    async fn send(&self, activity: &Value) -> anyhow::Result<()> {
        let inbox = format!("{}/inbox", self.server.url());
        eventually("it is taken", async || {
            self.hosts.send(&inbox, activity).await?.expect(reqwest::StatusCode::ACCEPTED).map(drop)
        })
        .await
    }

    async fn follow(&self, host: usize) -> anyhow::Result<()> {
        let actor = self.hosts.actor(host, "follower");
        let id = format!("{actor}/follow");
        self.send(&json!({"id": id, "type": "Follow", "actor": actor, "object": self.group})).await?;
        eventually("an Accept", async || {
            let arrivals = self.hosts.arrivals(host);
            ensure!(arrivals.iter().any(|arrival| arrival.activity["type"] == "Accept"), "none");
            Ok(())
        })
        .await
    }

    async fn arrives(&self, host: usize, content: &str) -> anyhow::Result<()> {
        eventually_within(SOON, &format!("{content} at host {host}"), async || {
            let shown = format!("<p>{content}</p>");
            let is_it = |activity: &Value| {
                activity["object"]["object"]["content"].as_str().is_some_and(|found| found.trim() == shown)
            };
            let arrivals = self.hosts.arrivals(host);
            ensure!(arrivals.iter().any(|arrival| is_it(&arrival.activity)), "{} came", arrivals.len());
            Ok(())
        })
        .await
    }
}
