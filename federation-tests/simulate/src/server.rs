//! What the server keeps to itself: its constants, each written down once more, and held against its source by a test.

use std::time::Duration;

/// Declares the copies: name, type, value, and where in `crates/federation/src` it stands, in what words.
macro_rules! copies {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $value:expr, $file:literal, $words:literal;)*) => {
        $($(#[$doc])* pub(crate) const $name: $type = $value;)*

        #[cfg(test)]
        const ALL: &[(&str, &str, &str, &str)] = &[$((stringify!($name), stringify!($value), $file, $words),)*];
    };
}

copies! {
    /// Hosts leased in one transaction.
    BATCH: usize = 64, "delivery/dispatcher.rs", "const BATCH: usize = {};";
    /// How often a node looks for hosts without being told.
    LOOK_EVERY: Duration = Duration::from_secs(5), "delivery/dispatcher.rs", "const LOOK_EVERY: Duration = {};";
    /// How often it looks for hosts of which another node was killed.
    LOOK_FOR_LEFT_EVERY: Duration = Duration::from_secs(2),
        "delivery/dispatcher.rs", "const LOOK_FOR_LEFT_EVERY: Duration = {};";
    /// Hosts found in one look.
    MOST_FOUND: usize = 1000, "delivery/dispatcher.rs", "const MOST_FOUND: u32 = {};";
    /// Items read at once.
    PAGE: usize = 128, "delivery/selection.rs", "const PAGE: u32 = {};";
    /// After how many answers the cursor is written down.
    MOST_UNSAVED: u32 = 50, "delivery/host_run.rs", "const MOST_UNSAVED: u32 = {};";
    /// After how long.
    SAVE_AFTER: Duration = Duration::from_secs(1), "delivery/host_run.rs", "const SAVE_AFTER: Duration = {};";
    /// The longest rest of a host that fails.
    LONGEST_REST: Duration = Duration::from_hours(6), "delivery/backoff.rs", "const LONGEST: Duration = {};";
    /// After how long it is dead.
    DEAD_AFTER: Duration = Duration::from_hours(7 * 24), "delivery/backoff.rs", "const DEAD_AFTER: Duration = {};";
    /// How often a dead host is asked.
    PROBE_EVERY: Duration = Duration::from_hours(24), "delivery/backoff.rs", "const PROBE_EVERY: Duration = {};";
    /// How long a request may take.
    REQUEST_TIMEOUT: Duration = Duration::from_secs(30), "net/transport.rs", "const DELIVERY_TIMEOUT: Duration = {};";
    /// How long a connection stays open without use.
    IDLE_FOR: Duration = Duration::from_mins(1), "net/client.rs", ".pool_idle_timeout({})";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_copy_is_what_the_server_has() {
        for (name, value, file, words) in ALL {
            let path = format!("{}/../../crates/federation/src/{file}", env!("CARGO_MANIFEST_DIR"));
            let source = std::fs::read_to_string(&path).unwrap();
            let line = words.replace("{}", value);
            assert!(source.contains(&line), "{name}: {file} has no `{line}`");
        }
    }
}
