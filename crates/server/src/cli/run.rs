//! From the parsed command line to the body of the command, and from its end to the exit code.

use std::pin::Pin;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;

use super::output::{Output, failure_line};
use super::{
    Cli, Command, account, appeals, backup, case, config, delivery, doctor, explain, group, instance, key,
    token,
};
use crate::config::Sources;
use crate::serve::serve;

/// How long the end of the process waits for threads that wait themselves, for a disk or a name server.
const THREADS_END: Duration = Duration::from_millis(500);

/// Runs the command to its end: 0 done, 1 refused or failed with one line on standard error. Wrong usage has
/// ended with 2 before.
pub fn main(cli: Cli) -> ExitCode {
    match start(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", failure_line(&error));
            ExitCode::FAILURE
        }
    }
}

fn start(cli: Cli) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting the runtime failed")?;
    // Behind a pointer: the runtime knows three ways to wait, and each would hold a copy of all commands.
    let command: Pin<Box<dyn Future<Output = anyhow::Result<()>>>> = Box::pin(run(cli));
    let done = runtime.block_on(command);
    runtime.shutdown_timeout(THREADS_END);
    done
}

/// The one place that knows which command leads where.
async fn run(cli: Cli) -> anyhow::Result<()> {
    let output = Output::new(cli.json);
    let mut loaded = Sources::of_process(cli.config).load();
    let command = cli.command.unwrap_or(Command::Serve);
    if let Command::Config(command) = &command {
        // The one command whose subject is a configuration that may be wrong.
        return config::run(command, &loaded, output);
    }
    let warnings = loaded.take_warnings();
    let config = &loaded.into_config()?;
    match command {
        Command::Serve => serve(config, &warnings).await,
        Command::Config(_) => Ok(()),
        Command::Account(command) => account::run(command, config, output).await,
        Command::Token(command) => token::run(command, config, output).await,
        Command::Key(command) => key::run(command, config, output).await,
        Command::Group(command) => group::run(command, config, output).await,
        Command::Case(command) => case::run(command, config, output).await,
        Command::Appeal(command) => appeals::run(command, config, output).await,
        Command::Instance(command) => instance::run(command, config, output).await,
        Command::Explain(args) => explain::run(args, config, output).await,
        Command::Delivery(command) => delivery::run(command, config, output).await,
        Command::Doctor(args) => doctor::run(args, config, output).await,
        Command::Backup(args) => backup::backup(args, config, output).await,
        Command::Restore(args) => backup::restore(args, config, output).await,
    }
}
