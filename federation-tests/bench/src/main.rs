//! `cargo xtask bench`: what one server spends per operation, as CPU time (user and system) of its process, since wall
//! time says little on a shared machine. Everything is on loopback: the other servers are this program.

mod activities;
mod cpu;
mod fan_out;
mod growth;
mod header;
mod inbox;
mod lag;
mod memory;
mod options;
mod pages;
mod peers;
mod place;
mod reading;
mod report;
mod rules;
mod seed;
mod size;
mod spam;
mod start;
mod subject;
mod yardstick;

use anyhow::Context;
use guildhall_federation_tests::Engine;

use options::{Options, Scenario};
use report::Report;
use yardstick::Yardstick;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse(std::env::args().skip(1))?;
    let yardstick = Yardstick::start()?;
    header::print(&options, &yardstick);
    let mut report = Report::new(yardstick);
    for scenario in options.scenarios.clone() {
        if scenario == Scenario::Size {
            size::measure(&mut report)?;
            continue;
        }
        for engine in options.engines.clone() {
            report.begin(scenario, engine);
            run(scenario, engine, &options, &mut report)
                .await
                .with_context(|| format!("{} on {engine:?}", scenario.name()))?;
        }
    }
    report.end();
    Ok(())
}

/// Each scenario begins with a fresh server and prints as it goes, so that a run can be cut off.
async fn run(
    scenario: Scenario,
    engine: Engine,
    options: &Options,
    report: &mut Report,
) -> anyhow::Result<()> {
    match scenario {
        Scenario::Size => Ok(()),
        Scenario::Start => start::measure(engine, options, report).await,
        Scenario::Reading => reading::measure(engine, options, report).await,
        Scenario::Inbox => inbox::measure(engine, options, report).await,
        Scenario::FanOut => fan_out::measure(engine, options, report).await,
        Scenario::Lag => lag::measure(engine, options, report).await,
        Scenario::Memory => memory::measure(engine, options, report).await,
        Scenario::Rules => rules::measure(engine, options, report).await,
        Scenario::Spam => spam::measure(engine, options, report).await,
        Scenario::Growth => growth::measure(engine, options, report).await,
    }
}
