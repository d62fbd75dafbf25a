//! `cargo xtask bench`: what one server spends per operation, as CPU time (user and system) of its process, since wall
//! time says little on a shared machine. Everything is on loopback: the other servers are this program.

mod cpu;
mod fan_out;
mod inbox;
mod peers;
mod report;

use anyhow::{Context, bail};
use guildhall_federation_tests::{Engine, Server, ServerConfig};

use report::Figure;

const USAGE: &str = "usage: guildhall-bench [inbox|fan-out]… [--quick]";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut wanted = Vec::new();
    let mut quick = false;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--quick" => quick = true,
            "inbox" | "fan-out" => wanted.push(argument),
            other => bail!("no benchmark {other:?}; {USAGE}"),
        }
    }
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let mut figures: Vec<Figure> = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        if runs("inbox") {
            figures.extend(inbox::measure(&server(engine).await?, engine, quick).await.context("inbox")?);
        }
        if runs("fan-out") {
            figures.extend(fan_out::measure(&server(engine).await?, engine, quick).await.context("fan-out")?);
        }
    }
    report::print(&figures);
    Ok(())
}

async fn server(engine: Engine) -> anyhow::Result<Server> {
    let config = ServerConfig::new("measured")
        .on(engine)
        // What is measured is the work, not the door-keeper.
        .set("limits.inbox_per_ip_per_minute", "10000000")
        .set("limits.inbox_per_host_per_minute", "10000000")
        .set("limits.inbox_key_fetches_per_minute", "10000000")
        .set("log.level", "warn");
    Server::start(config).await
}
