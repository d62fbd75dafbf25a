//! Growth: the inbox, the pages and the start with few and with many objects stored.

use std::time::Duration;

use guildhall_federation_tests::Engine;

use crate::{
    activities::{ACTORS, comments, follow, take_in},
    inbox::HOSTS,
    options::Options,
    pages::{self, Page},
    peers::{Peers, Signing},
    reading::number,
    report::{Cost, Goal, Report},
    seed::{self, History},
    start,
    subject::{GROUP, Subject},
};

/// What is compared between the sizes.
struct Costs {
    inbox: Cost,
    group: Cost,
    thread: Cost,
    start_ms: f64,
}

pub(crate) async fn measure(engine: Engine, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let mut sizes: Vec<i64> = options.either(vec![2_000, 10_000], vec![10_000, 100_000]);
    sizes.extend(options.scale);
    let mut first: Option<Costs> = None;
    for size in sizes {
        let costs = at(engine, options, size).await?;
        report.tell("objects stored", number(size), "", Goal::Open);
        report.cost("comment", &costs.inbox, Goal::Open);
        report.cost("group page", &costs.group, Goal::Open);
        report.cost("thread of 500", &costs.thread, Goal::Open);
        report.tell("ready", costs.start_ms, "ms", Goal::Open);
        let Some(first) = &first else {
            first = Some(costs);
            continue;
        };
        let pairs = [
            ("comment", first.inbox.server_ms(), costs.inbox.server_ms()),
            ("group page", first.group.server_ms(), costs.group.server_ms()),
            ("thread of 500", first.thread.server_ms(), costs.thread.server_ms()),
            ("ready", first.start_ms, costs.start_ms),
        ];
        for (what, small, large) in pairs {
            report.tell(&format!("{what}, to the first size"), large / small, "x", Goal::AtMost(1.5));
        }
        if let (Some(small), Some(large)) = (first.inbox.database_ms(), costs.inbox.database_ms()) {
            report.tell("comment, PostgreSQL, to the first size", large / small, "x", Goal::AtMost(1.5));
        }
    }
    Ok(())
}

async fn at(engine: Engine, options: &Options, size: i64) -> anyhow::Result<Costs> {
    let mut subject = Subject::start(engine).await?;
    let peers = Peers::start(HOSTS, "mastodon", Signing::Rsa)?;
    let threads = [subject.thread("A new thread").await?];
    follow(&peers, &subject, &subject.group, 0..HOSTS).await?;
    let history = History::of(size, &peers);
    subject.while_stopped(async |db| seed::history(db, &history).await).await?;
    subject.examine()?;
    let start = start::existing(&mut subject, options.either(3, 9)).await?;
    let warm_up = comments(&peers, &subject, &threads, 0..ACTORS)?;
    take_in(&peers, &subject, warm_up).await?;
    let count = options.either(500, 4_000);
    let signed = comments(&peers, &subject, &threads, ACTORS..ACTORS + count)?;
    let inbox = take_in(&peers, &subject, signed).await?.cost;

    let spend = Duration::from_millis(options.either(100, 1_000));
    let long = seed::longest_thread(&subject.db).await?;
    Ok(Costs {
        inbox,
        group: pages::cost(&subject, &Page::group(GROUP), spend, false).await?,
        thread: pages::cost(&subject, &Page::thread(&long), spend, false).await?,
        start_ms: start.wall.as_secs_f64() * 1000.0,
    })
}
