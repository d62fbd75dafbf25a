//! The server that is measured.

use std::time::Duration;

use anyhow::{Context, ensure};
use guildhall_federation_tests::{Api, Engine, Server, ServerConfig, eventually_within, text};
use guildhall_store::Db;
use serde_json::json;

use crate::{
    cpu::{Resident, Spent},
    place::Place,
    report::Cost,
};

/// The group that everything happens in, unless a scenario makes more.
pub(crate) const GROUP: &str = "measured";

/// A running server with its database, seen from outside.
pub(crate) struct Subject {
    pub(crate) server: Server,
    pub(crate) db: Db,
    /// The access of the person who owns the group.
    pub(crate) owner: Api,
    /// The group's global id.
    pub(crate) group: String,
    pub(crate) place: Place,
    engine: Engine,
    postmaster: Option<u32>,
}

/// A thread that comments can go to: global ids of its group and of its post.
#[derive(Debug, Clone)]
pub(crate) struct Thread {
    pub(crate) group: String,
    pub(crate) post: String,
}

impl Subject {
    /// A fresh server with one account and one group.
    pub(crate) async fn start(engine: Engine) -> anyhow::Result<Self> {
        let server = Server::start(config(engine)).await?;
        let place = Place::of(server.process()?.id())?;
        let db = place.open(engine).await?;
        let postmaster = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(postmaster(&db).await?),
        };
        let owner = server.account("owner")?;
        let group = server.group(GROUP, &["--moderator", "owner"])?;
        Ok(Self { server, db, owner, group, place, engine, postmaster })
    }

    /// Its process id.
    pub(crate) fn process(&self) -> anyhow::Result<u32> {
        Ok(self.server.process()?.id())
    }

    /// What it has spent so far.
    pub(crate) fn spent(&self) -> anyhow::Result<Spent> {
        Spent::so_far(self.process()?, self.postmaster)
    }

    /// What it has spent since, as the cost of so many operations.
    pub(crate) fn cost_since(&self, before: Spent, operations: usize) -> anyhow::Result<Cost> {
        Ok(Cost { operations: u32::try_from(operations)?, spent: self.spent()?.since(before) })
    }

    /// Its memory in RAM, in MiB.
    pub(crate) fn resident(&self, which: Resident) -> anyhow::Result<f64> {
        which.of(self.process()?)
    }

    /// Stops it, lets `write` write into its database, and starts it again.
    pub(crate) async fn while_stopped(
        &mut self,
        write: impl AsyncFnOnce(&Db) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.server.stop().await?;
        self.db.close().await;
        let db = self.place.open(self.engine).await?;
        write(&db).await?;
        db.close().await;
        self.server.resume().await?;
        self.db = self.place.open(self.engine).await?;
        Ok(())
    }

    /// A new thread in the group.
    pub(crate) async fn thread(&self, title: &str) -> anyhow::Result<Thread> {
        Ok(Thread { group: self.group.clone(), post: self.post_in(GROUP, title).await? })
    }

    /// Posts in a group and gives the post's global id.
    pub(crate) async fn post_in(&self, group: &str, title: &str) -> anyhow::Result<String> {
        let post =
            json!({"title": title, "content": "Text of about the length that posts have, in *Markdown*."});
        let post = self.owner.post(&format!("/groups/{group}/posts"), post).await?;
        Ok(text(&post, "ap_id")?.to_owned())
    }

    /// Comments that are published, in all groups.
    pub(crate) async fn comments(&self) -> anyhow::Result<i64> {
        let (count,) =
            self.db.query("SELECT CAST(coalesce(sum(comment_count), 0) AS BIGINT) FROM groups").one().await?;
        Ok(count)
    }

    /// Waits until there are so many comments, and each is on the log of deliveries or needs not be.
    pub(crate) async fn settled(&self, comments: i64) -> anyhow::Result<()> {
        eventually_within(Duration::from_mins(10), "every comment is there and told", async || {
            let (waiting,): (i64,) =
                self.db.query("SELECT count(*) FROM events WHERE published_at IS NULL").one().await?;
            let count = self.comments().await?;
            ensure!(count >= comments && waiting == 0, "{count} of {comments}, {waiting} to be told");
            Ok(())
        })
        .await
    }

    /// That what was written into the database is as the server would have written it.
    pub(crate) fn examine(&self) -> anyhow::Result<()> {
        let report = self.server.cli(&["doctor"])?;
        let findings = report["findings"].as_array().context("no findings")?;
        let of_data: Vec<_> = findings.iter().filter(|finding| finding["check"] != "settings").collect();
        ensure!(of_data.is_empty(), "the doctor finds {of_data:?}");
        Ok(())
    }
}

fn config(engine: Engine) -> ServerConfig {
    ServerConfig::new("measured")
        .on(engine)
        // What is measured is the work, not the door-keeper.
        .set("limits.inbox_per_ip_per_minute", "10000000")
        .set("limits.inbox_per_host_per_minute", "10000000")
        .set("limits.inbox_key_fetches_per_minute", "10000000")
        .set("log.level", "warn")
}

/// The first process of the PostgreSQL that `db` is on, which must be on this machine.
async fn postmaster(db: &Db) -> anyhow::Result<u32> {
    let (file,): (String,) = db.query("SELECT pg_read_file('postmaster.pid')").one().await?;
    Ok(file.lines().next().context("an empty postmaster.pid")?.trim().parse()?)
}
