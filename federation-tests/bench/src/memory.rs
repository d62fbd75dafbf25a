//! Memory: of an idle server, and after many activities.

use std::time::Duration;

use guildhall_federation_tests::Engine;

use crate::{
    activities::{comments, follow, take_in},
    cpu::Resident,
    inbox::HOSTS,
    options::Options,
    peers::{Peers, Signing},
    report::{Goal, Report},
    subject::Subject,
};

/// Threads that the comments go to.
const THREADS: usize = 100;
/// Comments signed and sent at one time: a signature is good for an hour, and these are in our own memory.
const PART: usize = 5_000;

pub(crate) async fn measure(engine: Engine, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let count = options.either(5_000, 100_000);
    let subject = Subject::start(engine).await?;
    // Keys for the next groups are made in the first moments.
    tokio::time::sleep(Duration::from_secs(3)).await;
    report.tell("resident, idle", subject.resident(Resident::Now)?, "MiB", Goal::AtMost(40.0));

    // Ed25519: what the sender spends on signatures is not the matter here.
    let peers = Peers::start(HOSTS, "mastodon", Signing::Ed25519)?;
    let mut threads = Vec::new();
    for number in 0..THREADS {
        threads.push(subject.thread(&format!("Thread {number}")).await?);
    }
    follow(&peers, &subject, &subject.group, 0..HOSTS).await?;
    let mut sent = 0;
    while sent < count {
        let part = comments(&peers, &subject, &threads, sent..sent + PART)?;
        take_in(&peers, &subject, part).await?;
        sent += PART;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let what = format!("resident, after {count} activities");
    report.tell(&what, subject.resident(Resident::Now)?, "MiB", Goal::AtMost(120.0));
    report.tell("resident, the most there ever was", subject.resident(Resident::Most)?, "MiB", Goal::Open);
    Ok(())
}
