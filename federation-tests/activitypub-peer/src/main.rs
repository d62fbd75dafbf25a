//! An independent peer for the federation tests: a small server on the crate `activitypub_federation`, which is also
//! below Lemmy. Its actors follow groups, post, reply, vote, edit and delete when told so over `/control/…`, in the
//! way of Lemmy or of Mastodon, and it keeps what arrives with the verdict of that crate.
//!
//! The crate wants hosts with a name, so this peer and the servers it meets are at `localhost`, not at `127.0.0.1`.

mod actor;
mod client;
mod control;
mod deliver;
mod documents;
mod error;
mod inbox;
mod incoming;
mod peer;
mod post;
mod publish;
mod resolve;
mod software;

use std::{net::Ipv4Addr, sync::Arc};

use activitypub_federation::config::{FederationConfig, FederationMiddleware};
use anyhow::Context;
use axum::Router;
use clap::Parser;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use crate::{actor::Actor, client::Answers, peer::Peer, software::Software};

/// A server on the crate `activitypub_federation` for tests. Prints its URL when it is ready and ends on SIGTERM.
#[derive(Debug, Parser)]
struct Arguments {
    /// Which software to play.
    #[arg(long, value_enum, default_value_t)]
    software: Software,
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Name of a local person; may be repeated. The first one acts when a command names nobody.
    #[arg(long = "name", default_values_t = ["alice".to_owned()])]
    names: Vec<String>,
    /// Sign by `Date` as draft-cavage-10 has it, instead of by `(created)` and `(expires)`.
    #[arg(long)]
    signature_compat: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter("activitypub_federation=debug")
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port)).await?;
    let domain = format!("localhost:{}", listener.local_addr()?.port());
    let config = configure(&arguments, &domain).await?;
    let mut terminate = signal(SignalKind::terminate())?;

    let routes = Router::new().merge(documents::routes()).merge(inbox::routes()).merge(control::routes());
    let routes = routes.layer(FederationMiddleware::new(config));
    println!("http://{domain}");
    tokio::select! {
        served = axum::serve(listener, routes) => served.context("serving failed"),
        _ = terminate.recv() => Ok(()),
    }
}

async fn configure(arguments: &Arguments, domain: &str) -> anyhow::Result<FederationConfig<Arc<Peer>>> {
    let answers = Answers::default();
    let site = Actor::site(domain)?;
    let persons = arguments.names.iter().map(|name| Actor::person(domain, name));
    let persons = persons.collect::<anyhow::Result<Vec<_>>>()?;
    let peer = Peer::new(domain, arguments.software, answers.clone(), &site, persons);
    let config = FederationConfig::builder()
        .domain(domain)
        .app_data(Arc::new(peer))
        .client(client::with_answers_kept(answers)?)
        .http_signature_compat(arguments.signature_compat)
        .signed_fetch_actor(&site)
        // Plain http and loopback addresses are what this peer is for.
        .debug(true)
        .build()
        .await?;
    Ok(config)
}
