//! Fan-out: one post to many follower hosts, signed with RSA.

use std::time::{Duration, Instant};

use anyhow::ensure;
use guildhall_federation_tests::{Engine, Server, eventually_within};
use serde_json::json;

use crate::{cpu::Spent, inbox::follow, peers::Peers, report::Figure};

pub(crate) async fn measure(server: &Server, engine: Engine, quick: bool) -> anyhow::Result<Vec<Figure>> {
    let hosts = if quick { 200 } else { 1_000 };
    let peers = Peers::start(hosts, "lemmy").await?;
    let owner = server.account("owner")?;
    let group = server.group("measured", &[])?;
    follow(&peers, server, &group).await?;
    // The first post opens the connections; the second finds them open, as in daily life.
    let mut figures = Vec::new();
    for what in ["with new connections", "with open connections"] {
        let before_count = peers.delivered();
        let (before, start) = (Spent::so_far(server, engine)?, Instant::now());
        owner.post("/groups/measured/posts", json!({"title": "For all", "content": "Text"})).await?;
        let accepted = start.elapsed();
        eventually_within(Duration::from_mins(3), "every host has it", async || {
            let delivered = peers.delivered() - before_count;
            ensure!(delivered >= hosts, "{delivered} of {hosts}");
            Ok(())
        })
        .await?;
        let spent = Spent::so_far(server, engine)?.since(before);
        println!("the post to {hosts} hosts was accepted after {accepted:?}");
        figures.push(Figure {
            what: format!("fan-out: delivery to one of {hosts} hosts, {what}"),
            engine,
            operations: hosts,
            spent,
            wall: start.elapsed(),
        });
    }
    Ok(figures)
}
