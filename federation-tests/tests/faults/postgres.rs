//! PostgreSQL behind a gate.

use guildhall_federation_tests::{Engine, Gate, Passage, ServerConfig, Storage};

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
        tokio::try_join!(
            world.comment_is_put_off("meanwhile"),
            world.writing_is_put_off("from here"),
            world.reading_is_put_off(),
            world.is_alive_but_not_ready(),
        )?;
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

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_on_everything_puts_everything_off_until_it_is_gone() -> anyhow::Result<()> {
    let storage = Storage::new(Engine::Postgres)?;
    let config = storage.of(ServerConfig::new("guildhall"));
    let world = World::start(storage, config).await?;
    let other = world.storage.open().await?;
    let mut session = other.begin().await?;
    session
        .query(
            "LOCK TABLE received_activities, entries, groups, events, delivery_log IN ACCESS EXCLUSIVE MODE",
        )
        .execute()
        .await?;
    tokio::try_join!(
        world.comment_is_put_off("meanwhile"),
        world.writing_is_put_off("from here"),
        world.reading_is_put_off(),
        world.is_alive_but_not_ready(),
    )?;
    world.comment_is_put_off("meanwhile").await?;
    drop(session);
    world.sent_and_told("meanwhile").await?;
    assert_eq!(world.count("from here").await?, 0);
    world.is_sound()
}

#[tokio::test(flavor = "multi_thread")]
async fn activities_whose_effect_has_to_wait_have_it_once_and_in_order() -> anyhow::Result<()> {
    let storage = Storage::new(Engine::Postgres)?;
    let config = storage.of(ServerConfig::new("guildhall"));
    let world = World::start(storage, config).await?;
    let other = world.storage.open().await?;
    let mut session = other.begin().await?;
    session.query("LOCK TABLE entries IN EXCLUSIVE MODE").execute().await?;
    let answer = world.comment("meanwhile").await?;
    assert_eq!(answer.status, 202, "what is received needs no entries: {answer:?}");
    assert_eq!(world.edit("meanwhile", "a moment later").await?.status, 202);
    // Longer than anything waits for a lock.
    world.writing_is_put_off("from here").await?;
    drop(session);
    world.told_in_order("meanwhile", "a moment later").await?;
    world.is_sound()
}
