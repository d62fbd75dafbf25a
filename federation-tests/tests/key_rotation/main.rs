//! New keys for a group beside the running server, while it is written in, and a follower that goes by the keys it has.

mod follower;

use std::time::Duration;

use anyhow::{Context, ensure};
use guildhall_federation_tests::{Api, Engine, Server, ServerConfig, eventually};
use serde_json::Value;
use tokio::{sync::oneshot, time::sleep};

use follower::Follower;

/// Between two posts, so that there is always something on its way.
const POSTED_EVERY: Duration = Duration::from_millis(10);

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_a_follower_verifies_all_that_comes_after() -> anyhow::Result<()> {
    a_follower_verifies_all_that_comes_after(ServerConfig::new("guildhall")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_a_follower_verifies_all_that_comes_after() -> anyhow::Result<()> {
    a_follower_verifies_all_that_comes_after(ServerConfig::new("guildhall").on(Engine::Postgres)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_nodes_a_follower_verifies_all_that_comes_after() -> anyhow::Result<()> {
    a_follower_verifies_all_that_comes_after(ServerConfig::new("guildhall").nodes(2)).await
}

async fn a_follower_verifies_all_that_comes_after(config: ServerConfig) -> anyhow::Result<()> {
    let server = Server::start(config).await?;
    let maria = server.account("maria")?;
    let group = server.group("gardening", &["--moderator", "maria"])?;
    let key_id = format!("{group}#main-key");
    let follower = Follower::start().await?;
    // It wants what is in a group, rather than boosts.
    server.cli(&["instance", "profile", follower.authority(), "group"])?;
    follower.follow(&group).await?;
    eventually("the Accept", async || {
        ensure!(kinds(&follower) == ["Accept"], "{:?}", kinds(&follower));
        Ok(())
    })
    .await?;
    let first = follower.shown(&key_id).await?;

    let (stop, stopped) = oneshot::channel();
    let posting = tokio::spawn(post_until(maria.clone(), stopped));
    eventually("a post", async || titles(&follower).first().cloned().context("none")).await?;
    let rotated = server.cli(&["key", "rotate", "gardening"])?;
    ensure!(rotated["items"][0]["ap_id"] == group.as_str(), "{rotated}");
    let second = follower.shown(&key_id).await?;
    ensure!(second != first, "the old key is shown");
    updates(&follower, &group, 1).await?;
    // Once more, with everybody.
    let rotated = server.cli(&["key", "rotate", "--all"])?;
    ensure!(rotated["items"].as_array().is_some_and(|items| items.len() == 3), "{rotated}");
    updates(&follower, &group, 2).await?;
    let third = follower.shown(&key_id).await?;
    ensure!(third != second && third != first, "an old key is shown");
    ensure!(stop.send(()).is_ok(), "posting has ended");
    let posted = posting.await??;

    eventually("every post", async || {
        let mut titles = titles(&follower);
        titles.sort();
        let mut expected = posted.clone();
        expected.sort();
        ensure!(titles == expected, "{} of {}", titles.len(), expected.len());
        Ok(())
    })
    .await?;
    let came = kinds(&follower);
    let last = came.iter().rposition(|kind| kind == "Update").context("no Update")?;
    ensure!(came[last..].len() > 1, "nothing came after the last key");
    ensure!(
        follower.count_refused(&key_id) == 0,
        "{} signatures did not hold",
        follower.count_refused(&key_id)
    );
    Ok(())
}

/// Posts until it is told to stop, and a little longer. Gives the titles.
async fn post_until(maria: Api, mut stopped: oneshot::Receiver<()>) -> anyhow::Result<Vec<String>> {
    let (mut titles, mut left) = (Vec::new(), 5);
    while left > 0 {
        let title = format!("Post {}", titles.len());
        maria.submit("gardening", &title, "").await?;
        titles.push(title);
        sleep(POSTED_EVERY).await;
        if stopped.try_recv().is_ok() || left < 5 {
            left -= 1;
        }
    }
    Ok(titles)
}

/// Waits for so many `Update`s of the group.
async fn updates(follower: &Follower, group: &str, count: usize) -> anyhow::Result<()> {
    eventually("an Update", async || {
        let taken = follower.taken();
        let updates = taken.iter().filter(|came| came["type"] == "Update" && came["actor"] == group);
        let found = updates.count();
        ensure!(found == count, "{found}");
        Ok(())
    })
    .await
}

fn kinds(follower: &Follower) -> Vec<String> {
    let kind = |activity: &Value| activity["type"].as_str().unwrap_or_default().to_owned();
    follower.taken().iter().map(kind).collect()
}

/// The titles of the posts that were announced, in the order in which they came.
fn titles(follower: &Follower) -> Vec<String> {
    let of_post = |activity: &Value| {
        let inner = &activity["object"]["object"]["name"];
        inner.as_str().map(str::to_owned)
    };
    follower.taken().iter().filter_map(of_post).collect()
}
