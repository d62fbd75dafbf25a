//! What `guildhall doctor` looks at: settings, disk, and what the store says of itself.

mod care;
mod counters;
mod disk;
mod finding;
mod moving;
mod settings;
mod store;

use guildhall_domain::Timestamp;

pub use finding::{Finding, Severity};

use crate::config::Config;

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Examination {
    /// What is wrong, or soon will be.
    pub findings: Vec<Finding>,
    /// What was wrong and has been set right, one sentence each.
    pub repaired: Vec<String>,
}

/// Looks at everything. With `repair`, what can be counted again is counted again.
///
/// Changes nothing else: no folder or database is made, and no migration runs. A check that cannot be made is a
/// finding itself.
pub async fn examine(config: &Config, repair: bool, now: Timestamp) -> Examination {
    let mut found = Examination { findings: settings::check(config), ..Examination::default() };
    found.findings.extend(disk::check(config));
    store::check(config, repair, now, &mut found).await;
    found
}
