//! Where PostgreSQL's server programs are: Debian keeps them out of the PATH, one folder per version.

use std::{fs, path::PathBuf};

use crate::shell;

/// What the tests are written for.
const VERSION: u32 = 15;

/// The folder with `initdb` and `postgres`: version 15 where there are several, else the newest, else what the
/// PATH has.
pub(crate) fn folder() -> Option<PathBuf> {
    let newest = debian_versions().into_iter().max_by_key(|version| (*version == VERSION, *version));
    let debian = newest.map(|version| format!("/usr/lib/postgresql/{version}/bin").into());
    debian.or_else(|| shell::find_program("initdb")?.canonicalize().ok()?.parent().map(PathBuf::from))
}

fn debian_versions() -> Vec<u32> {
    let entries = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let complete = entries.filter(|entry| entry.path().join("bin/initdb").is_file());
    complete.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}
