//! A file that another process writes to, or that is gone.

use std::fs;

use guildhall_federation_tests::{Engine, ServerConfig, Storage};

use crate::world::World;

async fn start() -> anyhow::Result<World> {
    let storage = Storage::new(Engine::Sqlite)?;
    let config = storage.of(ServerConfig::new("guildhall"));
    World::start(storage, config).await
}

#[tokio::test]
async fn a_file_that_another_process_writes_to_can_be_read_and_is_waited_for() -> anyhow::Result<()> {
    let world = start().await?;
    let other = world.storage.open().await?;
    let session = other.begin().await?;
    tokio::try_join!(
        world.comment_is_put_off("meanwhile"),
        world.writing_is_put_off("from here"),
        world.is_alive_but_not_ready(),
    )?;
    assert_eq!(world.count("before").await?, 1, "readers do not wait for writers");
    drop(session);
    world.sent_and_told("meanwhile").await?;
    assert_eq!(world.count("from here").await?, 0);
    world.is_sound()
}

#[tokio::test]
async fn nothing_is_written_to_a_file_that_was_moved_away() -> anyhow::Result<()> {
    let mut world = start().await?;
    let (file, away) = (world.storage.file(), world.storage.folder().join("away"));
    fs::rename(&file, &away)?;
    world.comment_is_put_off("meanwhile").await?;
    world.writing_is_put_off("from here").await?;
    world.is_alive_but_not_ready().await?;
    assert!(!file.exists(), "an empty one would be taken for the instance");
    let log = world.server.process()?.log();
    assert!(log.contains("the database file was deleted or replaced"), "{log}");

    // Another file, were it a backup of this one, does not fit what the server remembers.
    fs::copy(&away, &file)?;
    world.comment_is_put_off("meanwhile").await?;
    fs::rename(&away, &file)?;
    world.sent_and_told("meanwhile").await?;
    assert_eq!(world.count("from here").await?, 0);
    world.server.kill()?;
    world.server.resume().await?;
    assert_eq!((world.count("before").await?, world.count("meanwhile").await?), (1, 1));
    world.is_sound()
}
