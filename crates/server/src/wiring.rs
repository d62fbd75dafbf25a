//! What an instance is made of: the routers of the doors, the workers, and how to tell that all is well.

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use guildhall_app::{App, hints};
use guildhall_federation::delivery::{ClockTimer, Delivery, DeliveryLimits, DeliveryParts};
use guildhall_federation::{Federation, inbound, outbound};
use guildhall_store::db::Serving;
use guildhall_store::doctor::try_work;
use guildhall_store::{StoreError, lease};
use tokio::task::JoinSet;

use crate::block_lists;
use crate::config::Config;
use crate::http_server::ReadyCheck;
use crate::negotiate::negotiate;
use crate::node::{Node, keep_time};
use crate::open::{Opened, begin_serving, open};
use crate::shutdown::Shutdown;
use crate::{endings, housekeeping, mirrors, successions};

/// The parts of a running instance.
pub struct Parts {
    /// Server to server, and all documents that are negotiated by `Accept`.
    pub activitypub: Router,
    /// Pages for people; its fallback is the page for what does not exist.
    pub html: Router,
    /// Client APIs and static files, which are not negotiated. Must not have a fallback of its own.
    pub api: Router,
    /// Whether the instance can do its work.
    pub ready: ReadyCheck,
    /// Tasks that run beside the listener and end by themselves after the shutdown signal.
    pub workers: JoinSet<()>,
    /// The right to serve, for as long as it is held.
    pub serving: Serving,
    /// What to do next, for the person who has just started the server; one line each.
    pub next_steps: Vec<String>,
}

/// Opens what the settings name and puts the parts together.
///
/// # Errors
/// When something that the settings name cannot be opened.
pub async fn assemble(config: &Config, shutdown: &Shutdown) -> anyhow::Result<Parts> {
    let mut serving = begin_serving(config)?;
    let Opened { federation, node, database_clock } = open(config).await?;
    let app = federation.app.clone();
    release_predecessor(&app, &mut serving, &node.name).await?;
    guildhall_app::instance::ensure_actor(&app).await?;
    let holder = node.name.clone();
    let mut workers = JoinSet::new();
    workers.spawn(keep_number(node, app.clone(), shutdown.clone()));
    if let Some(clock) = database_clock {
        workers.spawn(keep_time(app.store.clone(), clock, shutdown.clone().ended()));
    }
    workers.spawn(hints::run(app.clone(), shutdown.clone().ended()));
    workers.spawn(housekeeping::run(app.clone(), holder.clone(), shutdown.clone().ended()));
    workers.spawn(endings::run(app.clone(), holder.clone(), shutdown.clone().ended()));
    workers.spawn(mirrors::run(app.clone(), holder.clone(), shutdown.clone().ended()));
    workers.spawn(successions::run(app.clone(), holder.clone(), shutdown.clone().ended()));
    let mut activitypub = Router::new();
    if config.federation.enabled {
        // Before anything is taken in.
        inbound::introduce(&app, &holder).await?;
        workers.spawn(block_lists::run(app.clone(), holder.clone(), shutdown.clone().ended()));
        start_federation(&federation, config, holder, shutdown, &mut workers);
        activitypub = guildhall_federation::routes::router(federation);
    }
    Ok(Parts {
        activitypub,
        html: guildhall_web::router(app.clone()),
        api: guildhall_client_api::native::router(app.clone()),
        ready: ready_check(&app),
        workers,
        next_steps: next_steps(&app).await?,
        serving,
    })
}

