//! A disk without room, and a file that cannot grow.

use std::{fs, io::Write as _, path::Path, process::Command};

use guildhall_federation_tests::{Engine, ServerConfig, Storage};
use guildhall_store::doctor;

use crate::world::World;

/// A file system of 16 MiB in a folder, until it is dropped.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    /// `None`: this account may not mount anything.
    fn mount(folder: &'a Path) -> anyhow::Result<Option<Self>> {
        let mut command = Command::new("mount");
        let done = command.args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"]).arg(folder).output()?;
        Ok(done.status.success().then_some(Self(folder)))
    }

    fn ballast(&self) -> std::path::PathBuf {
        self.0.join("ballast")
    }

    /// Leaves no byte.
    fn fill(&self) -> anyhow::Result<()> {
        let mut file = fs::File::create(self.ballast())?;
        for size in [64 * 1024, 512] {
            let bytes = vec![0_u8; size];
            while file.write_all(&bytes).is_ok() {}
        }
        Ok(())
    }

    fn make_room(&self) -> anyhow::Result<()> {
        Ok(fs::remove_file(self.ballast())?)
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        // It is of this test alone; what stays is removed with the machine.
        let _ = Command::new("umount").arg("--lazy").arg(self.0).output();
    }
}

#[tokio::test]
async fn a_full_disk_puts_off_what_is_written_until_there_is_room() -> anyhow::Result<()> {
    let storage = Storage::new(Engine::Sqlite)?;
    let folder = storage.folder().to_owned();
    let Some(disk) = SmallDisk::mount(&folder)? else {
        eprintln!("not run: it takes the right to mount a file system");
        return Ok(());
    };
    let config = storage.of(ServerConfig::new("guildhall"));
    let world = World::start(storage, config).await?;
    disk.fill()?;
    // There may be some room left in the write-ahead log.
    let mut taken = 0;
    while world.comment(&format!("filling-{taken}.")).await?.status == 202 {
        taken += 1;
        assert!(taken < 1000, "the disk is not full");
    }
    world.comment_is_put_off("meanwhile").await?;
    world.writing_is_put_off("from here").await?;
    world.is_alive_but_not_ready().await?;
    assert_eq!(world.count("before").await?, 1, "there is room to read");
    let log = world.server.process()?.log();
    assert!(log.contains("full"), "{log}");

    disk.make_room()?;
    world.sent_and_told("meanwhile").await?;
    for number in 0..taken {
        world.sent_and_told(&format!("filling-{number}.")).await?;
    }
    assert_eq!(world.count("from here").await?, 0);
    // Not by the command, which finds the disk too small.
    let store = world.storage.open().await?;
    assert_eq!(doctor::list_damage(&store).await?, [""; 0]);
    for counter in doctor::Counter::ALL {
        assert_eq!(
            doctor::list_wrong(&store, counter, 0, 10).await?,
            doctor::Wrong::default(),
            "{counter:?}"
        );
    }
    store.close().await;
    drop(world);
    Ok(())
}

/// What of it can be had without the right to mount: the error is another, what follows from it is the same.
#[tokio::test]
async fn a_file_that_cannot_grow_puts_off_what_is_written_until_it_can() -> anyhow::Result<()> {
    let storage = Storage::new(Engine::Sqlite)?;
    let config = storage.of(ServerConfig::new("guildhall").outlives_file_limit());
    let world = World::start(storage, config).await?;
    let server = world.server.process()?;
    // Less than any database has.
    server.limit_files(Some(4096))?;
    world.comment_is_put_off("meanwhile").await?;
    world.writing_is_put_off("from here").await?;
    world.is_alive_but_not_ready().await?;
    assert_eq!(world.count("before").await?, 1, "reading needs no room");
    let log = server.log();
    assert!(log.contains("disk I/O error"), "{log}");

    server.limit_files(None)?;
    world.sent_and_told("meanwhile").await?;
    assert_eq!(world.count("from here").await?, 0);
    world.is_sound()
}
