//! Spam: a wave of posts from many servers that a rule holds and reports, and how long what honest members post takes
//! meanwhile, here and from elsewhere.

mod honest;
mod wave;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use guildhall_federation_tests::{Engine, eventually_within};
use serde_json::json;

use self::{
    honest::{Delays, Honest},
    wave::Wave,
};
use crate::{
    options::Options,
    peers::{Peers, Signing},
    report::{Goal, Report},
    rules,
    subject::{GROUP, Subject},
};

/// No honest post is to take longer, in ms.
const LONGEST: f64 = 1_000.0;
/// How long honest members post before the wave: what they wait for by themselves, and what that costs.
const BEFORE: Duration = Duration::from_secs(5);
/// The title of each spam post begins so, which the rule knows.
const WORDS: &str = "free spins";

pub(crate) async fn measure(engine: Engine, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let (hosts, posts) = (options.either(50, 500), options.either(2_000, 20_000));
    let subject = Subject::start(engine).await?;
    let rule = json!({
        "name": "wave", "title": "No advertising.", "when": { "words": [WORDS] }, "then": ["hold", "report"],
    });
    rules::put(&subject, json!({ "rules": [rule] })).await?;
    // The last ones are those of honest members. Ed25519: what senders spend on signatures is not the matter here.
    let peers = Arc::new(Peers::start(hosts + honest::HOSTS, "mastodon", Signing::Ed25519)?);
    let honest = Honest::start(&subject, &peers, hosts).await?;
    let wave = Wave::sign(&subject, &peers, hosts, posts)?;

    let before = subject.spent()?;
    let alone = honest.post_while(tokio::time::sleep(BEFORE)).await?;
    let quiet = subject.cost_since(before, alone.count())?;
    tell_delays(report, "alone", &alone, Goal::Open);
    report.cost("honest post", &quiet, Goal::Open);

    let before = subject.spent()?;
    let mut taken = Ok((Duration::ZERO, Duration::ZERO));
    let during = honest.post_while(async { taken = take_in(&subject, &peers, wave).await }).await?;
    let (accepted, done) = taken?;
    let all = subject.cost_since(before, posts)?;
    tell_delays(report, &format!("while {posts} come"), &during, Goal::AtMost(LONGEST));
    report.cost("spam post, with what is posted meanwhile", &all, Goal::Open);
    let count = u32::try_from(posts)?;
    report.rate("spam posts answered 202", count, accepted, Goal::Open);
    report.rate("spam posts held and reported", count, done, Goal::Open);
    tell_what_is_left(&subject, posts, report).await
}

/// Sends the wave; gives how long it took until the last was answered, and until the last was looked at.
async fn take_in(subject: &Subject, peers: &Peers, wave: Wave) -> anyhow::Result<(Duration, Duration)> {
    let start = Instant::now();
    wave.send(peers).await?;
    let accepted = start.elapsed();
    settled(subject).await?;
    Ok((accepted, start.elapsed()))
}

fn tell_delays(report: &mut Report, when: &str, delays: &Delays, longest: Goal) {
    for (who, spans) in [("here", &delays.here), ("elsewhere", &delays.elsewhere)] {
        let what = |which: &str| format!("post of a member {who} {when}: {which} of {}", spans.len());
        report.span(&what("median"), honest::share(spans, 50), Goal::Open);
        report.span(&what("99th percentile"), honest::share(spans, 99), Goal::Open);
        report.span(&what("longest"), honest::share(spans, 100), longest);
    }
}

/// Waits until nothing waits to be looked at.
async fn settled(subject: &Subject) -> anyhow::Result<()> {
    eventually_within(Duration::from_mins(10), "the wave is through", async || {
        let (left,): (i64,) =
            subject.db.query("SELECT count(*) FROM received_activities WHERE state = 'queued'").one().await?;
        ensure!(left == 0, "{left} left");
        Ok(())
    })
    .await
}

/// One case with all of it, and all of it in the queue.
async fn tell_what_is_left(subject: &Subject, posts: usize, report: &mut Report) -> anyhow::Result<()> {
    let cases = subject.owner.list(&format!("/groups/{GROUP}/cases")).await?;
    let case = cases.first().context("no case")?;
    let (queued,): (i64,) =
        subject.db.query("SELECT count(*) FROM queue_items WHERE decided_at IS NULL").one().await?;
    let told = subject.owner.list("/notices").await?.len();
    ensure!(case["held_count"] == queued && queued == i64::try_from(posts)?, "{queued} wait, {case}");
    let number = |count: usize| u32::try_from(count).map(f64::from);
    report.tell("cases", number(cases.len())?, "", Goal::AtMost(1.0));
    report.tell("items in the queue", number(posts)?, "", Goal::Open);
    report.tell("notices to the moderator", number(told)?, "", Goal::Open);
    Ok(())
}