/// What the process left that served from this place before: it is dead, so its work need not wait for its leases to end.
async fn release_predecessor(app: &App, serving: &mut Serving, name: &str) -> anyhow::Result<()> {
    let before = serving.follow(name).context("writing the name of this process failed")?;
    if let Some(before) = before {
        let mut tx = app.begin().await?;
        lease::release_of(&mut tx, &before).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Ends this process when it lost its number: at once, since any key it makes could be another's.
async fn keep_number(node: Node, app: App, shutdown: Shutdown) {
    if let Err(error) = node.keep(app, shutdown.ended()).await {
        tracing::error!(error = %error, "ending this process");
        eprintln!("error: {error}");
        std::process::exit(1);
    }
}

fn start_federation(
    federation: &Federation,
    config: &Config,
    holder: String,
    shutdown: &Shutdown,
    workers: &mut JoinSet<()>,
) {
    let app = &federation.app;
    workers.spawn(federation.clone().forget_on_hints(shutdown.clone().ended()));
    workers.spawn(inbound::run(
        federation.clone(),
        holder.clone(),
        senders(config.federation.workers),
        shutdown.clone().ended(),
    ));
    workers.spawn(inbound::synchronize::run(federation.clone(), shutdown.clone().ended()));
    workers.spawn(outbound::publisher::run(app.clone(), holder.clone(), shutdown.clone().ended()));
    let parts = DeliveryParts {
        transport: Arc::new(federation.transport()),
        signer: Arc::new(federation.signer.clone()),
        profiles: Arc::new(federation.fetcher.clone()),
        timer: Arc::new(ClockTimer::new(app.clock.clone())),
        limits: delivery_limits(config.federation.workers),
    };
    let (delivery, stop) = (Delivery::named(app.clone(), parts, holder), shutdown.clone());
    workers.spawn(async move { delivery.run(stop.ended()).await });
}

/// Senders whose activities are processed at one time.
fn senders(workers: u32) -> usize {
    2 * workers as usize
}

/// Hosts that are delivered to at one time: many, since they mostly wait for an answer. Of those that may not answer at
/// all only a quarter.
fn delivery_limits(workers: u32) -> DeliveryLimits {
    let hosts = 32 * workers as usize;
    DeliveryLimits { hosts, failing_hosts: hosts / 4, ..DeliveryLimits::default() }
}

fn ready_check(app: &App) -> ReadyCheck {
    let store = app.store.clone();
    ReadyCheck::new(move || {
        let store = store.clone();
        async move { try_work(&store).await.map_err(|error| not_ready(&error).to_owned()) }
    })
}

fn not_ready(error: &StoreError) -> &'static str {
    match error {
        StoreError::Conflict(_) => "another program keeps the database busy",
        _ => "the database does not answer, or cannot be written to",
    }
}

async fn next_steps(app: &App) -> anyhow::Result<Vec<String>> {
    if guildhall_app::instance::has_accounts(app).await? {
        return Ok(Vec::new());
    }
    // As this process was called, `--config` and all, so that the lines can be pasted as they are.
    let program = std::env::args().filter(|word| word != "serve").map(quoted).collect::<Vec<_>>().join(" ");
    let has_variables = std::env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with("GUILDHALL_"));
    let settings = if has_variables { ", with the same GUILDHALL_ variables" } else { "" };
    Ok(vec![
        format!(
            "Nobody has an account here yet. Make the first admin and the first group, in another terminal{settings}:"
        ),
        format!("  printf '%s' 'a good password' | {program} account create NAME --admin --password-stdin"),
        format!("  {program} group create GROUP --title \"Title of the group\" --moderator NAME"),
        format!("Then open {}/groups/GROUP", app.site.base_url),
    ])
}

/// A word as a shell takes it.
fn quoted(word: String) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=:,+@%".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        word
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// All routes of an instance.
pub fn routes(activitypub: Router, html: Router, api: Router, ready: ReadyCheck) -> Router {
    ready.router().merge(api).merge(negotiate(activitypub, html))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_spaces_can_be_pasted() {
        assert_eq!(quoted("/srv/guildhall".into()), "/srv/guildhall");
        assert_eq!(quoted("/srv/it's here".into()), r"'/srv/it'\''s here'");
    }

    #[test]
    fn workers_say_how_much_is_taken_and_sent_at_one_time() {
        let workers = Config::default().federation.workers;
        assert_eq!((senders(workers), delivery_limits(workers)), (32, DeliveryLimits::default()));
        let few = delivery_limits(1);
        assert_eq!((senders(1), few.hosts, few.failing_hosts), (2, 32, 8));
    }
}
