//! Where the programs are that the tests start.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::ensure;

/// The program of the server: `GUILDHALL_BIN`, else the one in `target/debug`.
///
/// # Errors
/// When it is not built.
pub(crate) fn server() -> anyhow::Result<PathBuf> {
    built("guildhall", "GUILDHALL_BIN", "guildhall-server")
}

/// The peer on the crate `activitypub_federation`: `GUILDHALL_ACTIVITYPUB_PEER_BIN`, else the one in `target/debug`.
///
/// # Errors
/// When it is not built.
pub(crate) fn activitypub_peer() -> anyhow::Result<PathBuf> {
    built("guildhall-activitypub-peer", "GUILDHALL_ACTIVITYPUB_PEER_BIN", "guildhall-activitypub-peer")
}

/// The script on Fedify.
///
/// # Errors
/// When its packages are not installed.
pub(crate) fn fedify() -> anyhow::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fedify");
    let installed = folder.join("node_modules/@fedify/fedify").is_dir();
    ensure!(installed, "Fedify is not installed: run `cargo xtask test --only tools`");
    Ok(folder.join("peer.mjs"))
}

/// A file of the folder `deploy`.
pub(crate) fn deploy(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy").join(file)
}

/// A program on the PATH, or in Debian's folder for servers, which an ordinary account's PATH lacks.
///
/// # Errors
/// When it is not installed.
pub(crate) fn installed(name: &str) -> anyhow::Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let found = folders.map(|folder| folder.join(name)).find(|file| file.is_file());
    found.ok_or_else(|| anyhow::anyhow!("{name} is not installed: run `cargo xtask test --only tools`"))
}

/// The library that gives a program another clock.
///
/// # Errors
/// When it is not installed.
pub(crate) fn faketime() -> anyhow::Result<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib")?.filter_map(Result::ok);
    let found =
        folders.map(|folder| folder.path().join("faketime/libfaketime.so.1")).find(|file| file.is_file());
    found.ok_or_else(|| anyhow::anyhow!("faketime is not installed: run `cargo xtask test --only tools`"))
}

fn built(name: &str, variable: &str, package: &str) -> anyhow::Result<PathBuf> {
    let file = match env::var_os(variable) {
        Some(file) => PathBuf::from(file),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/debug").join(name),
    };
    ensure!(file.is_file(), "{} is missing: run `cargo build -p {package}`", file.display());
    Ok(file)
}
