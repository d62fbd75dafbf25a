//! Project commands, run as `cargo xtask COMMAND`: what CI runs, and a database for work by hand.
//!
//! Uses none of our own crates, so that the checks also run while those do not compile.

mod args;
mod arrows;
mod bench;
mod deny;
mod fuzz;
mod nextest;
mod postgres;
mod shell;
mod simulate;
mod steps;
mod tools;
mod workspace;

use std::process::ExitCode;

use crate::args::Task;

fn main() -> ExitCode {
    let task = match args::parse(std::env::args().skip(1)) {
        Ok(task) => task,
        Err(error) => {
            eprintln!("xtask: {error}\n\n{}", args::USAGE);
            return ExitCode::from(2);
        }
    };
    let done = match task {
        Task::Help => {
            println!("{}", args::USAGE);
            Ok(true)
        }
        Task::Test(choice) => steps::run(&choice),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Simulate(arguments) => simulate::run(&arguments),
        Task::Fuzz(plan) => fuzz::run(&plan).map(|()| true),
        Task::Postgres => postgres::run_in_foreground().map(|()| true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
