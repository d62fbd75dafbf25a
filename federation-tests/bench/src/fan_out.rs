//! Fan-out: one post to many follower hosts, signed with RSA and with Ed25519, and what it does to those who post.

use std::time::{Duration, Instant};

use anyhow::ensure;
use guildhall_federation_tests::{Engine, eventually_within};

use crate::{
    activities::follow,
    options::Options,
    peers::{Peers, Signing},
    report::{Cost, Goal, Report, median},
    subject::{GROUP, Subject},
};

/// A group that nobody follows.
const LONELY: &str = "lonely";
/// Posts to a group that nobody follows, for the time that accepting takes by itself.
const ALONE: usize = 30;

pub(crate) async fn measure(engine: Engine, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let sizes: &[usize] = options.either(&[50, 200], &[200, 1_000, 10_000]);
    for (signing, goal) in [(Signing::Rsa, 0.55), (Signing::Ed25519, 0.12)] {
        of_signing(engine, (signing, goal), sizes, report).await?;
    }
    Ok(())
}

async fn of_signing(
    engine: Engine,
    (signing, goal): (Signing, f64),
    sizes: &[usize],
    report: &mut Report,
) -> anyhow::Result<()> {
    let name = format!("{signing:?}");
    let subject = Subject::start(engine).await?;
    subject.server.group(LONELY, &[])?;
    let most = sizes.last().copied().unwrap_or_default();
    let peers = Peers::start(most, "lemmy", signing)?;
    // The first ones warm up.
    accept(&subject, LONELY, ALONE).await?;

    let mut followers = 0;
    for size in sizes.iter().copied() {
        follow(&peers, &subject, &subject.group, followers..size).await?;
        followers = size;
        // Connections are open from the Accept on, as in daily life.
        let told = posts(&subject, &peers, size).await?;
        report.cost(&format!("{name}: delivery to one of {size} hosts"), &told.cost, Goal::AtMost(goal));
        report.span(&format!("{name}: until the last of {size} has it"), told.wall, wall_goal(size));
        report.span(&format!("{name}: accepting a post for nobody"), told.alone, Goal::Open);
        let ratio = told.accepted.as_secs_f64() / told.alone.as_secs_f64();
        report.tell(&format!("{name}: accepting one for {size}, to one for nobody"), ratio, "x", Goal::Open);
    }
    let ratio = meanwhile(&subject, &peers, most).await?;
    report.tell(&format!("{name}: accepting while {most} are told, to alone"), ratio, "x", Goal::AtMost(1.1));
    Ok(())
}

/// Half a second for 200, ten seconds for 10,000.
fn wall_goal(hosts: usize) -> Goal {
    match hosts {
        200 => Goal::AtMost(500.0),
        10_000 => Goal::AtMost(10_000.0),
        _ => Goal::Open,
    }
}

/// How long each of so many posts in a group takes to be accepted.
async fn accept(subject: &Subject, group: &str, count: usize) -> anyhow::Result<Vec<Duration>> {
    let mut spans = Vec::new();
    for number in 0..count {
        let start = Instant::now();
        subject.post_in(group, &format!("Alone {number}")).await?;
        spans.push(start.elapsed());
    }
    Ok(spans)
}

struct Told {
    cost: Cost,
    /// Until a post for all was accepted.
    accepted: Duration,
    /// Until one for nobody was, in between.
    alone: Duration,
    /// Until the last host had one.
    wall: Duration,
}

/// Some posts one after the other, each when the one before has arrived everywhere.
async fn posts(subject: &Subject, peers: &Peers, hosts: usize) -> anyhow::Result<Told> {
    let rounds = (5_000 / hosts).clamp(3, 9);
    let (mut accepted, mut alone, mut walls) = (Vec::new(), Vec::new(), Vec::new());
    // At the first post each host is asked what it runs, which holds good for days.
    let delivered = peers.delivered();
    accept(subject, GROUP, 1).await?;
    arrived(peers, delivered, hosts).await?;
    let before = subject.spent()?;
    for _ in 0..rounds {
        alone.extend(accept(subject, LONELY, 1).await?);
        let (start, delivered) = (Instant::now(), peers.delivered());
        accepted.extend(accept(subject, GROUP, 1).await?);
        arrived(peers, delivered, hosts).await?;
        walls.push(start.elapsed());
    }
    // The notes of how far each host is are written a little later.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let cost = subject.cost_since(before, rounds * hosts)?;
    Ok(Told { cost, accepted: median(accepted), alone: median(alone), wall: median(walls) })
}

/// How much longer accepting takes while a post goes to all; by turns with and without one.
async fn meanwhile(subject: &Subject, peers: &Peers, hosts: usize) -> anyhow::Result<f64> {
    let (mut alone, mut during) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        alone.extend(accept(subject, LONELY, ALONE).await?);
        let delivered = peers.delivered();
        accept(subject, GROUP, 1).await?;
        while peers.delivered() - delivered < u32::try_from(hosts)? {
            during.extend(accept(subject, LONELY, 1).await?);
        }
    }
    Ok(median(during).as_secs_f64() / median(alone).as_secs_f64())
}

pub(crate) async fn arrived(peers: &Peers, before: u32, hosts: usize) -> anyhow::Result<()> {
    let wanted = u32::try_from(hosts)?;
    let limit = Instant::now() + Duration::from_mins(3);
    while peers.delivered() - before < wanted && Instant::now() < limit {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    eventually_within(Duration::ZERO, "every host has it", async || {
        let delivered = peers.delivered() - before;
        ensure!(delivered >= wanted, "{delivered} of {wanted}");
        Ok(())
    })
    .await
}
