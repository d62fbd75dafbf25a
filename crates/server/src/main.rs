//! The `guildhall` binary.

use std::process::ExitCode;

use clap::Parser;
use guildhall_server::cli::{Cli, run};

fn main() -> ExitCode {
    run::main(Cli::parse())
}
