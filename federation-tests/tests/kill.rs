//! SIGKILL at random moments under load, many times: what was answered is there afterwards, once, and reaches every
//! server that follows, in order; nothing else does.
//!
//! `GUILDHALL_KILLS` is the number of kills (50), `GUILDHALL_KILL_SEED` the number that all chance comes from.

use std::{env, ops::Range, sync::Arc, time::Duration};

use anyhow::Context;
use guildhall_federation_tests::{
    Account, Engine, People, Place, Random, Server, ServerConfig, Size, Storage, nothing_is_lost,
};
use tokio::time::{Instant, sleep};

/// Kills, unless `GUILDHALL_KILLS` says otherwise.
const KILLS: usize = 50;

/// The server is killed so many milliseconds after it was ready.
const KILLED_AFTER: Range<usize> = 50..1500;

/// Servers that follow the group.
const HOSTS: u8 = 5;

/// Persons on them who write at the same time, and how fast.
const SIZE: Size = Size { there: 6, pauses: 20..220 };

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
    let storage = Storage::new(engine)?;
    let config = ServerConfig::new("guildhall")
        .set("limits.inbox_per_ip_per_minute", "1000000")
        .set("limits.inbox_per_host_per_minute", "1000000");
    let mut server = Server::start(storage.of(config)).await?;
    let accounts = Account::make(&server, &["writer0", "writer1", "writer2"])?;
    let place = Arc::new(Place::start(&server, "writer0", &accounts[0].api, HOSTS).await?);
    let started = Instant::now();
    let people = People::start(&place, &accounts, SIZE, &mut random);
    let kills = kill_again_and_again(&mut server, &mut random).await?;
    let (answered, repeated) = people.answered();
    let said = people.stop().await?;
    let written = started.elapsed();

    let store = storage.open().await?;
    let sound = nothing_is_lost(&store, &said, &place.hosts).await?;
    server.cli(&["doctor"]).context("the doctor found something")?;
    eprintln!(
        "{kills} kills in {written:.1?}; {answered} answered, {repeated} of them sent more than once; {sound:.1?}"
    );
    Ok(())
}

/// Gives the number of kills.
async fn kill_again_and_again(server: &mut Server, random: &mut Random) -> anyhow::Result<usize> {
    let kills = env::var("GUILDHALL_KILLS").map_or(Ok(KILLS), |text| text.parse())?;
    for _ in 0..kills {
        let after = KILLED_AFTER.start + random.below(KILLED_AFTER.len());
        sleep(Duration::from_millis(after.try_into()?)).await;
        server.kill()?;
        server.resume().await?;
    }
    Ok(kills)
}
