//! The `guildhall` binary.

use std::process::ExitCode;

use clap::Parser;
use guildhall_server::cli::{Cli, run};

/// Deliveries are made on one thread and ended on another, where glibc's allocator waits for its own locks.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    run::main(Cli::parse())
}
