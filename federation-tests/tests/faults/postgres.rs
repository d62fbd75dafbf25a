//! PostgreSQL behind a gate.

use anyhow::ensure;
use guildhall_federation_tests::{Engine, Gate, Passage, ServerConfig, Storage, eventually};
use guildhall_store::db::Tx;

use crate::world::World;

struct Guarded {
    gate: Gate,
    world: World,
}

impl Guarded {
    async fn start() -> anyhow::Result<Self> {
        let storage = Storage::new(Engine::Postgres)?;
        let gate = Gate::before(&storage.url()).await?;
        let config = storage.by_way_of(&gate.to(&storage.url()), ServerConfig::new("guildhall"));
        let world = World::start(storage, config).await?;
        Ok(Self { gate, world })
    }

    /// Everything is put off while it lasts, and goes on by itself afterwards.
    async fn outlives(&self, passage: Passage) -> anyhow::Result<()> {
        let world = &self.world;
        self.gate.set(passage);
        is_put_off(world).await?;
        // By now no connection is as it was.
        world.comment_is_put_off("meanwhile").await?;
        self.gate.set(Passage::Open);
        world.sent_and_told("meanwhile").await?;
        world.sent_and_told("afterwards").await?;
        assert_eq!(world.count("from here").await?, 0);
        world.is_sound()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_stopped_and_started_is_waited_for() -> anyhow::Result<()> {
    Guarded::start().await?.outlives(Passage::Shut).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_is_given_up_in_time() -> anyhow::Result<()> {
    Guarded::start().await?.outlives(Passage::Silent).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_without_an_answer_is_no_success_and_no_obstacle() -> anyhow::Result<()> {
    let Guarded { gate, world } = Guarded::start().await?;
    gate.set(Passage::CutCommits);
    for text in ["doubtful", "doubtful", "dubious"] {
        let answer = world.comment(text).await?;
        // Known from the first attempt, whose commit came to pass: then there is nothing more to write.
        assert!(answer.status == 503 || (text == "doubtful" && answer.status == 202), "{text}: {answer:?}");
    }
    world.writing_is_put_off("from here").await?;
    gate.set(Passage::Open);
    world.sent_and_told("doubtful").await?;
    world.sent_and_told("dubious").await?;
    assert!(world.count("from here").await? <= 1);
    world.is_sound()
}

async fn start() -> anyhow::Result<World> {
    let storage = Storage::new(Engine::Postgres)?;
    let config = storage.of(ServerConfig::new("guildhall"));
    World::start(storage, config).await
}

/// A session beside the server that has locked tables, until it is dropped.
async fn lock(world: &World, lock: &'static str) -> anyhow::Result<Tx> {
    let mut session = world.storage.open().await?.begin().await?;
    session.query(lock).execute().await?;
    Ok(session)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_on_everything_puts_everything_off_until_it_is_gone() -> anyhow::Result<()> {
    let world = start().await?;
    let session = lock(
        &world,
        "LOCK TABLE received_activities, entries, groups, events, delivery_log IN ACCESS EXCLUSIVE MODE",
    )
    .await?;
    is_put_off(&world).await?;
    world.comment_is_put_off("meanwhile").await?;
    drop(session);
    world.sent_and_told("meanwhile").await?;
    assert_eq!(world.count("from here").await?, 0);
    world.is_sound()
}

#[tokio::test(flavor = "multi_thread")]
async fn activities_whose_effect_has_to_wait_have_it_once_and_in_order() -> anyhow::Result<()> {
    let world = start().await?;
    let session = lock(&world, "LOCK TABLE entries IN EXCLUSIVE MODE").await?;
    let answer = world.comment("meanwhile").await?;
    assert_eq!(answer.status, 202, "what is received needs no entries: {answer:?}");
    assert_eq!(world.edit("meanwhile", "a moment later").await?.status, 202);
    // Longer than anything waits for a lock.
    world.writing_is_put_off("from here").await?;
    drop(session);
    world.told_in_order("meanwhile", "a moment later").await?;
    // Put off, the first would be overtaken by what its author sends next.
    let store = world.storage.open().await?;
    let (attempts,): (i64,) = store.query("SELECT max(attempts) FROM received_activities").one().await?;
    assert_eq!(attempts, 0, "what the store could not do is not held against an activity");
    world.is_sound()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_dropped_and_restored_is_waited_for() -> anyhow::Result<()> {
    let world = start().await?;
    let dump = world.storage.folder().join("dump");
    world.storage.dump(&dump)?;
    world.storage.remove()?;
    is_put_off(&world).await?;
    // Connections that stood before say another thing, once.
    eventually("the log names the reason", async || {
        let log = world.server.process()?.log();
        ensure!(log.contains("does not exist"), "{log}");
        Ok(())
    })
    .await?;

    // Nothing may be made of the empty one that would be in the way of what is restored.
    world.storage.create()?;
    is_put_off(&world).await?;
    world.storage.load(&dump)?;
    world.sent_and_told("meanwhile").await?;
    world.sent_and_told("afterwards").await?;
    assert_eq!((world.count("before").await?, world.count("from here").await?), (1, 0));
    world.is_sound()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_is_gone_for_a_while_is_waited_for() -> anyhow::Result<()> {
    let world = start().await?;
    let other = world.storage.open().await?;
    let rename = async |sql: &'static str| {
        let mut session = other.begin().await?;
        session.query(sql).execute().await?;
        session.commit().await
    };
    rename("ALTER SCHEMA public RENAME TO away").await?;
    // Connections that stand, and whose statements were prepared when it was there.
    is_put_off(&world).await?;
    rename("ALTER SCHEMA away RENAME TO public").await?;
    world.sent_and_told("meanwhile").await?;
    world.sent_and_told("afterwards").await?;
    assert_eq!((world.count("before").await?, world.count("from here").await?), (1, 0));
    world.is_sound()
}

/// All that is asked.
async fn is_put_off(world: &World) -> anyhow::Result<()> {
    tokio::try_join!(
        world.comment_is_put_off("meanwhile"),
        world.writing_is_put_off("from here"),
        world.reading_is_put_off(),
        world.is_alive_but_not_ready(),
    )
    .map(drop)
}
