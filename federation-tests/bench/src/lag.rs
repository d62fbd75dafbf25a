//! Lag: what a slow and a silent host do to the healthy ones, and what a distant one gets.

use std::time::{Duration, Instant};

use anyhow::ensure;
use futures_util::{StreamExt, TryStreamExt, stream};
use guildhall_federation_tests::{Engine, eventually_within};

use crate::{
    activities::follow,
    fan_out::arrived,
    options::Options,
    peers::{Manner, Peers, Signing},
    report::{Goal, Report, median},
    subject::{GROUP, Subject},
};

/// Posts in one measurement.
const POSTS: usize = 4;
/// The group of a host with a long way.
const DISTANT: &str = "distant";

pub(crate) async fn measure(engine: Engine, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let healthy = options.either(100, 500);
    let rounds = options.either(3, 7);
    let subject = Subject::start(engine).await?;
    let peers = Peers::start(healthy + 2 * rounds + 1, "lemmy", Signing::Rsa)?;
    follow(&peers, &subject, &subject.group, 0..healthy).await?;

    let (mut well, mut ill) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        // New ones each time: one that was silent before is not asked again so soon.
        let name = format!("ill{round}");
        let slow = healthy + 2 * round;
        let group = subject.server.group(&name, &[])?;
        follow(&peers, &subject, &group, 0..healthy).await?;
        follow(&peers, &subject, &group, slow..slow + 2).await?;
        peers.set_manner(slow, Manner::After(Duration::from_millis(300)));
        peers.set_manner(slow + 1, Manner::Never);
        well.push(told(&subject, &peers, GROUP, healthy).await?);
        ill.push(told(&subject, &peers, &name, healthy).await?);
    }
    let (well, ill) = (median(well), median(ill));
    report.span(&format!("{POSTS} posts to {healthy} healthy hosts"), well, Goal::Open);
    report.span("the same beside a slow and a silent one", ill, Goal::Open);
    let ratio = ill.as_secs_f64() / well.as_secs_f64();
    report.tell("delay by a slow and a silent host", ratio, "x", Goal::AtMost(1.05));

    let distant = healthy + 2 * rounds;
    let rate = distant_rate(&subject, &peers, distant, options.either(100, 400)).await?;
    report.tell("activities to a host 150 ms away", rate, "/s", Goal::AtLeast(50.0));
    Ok(())
}

/// How long it takes until all healthy hosts have some posts.
async fn told(subject: &Subject, peers: &Peers, group: &str, healthy: usize) -> anyhow::Result<Duration> {
    let (start, before) = (Instant::now(), peers.delivered());
    for number in 0..POSTS {
        subject.post_in(group, &format!("News {number}")).await?;
    }
    arrived(peers, before, POSTS * healthy).await?;
    Ok(start.elapsed())
}

/// Activities a second to a host that answers after 150 ms.
async fn distant_rate(subject: &Subject, peers: &Peers, host: usize, count: usize) -> anyhow::Result<f64> {
    let group = subject.server.group(DISTANT, &[])?;
    follow(peers, subject, &group, host..host + 1).await?;
    peers.set_manner(host, Manner::After(Duration::from_millis(150)));
    let (start, before) = (Instant::now(), peers.late());
    let titles = (0..count).map(|number| format!("Far news {number}"));
    let posts = stream::iter(titles).map(|title| async move { subject.post_in(DISTANT, &title).await });
    posts.buffer_unordered(8).try_collect::<Vec<_>>().await?;
    let wanted = u32::try_from(count)?;
    eventually_within(Duration::from_mins(2), "the distant host has all", async || {
        let late = peers.late() - before;
        ensure!(late >= wanted, "{late} of {wanted}");
        Ok(())
    })
    .await?;
    Ok(f64::from(wanted) / start.elapsed().as_secs_f64())
}
