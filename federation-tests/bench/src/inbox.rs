//! Inbox: signed comments into groups with 50 follower hosts, from 64 actors, 16 in flight. All into one group, and
//! each into a group of its own, by turns: what else the machine does in a minute touches both alike.

use guildhall_federation_tests::Engine;

use crate::{
    activities::{ACTORS, TakenIn, comments, follow, take_in},
    options::Options,
    peers::{Peers, Signed, Signing},
    report::{Goal, Report, median_ratio},
    seed,
    subject::{Subject, Thread},
};

/// Follower hosts of each group. Microblogs, which take no comments, so that what is measured is taking them in.
pub(crate) const HOSTS: usize = 50;

pub(crate) async fn measure(engine: Engine, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let count = options.either(1_000, 10_000);
    let rounds = options.either(2, 5);
    let (popular, quiet) = (Inbox::popular(engine).await?, Inbox::quiet(engine, count).await?);
    let (mut of_popular, mut of_quiet) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let part = ACTORS + round * count / rounds..ACTORS + (round + 1) * count / rounds;
        // Signed ahead, one as the other.
        let signed = (popular.comments(part.clone())?, quiet.comments(part)?);
        of_popular.push(take_in(&popular.peers, &popular.subject, signed.0).await?);
        of_quiet.push(take_in(&quiet.peers, &quiet.subject, signed.1).await?);
    }
    let each = |taken: &[TakenIn]| taken.iter().map(|taken| taken.cost.server_ms()).collect::<Vec<_>>();
    let (to_quiet, to_popular) = (
        median_ratio(&each(&of_popular), &each(&of_quiet)),
        median_ratio(&each(&of_quiet), &each(&of_popular)),
    );
    let (popular, quiet) = (TakenIn::all(of_popular), TakenIn::all(of_quiet));
    report.cost("comment into a popular group of 50 hosts", &popular.cost, Goal::AtMost(0.5));
    report.cost(&format!("one comment into each of {count} quiet groups"), &quiet.cost, Goal::AtMost(0.5));
    for (which, taken) in [("popular", &popular), ("quiet", &quiet)] {
        let count = taken.cost.operations;
        report.rate(
            &format!("comments answered 202, {which}"),
            count,
            taken.accepted,
            Goal::AtLeast(1_500.0),
        );
        report.rate(&format!("comments applied and told, {which}"), count, taken.done, Goal::Open);
    }
    report.tell("CPU, popular to quiet", to_quiet, "x", Goal::AtMost(1.1));
    report.tell("CPU, quiet to popular", to_popular, "x", Goal::AtMost(1.1));
    Ok(())
}

/// A server, those who send to it, and the threads that they answer in.
struct Inbox {
    subject: Subject,
    peers: Peers,
    threads: Vec<Thread>,
}

impl Inbox {
    /// One thread of one group.
    async fn popular(engine: Engine) -> anyhow::Result<Self> {
        let subject = Subject::start(engine).await?;
        let peers = Peers::start(HOSTS, "mastodon", Signing::Rsa)?;
        let threads = vec![subject.thread("A thread").await?];
        follow(&peers, &subject, &subject.group, 0..HOSTS).await?;
        let inbox = Self { subject, peers, threads };
        inbox.warm_up(&inbox.threads).await?;
        Ok(inbox)
    }

    /// A thread in each of so many groups, which are copies of one.
    async fn quiet(engine: Engine, count: usize) -> anyhow::Result<Self> {
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
        let inbox = Self { subject, peers, threads };
        inbox.warm_up(&own).await?;
        Ok(inbox)
    }

    /// One comment of each actor: what is measured is not the fetching of actors.
    async fn warm_up(&self, threads: &[Thread]) -> anyhow::Result<()> {
        let signed = comments(&self.peers, &self.subject, threads, 0..ACTORS)?;
        take_in(&self.peers, &self.subject, signed).await?;
        Ok(())
    }

    fn comments(&self, numbers: std::ops::Range<usize>) -> anyhow::Result<Vec<Signed>> {
        comments(&self.peers, &self.subject, &self.threads, numbers)
    }
}
