//! `cargo xtask simulate`: a group followed from tens of thousands of hosts, event by event: how long deliveries take, how
//! many wait, what they cost. Hosts and network are drawn from the distributions in [`assumptions`]; what delivery does
//! about them is decided by the code that a server runs (`guildhall_federation::delivery::model`).

mod args;
mod assumptions;
mod connections;
mod dice;
mod events;
mod histogram;
mod hosts;
mod log;
mod node;
mod numbers;
mod outcome;
mod reach;
mod report;
mod server;
mod time;
mod weather;
mod world;

#[cfg(test)]
mod tests;

use std::process::ExitCode;

use args::Task;

fn main() -> ExitCode {
    match args::parse(std::env::args().skip(1)) {
        Ok(Task::Help) => println!("{}", args::USAGE),
        Ok(Task::Assumptions) => print!("{}", assumptions::table()),
        Ok(Task::Run { settings, json }) => {
            let outcome = world::simulate(&settings);
            if json {
                println!("{}", report::json(&settings, &outcome));
            } else {
                print!("{}", report::text(&settings, &outcome));
            }
        }
        Err(error) => {
            eprintln!("simulate: {error:#}\n\n{}", args::USAGE);
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
