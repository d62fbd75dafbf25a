//! `guildhall delivery …`

use clap::Subcommand;

use super::output::Output;
use super::run::not_available;
use crate::config::Config;

/// `guildhall delivery …`
#[derive(Debug, PartialEq, Subcommand)]
pub enum DeliveryCommand {
    /// Show state, lag and last error per server.
    Status,
    /// Send nothing to a server until resumed; what is due is kept.
    Pause {
        /// Its host name.
        host: String,
    },
    /// Send to a paused server again.
    Resume {
        /// Its host name.
        host: String,
    },
    /// Try a server now instead of waiting.
    Retry {
        /// Its host name.
        host: String,
    },
    /// Give up the item that a server is stuck at and go on with the next.
    Skip {
        /// Its host name.
        host: String,
    },
}

/// Runs one of them.
pub async fn run(command: DeliveryCommand, config: &Config, output: Output) -> anyhow::Result<()> {
    let _ = (config, output);
    match command {
        DeliveryCommand::Status => not_available("delivery status").await,
        DeliveryCommand::Pause { .. } => not_available("delivery pause").await,
        DeliveryCommand::Resume { .. } => not_available("delivery resume").await,
        DeliveryCommand::Retry { .. } => not_available("delivery retry").await,
        DeliveryCommand::Skip { .. } => not_available("delivery skip").await,
    }
}
