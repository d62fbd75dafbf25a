//! Inbox: signed comments into groups with 50 follower hosts, from 64 actors, 16 in flight. All into one group, and
//! each into a group of its own.

use guildhall_federation_tests::Engine;

use crate::{
    activities::{ACTORS, TakenIn, comments, follow, take_in},
    options::Options,
    peers::{Peers, Signing},
    report::{Goal, Report},
    seed,
    subject::{Subject, Thread},
};

/// Follower hosts of each group. Microblogs, which take no comments, so that what is measured is taking them in.
pub(crate) const HOSTS: usize = 50;

pub(crate) async fn measure(engine: Engine, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let popular = popular(engine, options.either(1_000, 10_000)).await?;
    report.cost("comment into a popular group of 50 hosts", &popular.cost, Goal::AtMost(0.5));
    let count = popular.cost.operations;
    report.rate("comments answered 202, popular", count, popular.accepted, Goal::AtLeast(1_500.0));
    report.rate("comments applied and told, popular", count, popular.done, Goal::Open);

    let quiet = quiet(engine, options.either(500, 10_000)).await?;
    let count = quiet.cost.operations;
    report.cost(&format!("one comment into each of {count} quiet groups"), &quiet.cost, Goal::AtMost(0.5));
    report.rate("comments answered 202, quiet", count, quiet.accepted, Goal::AtLeast(1_500.0));
    report.rate("comments applied and told, quiet", count, quiet.done, Goal::Open);
    let (popular, quiet) = (popular.cost.server_ms(), quiet.cost.server_ms());
    report.tell("CPU, popular to quiet", popular / quiet, "x", Goal::AtMost(1.1));
    report.tell("CPU, quiet to popular", quiet / popular, "x", Goal::AtMost(1.1));
    Ok(())
}

/// All comments in one thread of one group.
async fn popular(engine: Engine, count: usize) -> anyhow::Result<TakenIn> {
    let subject = Subject::start(engine).await?;
    let peers = Peers::start(HOSTS, "mastodon", Signing::Rsa)?;
    let threads = [subject.thread("A thread").await?];
    follow(&peers, &subject, &subject.group, 0..HOSTS).await?;
    measured(&peers, &subject, &threads, &threads, count).await
}

/// One comment in each of so many groups, which are copies of the first.
async fn quiet(engine: Engine, count: usize) -> anyhow::Result<TakenIn> {
    let mut subject = Subject::start(engine).await?;
    let peers = Peers::start(HOSTS, "mastodon", Signing::Rsa)?;
    let own = [subject.thread("A thread").await?];
    follow(&peers, &subject, &subject.group, 0..HOSTS).await?;
    let mut threads = Vec::new();
    subject
        .while_stopped(async |db| {
            seed::copies(db, i64::try_from(count)?).await?;
            threads = seed::threads_of_copies(db).await?;
            Ok(())
        })
        .await?;
    subject.examine()?;
    measured(&peers, &subject, &own, &threads, count).await
}

/// Warms up with one comment of each actor: what is measured is not the fetching of actors.
async fn measured(
    peers: &Peers,
    subject: &Subject,
    first: &[Thread],
    threads: &[Thread],
    count: usize,
) -> anyhow::Result<TakenIn> {
    let warm_up = comments(peers, subject, first, 0..ACTORS)?;
    take_in(peers, subject, warm_up).await?;
    let signed = comments(peers, subject, threads, ACTORS..ACTORS + count)?;
    take_in(peers, subject, signed).await
}
