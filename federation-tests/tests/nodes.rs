//! Several nodes on one PostgreSQL, under load, while nodes are killed, paused, or have wrong clocks: what was answered is
//! there once and reaches every follower, in order.

mod load;

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use guildhall_federation_tests::{eventually, eventually_within};
use load::{Load, World};

/// A node is killed so often.
const KILL_EVERY: Duration = Duration::from_secs(5);
/// When one node is killed, the others have gone on by then.
const TAKEOVER: Duration = Duration::from_secs(15);

/// `GUILDHALL_NODES_SECONDS`: how long nodes are killed; 30 s unless told.
fn duration() -> Duration {
    let told = std::env::var("GUILDHALL_NODES_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(told.unwrap_or(30))
}

#[tokio::test]
async fn two_nodes_lose_and_double_nothing_while_they_are_killed_in_turn() -> anyhow::Result<()> {
    killed_in_turn(2).await
}

#[tokio::test]
async fn three_nodes_lose_and_double_nothing_while_they_are_killed_in_turn() -> anyhow::Result<()> {
    killed_in_turn(3).await
}

async fn killed_in_turn(count: usize) -> anyhow::Result<()> {
    let mut world = World::start(count).await?;
    let load = Load::start(&world);
    let (began, mut kills) = (Instant::now(), 0);
    while began.elapsed() < duration() {
        tokio::time::sleep(KILL_EVERY).await;
        let node = kills % count;
        world.alpha.kill_node(node)?;
        kills += 1;
        // Every other round, nothing on the machine tells who was there before: the leases have to end.
        if (kills / count) % 2 == 1 {
            world.alpha.move_node(node)?;
        }
        world.alpha.resume_node(node).await?;
    }
    let made = load.stop().await?;
    eprintln!("{count} nodes, {kills} kills in {:?}", began.elapsed());
    made.is_all_there(&world).await
}

#[tokio::test]
async fn the_others_go_on_within_15_s_when_a_node_is_killed() -> anyhow::Result<()> {
    let mut world = World::start(2).await?;
    let lanes: Vec<(usize, String)> = (0..64).map(|lane| (lane, format!("lane{lane}"))).collect();
    // Known to everybody, so that nothing has to be fetched later.
    let say = async |text: &str| {
        let world = &world;
        let said = lanes.iter().map(|(host, name)| async move { world.comment(*host, name, text).await });
        try_join_all(said).await
    };
    let before = say("before").await?;
    eventually("all nodes are at work", async || {
        let nodes = world.nodes()?;
        ensure!(nodes.iter().all(|node| node.shards == 32), "{nodes:?}");
        Ok(())
    })
    .await?;
    world.eventually_heard(&before, Duration::from_secs(30)).await?;

    // In the middle of work.
    let amid = say("amid").await?;
    let publisher = world.nodes()?.into_iter().find(|node| node.publishes).context("nobody publishes")?;
    let killed = (0..2).find(|node| {
        world
            .alpha
            .node_process(*node)
            .is_ok_and(|process| publisher.name.contains(&format!(":{}:", process.id())))
    });
    let killed = killed.context("the publisher is none of ours")?;
    world.alpha.kill_node(killed)?;
    let began = Instant::now();
    let world = world;
    let after = {
        let world = &world;
        let said = lanes.iter().map(|(host, name)| async move { world.comment(*host, name, "after").await });
        try_join_all(said).await?
    };
    world.eventually_heard(&amid, Duration::from_secs(30)).await?;
    world.eventually_heard(&after, Duration::from_secs(30)).await?;
    let took = began.elapsed();
    eprintln!("takeover: everything of 64 lanes was told to every host {took:?} after the kill");
    ensure!(took < TAKEOVER, "{took:?}");
    Ok(())
}

#[tokio::test]
async fn a_node_that_stood_still_goes_on_and_harms_nothing() -> anyhow::Result<()> {
    let world = World::start(2).await?;
    let load = Load::start(&world);
    for node in 0..2 {
        tokio::time::sleep(Duration::from_secs(3)).await;
        world.alpha.node_process(node)?.signal("STOP")?;
        // Longer than its leases last.
        tokio::time::sleep(Duration::from_secs(14)).await;
        world.alpha.node_process(node)?.signal("CONT")?;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let made = load.stop().await?;
    made.is_all_there(&world).await?;
    eventually_within(TAKEOVER, "both are at work again", async || {
        let nodes = world.nodes()?;
        ensure!(nodes.len() == 2 && nodes.iter().all(|node| node.shards == 32), "{nodes:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_node_whose_clock_is_minutes_off_works_with_the_others_and_says_so() -> anyhow::Result<()> {
    let mut world = World::start(2).await?;
    for by in ["+5m", "-5m"] {
        world.alpha.kill_node(1)?;
        world.alpha.set_clock_off(by);
        world.alpha.resume_node(1).await?;
        let load = Load::start(&world);
        tokio::time::sleep(Duration::from_secs(5)).await;
        load.stop().await?.is_all_there(&world).await?;
        eventually("both are at work", async || {
            let nodes = world.nodes()?;
            ensure!(nodes.len() == 2 && nodes.iter().all(|node| node.shards == 32), "{nodes:?}");
            Ok(())
        })
        .await?;
        let log = world.alpha.node_process(1)?.log();
        ensure!(log.contains("do not agree"), "{log}");
    }
    Ok(())
}

#[tokio::test]
async fn a_block_counts_on_every_node_at_once() -> anyhow::Result<()> {
    let world = World::start(2).await?;
    let host = &world.crowd.hosts()[0];
    world.comment(0, "early", "before").await?;
    world.alpha.cli(&["instance", "block", host])?;
    // Sooner than any list is read again without a hint.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut sent = Vec::new();
    for attempt in 0..6 {
        sent.push(world.comment_once(0, "early", &format!("after {attempt}")).await?);
    }
    // What others send later is taken in; so would that have been.
    let later = world.comment(1, "other", "others are not concerned").await?;
    eventually_within(Duration::from_secs(30), "what came later is shown", async || {
        let shown = world.shown().await?;
        ensure!(shown.contains(&later), "{} shown", shown.len());
        Ok(())
    })
    .await?;
    let shown = world.shown().await?;
    ensure!(sent.iter().all(|id| !shown.contains(id)), "{sent:?} among {shown:?}");
    Ok(())
}
