//! Reading: a thread with 500 comments, and the first page of a group with 100,000 posts.

use std::time::Duration;

use guildhall_federation_tests::Engine;

use crate::{
    activities::follow,
    inbox::HOSTS,
    options::Options,
    pages::{self, Page},
    peers::{Peers, Signing},
    report::{Goal, Report},
    seed::{self, History},
    subject::{GROUP, Subject},
};

pub(crate) async fn measure(engine: Engine, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let posts = options.either(5_000, 100_000);
    let spend = Duration::from_millis(options.either(100, 1_000));
    let mut subject = Subject::start(engine).await?;
    let peers = Peers::start(HOSTS, "mastodon", Signing::Rsa)?;
    follow(&peers, &subject, &subject.group, 0..HOSTS).await?;
    let history = History { groups: 0, ..History::of(1_000, &peers) };
    let flat = History { entries: posts, flat: true, after: history.entries, ..history };
    subject
        .while_stopped(async |db| {
            seed::history(db, &history).await?;
            seed::history(db, &flat).await
        })
        .await?;
    subject.examine()?;

    let thread = seed::longest_thread(&subject.db).await?;
    report.tell("posts in the group", number(posts), "", Goal::Open);
    let own = subject.thread("A post of ours").await?.post.replace(subject.server.url(), "");
    let mut all = Page::all(&thread, GROUP, &own);
    all.insert(2, pages::whole_thread(&subject, &thread).await?);
    for page in &all {
        let cost = pages::cost(&subject, page, spend, false).await?;
        report.cost(page.what, &cost, Goal::AtMost(3.0));
    }
    for page in all.iter().filter(|page| page.is_tagged() && !page.gzip) {
        let cost = pages::cost(&subject, page, spend, true).await?;
        report.cost(&format!("{}, not modified", page.what), &cost, Goal::AtMost(3.0));
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(crate) fn number(count: i64) -> f64 {
    count as f64
}
