//! `guildhall serve`: from settings to a running server and to its orderly end.

use std::io::Write as _;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::client_ip::TrustedProxies;
use crate::config::{Config, Problem};
use crate::http_server::{self, Settings, bind};
use crate::shutdown::{self, Shutdown};
use crate::telemetry::{self, Metrics};
use crate::wiring::{self, Parts};

/// Time from the signal to the end of the workers; requests and deliveries under way have a second less. Whoever asked
/// us to stop may kill us after 10 s.
const ENDS_WITHIN: Duration = Duration::from_secs(9);
/// Time for a worker that is told to break off.
const BREAKS_OFF_WITHIN: Duration = Duration::from_millis(500);

/// Runs the server until SIGTERM or SIGINT.
///
/// # Errors
/// When it cannot start: a listener is taken, or a part cannot be opened.
pub async fn serve(config: &Config, warnings: &[Problem]) -> anyhow::Result<()> {
    telemetry::init_logs(&config.log)?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    let metrics = Metrics::install()?;
    tokio::spawn(metrics.clone().run_upkeep());
    let shutdown = shutdown::on_signals().context("listening for signals failed")?;

    // Before anything is opened: a second server by mistake must not touch the data.
    let listener = bind("server.listen", config.server.listen).await?;
    let metrics_server = serve_metrics(config, &metrics, &shutdown).await?;
    let Parts { activitypub, html, api, ready, workers, next_steps, serving } =
        wiring::assemble(config, &shutdown).await?;

    announce(config, &listener, &next_steps)?;
    let settings = Settings::from(config);
    let routes = wiring::routes(activitypub, html, api, ready);
    let proxies = TrustedProxies::new(&config.server.trusted_proxies);
    let app = http_server::surround(routes, settings, proxies.clone());
    let asked = async {
        shutdown.requested().await;
        Instant::now()
    };
    let (asked_at, ()) =
        tokio::join!(asked, http_server::serve(listener, app, settings, proxies, shutdown.clone()));
    end(workers, metrics_server, asked_at + ENDS_WITHIN).await;
    // Nothing is at work any more.
    drop(serving);
    tracing::info!("stopped");
    Ok(())
}

/// Starts the listener of `/metrics`, unless it is switched off.
async fn serve_metrics(
    config: &Config,
    metrics: &Metrics,
    shutdown: &Shutdown,
) -> anyhow::Result<JoinSet<()>> {
    let mut tasks = JoinSet::new();
    if let Some(address) = config.server.metrics_listen {
        let listener = bind("server.metrics_listen", address).await?;
        let settings = Settings { connections: 64, ..Settings::from(config) };
        tasks.spawn(http_server::serve(
            listener,
            metrics.router(),
            settings,
            TrustedProxies::default(),
            shutdown.clone(),
        ));
    }
    Ok(tasks)
}

/// Says on standard output that the server is there, and what to do next.
fn announce(config: &Config, listener: &TcpListener, next_steps: &[String]) -> anyhow::Result<()> {
    let address = listener.local_addr().context("the listener has no address")?;
    let version = env!("CARGO_PKG_VERSION");
    let mut lines = format!("Guildhall {version} is at {}, listening on {address}\n", config.server.base_url);
    for step in next_steps {
        lines.push_str(step);
        lines.push('\n');
    }
    // Who started it may have stopped listening; that is no reason not to serve.
    if let Err(error) = std::io::stdout().write_all(lines.as_bytes()) {
        tracing::warn!(%error, "standard output is closed");
    }
    Ok(())
}

/// Waits for the workers until `deadline`. What they had not finished is found again at the next start.
async fn end(mut workers: JoinSet<()>, mut metrics_server: JoinSet<()>, deadline: Instant) {
    let finished = async { while workers.join_next().await.is_some() {} };
    if tokio::time::timeout_at(deadline, finished).await.is_err() {
        tracing::warn!(workers = workers.len(), "stopping workers that did not finish in time");
        // One that is in the middle of a long computation ends with the process.
        let _ = tokio::time::timeout(BREAKS_OFF_WITHIN, workers.shutdown()).await;
    }
    metrics_server.shutdown().await;
}
