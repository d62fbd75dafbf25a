//! Several nodes on one PostgreSQL, under load, while nodes are killed, paused, or have wrong clocks: what was answered is
//! there once and reaches every follower, in order.

mod world;

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use guildhall_federation_tests::eventually_within;
use tokio::time::{MissedTickBehavior, interval};
use world::World;

/// A node is killed so often, whatever it takes to start it again.
const KILL_EVERY: Duration = Duration::from_secs(5);
/// So much is answered before and after something happens, so that it happens in the middle of work.
const AMID: usize = 100;
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
    let people = world.people();
    let mut beat = interval(KILL_EVERY);
    // A node that is not up yet is left for the next beat.
    beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let (began, mut kills) = (beat.tick().await, 0);
    while beat.tick().await - began <= duration() {
        let node = kills % count;
        world.alpha.kill_node(node)?;
        kills += 1;
        // Every other round, nothing on the machine tells who was there before: the leases have to end.
        if (kills / count) % 2 == 1 {
            world.alpha.move_node(node)?;
        }
        world.alpha.resume_node(node).await?;
    }
    let beats = duration().as_secs() / KILL_EVERY.as_secs();
    eprintln!("{count} nodes, {kills} kills on {beats} beats of {KILL_EVERY:?}");
    world.nothing_is_lost(people).await
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
    world.both_are_at_work().await?;
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
    let mut world = World::start(2).await?;
    let people = world.people();
    for node in 0..2 {
        people.go_on(AMID).await?;
        world.alpha.node_process(node)?.signal("STOP")?;
        // Longer than its leases last.
        tokio::time::sleep(Duration::from_secs(14)).await;
        world.alpha.node_process(node)?.signal("CONT")?;
    }
    people.go_on(AMID).await?;
    world.nothing_is_lost(people).await?;
    world.both_are_at_work().await
}

#[tokio::test]
async fn a_node_whose_clock_is_minutes_off_works_with_the_others_and_says_so() -> anyhow::Result<()> {
    let mut world = World::start(2).await?;
    for by in ["+5m", "-5m"] {
        world.alpha.kill_node(1)?;
        world.alpha.set_clock_off(by);
        world.alpha.resume_node(1).await?;
        let people = world.people();
        people.go_on(AMID).await?;
        world.nothing_is_lost(people).await?;
        world.both_are_at_work().await?;
        let log = world.alpha.node_process(1)?.log();
        ensure!(log.contains("do not agree"), "{log}");
    }
    Ok(())
}

#[tokio::test]
async fn a_block_counts_on_every_node_at_once() -> anyhow::Result<()> {
    let world = World::start(2).await?;
    let host = world.place.hosts.authority(0);
    world.comment(0, "early", "before").await?;
    world.alpha.cli(&["instance", "block", host])?;
    // Sooner than any list is read again without a hint; by turns on both nodes.
    eventually_within(Duration::from_secs(2), "both nodes know of the block", async || {
        for _ in 0..4 {
            let (id, is_taken) = world.comment_once(0, "early", "meanwhile").await?;
            ensure!(!is_taken, "{id} is taken");
        }
        Ok(())
    })
    .await?;
    let mut sent = Vec::new();
    for attempt in 0..6 {
        let (id, is_taken) = world.comment_once(0, "early", &format!("after {attempt}")).await?;
        ensure!(!is_taken, "{id} is taken");
        sent.push(id);
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
