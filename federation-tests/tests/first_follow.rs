//! The first `Follow` from a server that was never seen.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use guildhall_federation_tests::{Api, Engine, Hosts, Manner, Pace, Server, ServerConfig, eventually};
use serde_json::json;
use tokio::time::{Instant, sleep};

/// From the request to the arrival of the `Accept`, with an actor that takes 300 ms to be fetched.
const ANSWERED_WITHIN: Duration = Duration::from_secs(2);

/// Between two posts, so that there is always something new for those who follow.
const POSTED_EVERY: Duration = Duration::from_millis(20);

/// Servers that follow one after another.
const HOSTS: u8 = 4;

#[tokio::test]
async fn on_sqlite_it_is_accepted_at_once_whatever_its_server_is_slow_with() -> anyhow::Result<()> {
    is_accepted_at_once(Engine::Sqlite).await
}

#[tokio::test]
async fn on_postgresql_it_is_accepted_at_once_whatever_its_server_is_slow_with() -> anyhow::Result<()> {
    is_accepted_at_once(Engine::Postgres).await
}

async fn is_accepted_at_once(engine: Engine) -> anyhow::Result<()> {
    let server = Server::start(ServerConfig::new("guildhall").on(engine)).await?;
    let maria = server.account("maria")?;
    let group = server.group("gardening", &["--moderator", "maria"])?;
    let hosts = Hosts::start(HOSTS, "lemmy").await?;
    let answered = follow_one_after_another(&server, &hosts, &group);
    let took = tokio::select! {
        took = answered => took?,
        ended = post_all_the_time(&maria) => ended?,
    };
    eprintln!("answered after {took:?}");
    ensure!(took.iter().all(|took| *took < ANSWERED_WITHIN), "{took:?}");
    Ok(())
}

/// How long each waited for its `Accept`.
async fn follow_one_after_another(
    server: &Server,
    hosts: &Hosts,
    group: &str,
) -> anyhow::Result<Vec<Duration>> {
    let mut took = Vec::new();
    for host in 0..hosts.count() {
        let slow = Pace::After(Duration::from_millis(300));
        // Its NodeInfo does not answer at all.
        hosts.behave(host, Manner { actors: slow, nodeinfo: Pace::Never, ..Manner::default() });
        let actor = hosts.actor(host, "follower");
        let id = format!("{actor}/follow");
        let follow = json!({"id": id, "type": "Follow", "actor": actor, "object": group});
        let asked_at = Instant::now();
        let answer = hosts.send(&format!("{}/inbox", server.url()), &follow).await?;
        answer.expect(reqwest::StatusCode::ACCEPTED)?;
        eventually("an Accept", async || {
            let arrivals = hosts.arrivals(host);
            let accept = arrivals.iter().find(|arrival| arrival.activity["type"] == "Accept");
            let accept = accept.context("none")?;
            ensure!(accept.activity["object"]["id"] == id, "{accept:?}");
            Ok(())
        })
        .await?;
        took.push(asked_at.elapsed());
    }
    Ok(took)
}

/// Posts, of which it matters what a server understands.
async fn post_all_the_time<T>(maria: &Api) -> anyhow::Result<T> {
    for number in 0.. {
        maria.submit("gardening", &format!("Post {number}"), "").await?;
        sleep(POSTED_EVERY).await;
    }
    bail!("no numbers are left")
}
