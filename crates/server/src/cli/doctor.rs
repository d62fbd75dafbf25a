//! `guildhall doctor`

use super::output::Output;
use super::run::not_available;
use crate::config::Config;

/// Checks the data and says what to do about each finding.
pub async fn run(config: &Config, output: Output) -> anyhow::Result<()> {
    let _ = (config, output);
    not_available("doctor").await
}
