//! Room on the disk.

use std::path::{Path, PathBuf};

use guildhall_store::db::DatabaseUrl;

use super::Finding;
use crate::config::Config;

const CHECK: &str = "disk";
const MIB: u64 = 1024 * 1024;
/// Less than this, and a busy hour or a backup fills the disk.
const TOO_LITTLE: u64 = 256 * MIB;
/// Less than this is worth a thought.
const LITTLE: u64 = 2048 * MIB;

/// Looks at the file systems of the data folder and of a database in a file.
pub(super) fn check(config: &Config) -> Vec<Finding> {
    let mut places = vec![config.storage.data_dir.clone()];
    let database = config.storage.database().expose().parse::<DatabaseUrl>();
    if let Ok(Some(folder)) = database.as_ref().map(|url| url.path().and_then(Path::parent)) {
        places.push(folder.to_owned());
    }
    let mut found: Vec<Finding> = Vec::new();
    for finding in places.iter().filter_map(|place| look(&existing(place))) {
        if !found.contains(&finding) {
            found.push(finding);
        }
    }
    found
}

/// The folder, or the one it will be made in.
fn existing(folder: &Path) -> PathBuf {
    let found = folder.ancestors().find(|folder| folder.is_dir());
    found.unwrap_or(Path::new(".")).to_owned()
}

fn look(folder: &Path) -> Option<Finding> {
    match rustix::fs::statvfs(folder) {
        // What this process may use, without the blocks kept for root.
        Ok(system) => judge(folder, system.f_bavail.saturating_mul(system.f_frsize)),
        Err(error) => {
            let what =
                format!("the disk of {} could not be asked for its free space: {error}", folder.display());
            Some(Finding::warning(CHECK, what, "see to the folder and its rights"))
        }
    }
}

/// `free` in bytes.
fn judge(folder: &Path, free: u64) -> Option<Finding> {
    let what = || format!("the disk of {} has {} MiB left", folder.display(), free / MIB);
    let advice = "make room: a full disk stops all writing";
    match free {
        0..TOO_LITTLE => Some(Finding::error(CHECK, what(), advice)),
        TOO_LITTLE..LITTLE => Some(Finding::warning(CHECK, what(), advice)),
        LITTLE.. => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Severity;

    #[test]
    fn the_less_room_the_worse() {
        let severity = |free| judge(Path::new("/data"), free).map(|finding| finding.severity);
        assert_eq!(severity(0), Some(Severity::Error));
        assert_eq!(severity(256 * MIB), Some(Severity::Warning));
        assert_eq!(severity(2048 * MIB), None);
        assert!(judge(Path::new("/data"), 3 * MIB).unwrap().what.contains("/data has 3 MiB left"));
    }

    #[test]
    fn a_folder_that_is_not_made_yet_is_looked_at_where_it_will_be() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(existing(&folder.path().join("a/b")), folder.path());
        assert_eq!(existing(Path::new("no-such-folder/data")), Path::new("."));
        // A real answer of the system, whatever it is.
        let _ = look(folder.path());
        assert!(look(Path::new("/no-such-folder")).unwrap().what.contains("could not be asked"));
    }
}
