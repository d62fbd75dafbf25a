//! SIGKILL at random moments under load, many times: what was answered is there afterwards, once, and reaches every
//! server that follows, in order; nothing else does.
//!
//! `GUILDHALL_KILLS` is the number of kills (50), `GUILDHALL_KILL_SEED` the number that all chance comes from.

mod here;
mod kept;
mod there;
mod told;
mod world;

use std::{env, sync::atomic::Ordering, time::Duration};

use anyhow::Context;
use futures_util::future::{join_all, try_join, try_join_all};
use guildhall_federation_tests::{Engine, Random, Server, eventually_within};
use tokio::time::{Instant, sleep};

use here::WriterHere;
use there::WriterThere;
use world::{Shared, World};

/// Kills, unless `GUILDHALL_KILLS` says otherwise.
const KILLS: usize = 50;

/// The server is killed so many milliseconds after it was ready.
const KILLED_AFTER: std::ops::Range<usize> = 50..1500;

/// Persons on other servers who write at the same time.
const WRITERS_THERE: usize = 6;

/// Accounts here that write at the same time.
const WRITERS_HERE: usize = 3;

/// For what has not been processed and delivered when the last server comes up.
const REST_WITHIN: Duration = Duration::from_secs(90);

#[tokio::test]
async fn on_sqlite_nothing_is_lost_doubled_or_out_of_order() -> anyhow::Result<()> {
    nothing_is_lost_doubled_or_out_of_order(Engine::Sqlite).await
}

#[tokio::test]
async fn on_postgresql_nothing_is_lost_doubled_or_out_of_order() -> anyhow::Result<()> {
    nothing_is_lost_doubled_or_out_of_order(Engine::Postgres).await
}

async fn nothing_is_lost_doubled_or_out_of_order(engine: Engine) -> anyhow::Result<()> {
    let mut random = Random::from_env("GUILDHALL_KILL_SEED")?;
    let World { mut server, storage, shared, accounts } = World::start(engine, WRITERS_HERE).await?;
    let started = Instant::now();
    let here = accounts.into_iter().map(|api| WriterHere::new(api, shared.clone(), random.branch()));
    let here = join_all(here.enumerate().map(|(number, writer)| writer.write(number)));
    let there = (0..WRITERS_THERE).map(|number| WriterThere::new(number, shared.clone(), random.branch()));
    let there = try_join_all(there.map(WriterThere::write));
    let kills = kill_again_and_again(&mut server, &shared, &mut random);
    let ((here, there), kills) = try_join(async { tokio::join!(here, there).flip() }, kills).await?;
    let (written, rest) = (started.elapsed(), Instant::now());

    let store = storage.open().await?;
    eventually_within(REST_WITHIN, "everything is processed and told", async || {
        kept::nothing_waits(&store).await
    })
    .await?;
    kept::is_as_written(&store, &shared, &here, &there).await?;
    kept::had_no_effect_twice(&store).await?;
    let wanted = told::wanted(&here, &there);
    for host in 0..shared.hosts.count() {
        eventually_within(REST_WITHIN, &format!("host {host} has it all"), async || {
            told::is_complete(&shared.hosts.arrivals(host), &wanted)
        })
        .await?;
        told::is_in_order(&shared.hosts.arrivals(host), &wanted)?;
        told::is_what_was_kept(&store, &shared.hosts.arrivals(host)).await?;
    }
    server.cli(&["doctor"]).context("the doctor found something")?;
    let count = |counter: &std::sync::atomic::AtomicUsize| counter.load(Ordering::Relaxed);
    eprintln!(
        "{kills} kills in {written:.1?}; {} answered, {} of them sent more than once; the rest took {:.1?}",
        count(&shared.answered),
        count(&shared.repeated),
        rest.elapsed(),
    );
    Ok(())
}

/// Gives the number of kills.
async fn kill_again_and_again(
    server: &mut Server,
    shared: &Shared,
    random: &mut Random,
) -> anyhow::Result<usize> {
    let kills = env::var("GUILDHALL_KILLS").map_or(Ok(KILLS), |text| text.parse())?;
    for _ in 0..kills {
        let after = KILLED_AFTER.start + random.below(KILLED_AFTER.len());
        sleep(Duration::from_millis(after.try_into()?)).await;
        server.kill()?;
        server.resume().await?;
    }
    shared.stop.store(true, Ordering::Relaxed);
    Ok(kills)
}

/// A pair whose second may have failed.
trait Flip<A, B> {
    fn flip(self) -> anyhow::Result<(A, B)>;
}

impl<A, B> Flip<A, B> for (A, anyhow::Result<B>) {
    fn flip(self) -> anyhow::Result<(A, B)> {
        Ok((self.0, self.1?))
    }
}
