//! A block list that alpha subscribes to names beta, and takes that back.

use std::sync::{Arc, Mutex};

use anyhow::ensure;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use guildhall_federation_tests::{Api, Engine, Server, ServerConfig, text};
use serde_json::{Value, json};

/// The group's name on alpha.
const HERE: &str = "gardening";

/// A file that anybody may fetch, with a tag for each of its versions.
#[derive(Clone, Default)]
struct Published {
    file: Arc<Mutex<(u32, String)>>,
    asked: Arc<Mutex<Vec<StatusCode>>>,
}

impl Published {
    /// Serves it; gives its address.
    async fn serve(&self) -> anyhow::Result<String> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/list.csv", listener.local_addr()?);
        let router = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(url)
    }

    fn says(&self, lines: &[String]) {
        let mut file = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let text = format!("#domain,#severity,#reject_media\n{}\n", lines.join("\n"));
        *file = (file.0 + 1, text);
    }

    fn breaks(&self) {
        let mut file = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *file = (file.0 + 1, "<!DOCTYPE html>\n<p>Moved.</p>\n".to_owned());
    }

    fn statuses(&self) -> Vec<StatusCode> {
        self.asked.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

async fn answer(State(published): State<Published>, headers: HeaderMap) -> impl IntoResponse {
    let (version, text) = published.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
    let tag = format!("\"{version}\"");
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let (status, body) =
        if is_known { (StatusCode::NOT_MODIFIED, String::new()) } else { (StatusCode::OK, text) };
    published.asked.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(status);
    (status, [(header::ETAG, tag), (header::CONTENT_TYPE, "text/csv".to_owned())], body)
}

/// The file's address, and who deals with it: Maria administers alpha and moderates the group, Bob of beta is in it.
struct World {
    alpha: Server,
    beta: Server,
    maria: Api,
    bob: Api,
    there: String,
    published: Published,
    url: String,
}

impl World {
    async fn start() -> anyhow::Result<Self> {
        let (alpha, beta) = tokio::try_join!(
            Server::start(ServerConfig::new("alpha")),
            Server::start(ServerConfig::new("beta").on(Engine::Postgres)),
        )?;
        let maria = alpha.admin("maria")?;
        alpha.group(HERE, &["--moderator", "maria"])?;
        let bob = beta.account("bob")?;
        let there = format!("{HERE}@{}", alpha.host());
        bob.join(&there).await?;
        let published = Published::default();
        let url = published.serve().await?;
        Ok(Self { alpha, beta, maria, bob, there, published, url })
    }

    /// What alpha has decided, as `host action`, by the running server.
    async fn listed(&self) -> anyhow::Result<Vec<String>> {
        let items = self.maria.list("/instance/peering").await?;
        items.iter().map(|item| Ok(format!("{} {}", text(item, "host")?, text(item, "action")?))).collect()
    }

    /// Bob's post, as alpha lets it in at the end.
    async fn let_in(&self, title: &str) -> anyhow::Result<Value> {
        let made = self.bob.submit(&self.there, title, "From beta.").await?;
        self.maria.eventually_post_from(HERE, &made["ap_id"], (&self.beta, self.alpha.host())).await
    }
}

// Commands are waited for on the thread that runs them, and the file is served meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_names_a_server_says_more_and_takes_it_back() -> anyhow::Result<()> {
    let world = World::start().await?;
    let beta = world.beta.host().to_owned();
    let other = "other.example,suspend,false".to_owned();
    world.published.says(std::slice::from_ref(&other));
    let subscribe = json!({ "url": world.url, "mode": "automatic", "interval_seconds": 21_600 });
    let made = world.maria.post("/instance/block-lists", subscribe).await?;
    ensure!(world.listed().await? == ["other.example block"], "{made}");
    world.let_in("Before").await?;

    let list = format!("/instance/block-lists/{}", text(&made["block_list"], "id")?);
    let refresh = async || world.maria.post(&format!("{list}/refresh"), json!({})).await;
    world.published.says(&[format!("{beta},silence,false"), other.clone()]);
    ensure!(refresh().await?["applied"] == 1);
    world.bob.submit(&world.there, "Meanwhile", "From beta.").await?;
    let held = world.maria.eventually_queued(HERE, "Meanwhile").await?;
    ensure!(held["reason"] == "host-limited", "{held}");

    world.published.says(&[format!("{beta},suspend,false"), other.clone()]);
    ensure!(refresh().await?["applied"] == 1);
    ensure!(world.listed().await? == [format!("{beta} block"), "other.example block".to_owned()]);

    // A source that breaks changes nothing, and says so: to the API, and to the command line beside the running server.
    world.published.breaks();
    let broken = refresh().await?;
    ensure!(text(&broken, "failure")?.contains("line 1"), "{broken}");
    let refused = world.alpha.cli(&["instance", "refresh", &world.url]);
    ensure!(refused.is_err(), "{refused:?}");
    let shown = world.alpha.cli(&["instance", "subscriptions"])?;
    ensure!(text(&shown["items"][0], "failure")?.contains("line 1"), "{shown}");
    ensure!(world.listed().await?.len() == 2, "it is in force still");

    world.published.says(&[other]);
    let back = refresh().await?;
    ensure!(back["applied"] == 1 && back["failure"].is_null(), "{back}");
    ensure!(refresh().await?["applied"] == 0);
    ensure!(world.published.statuses().last() == Some(&StatusCode::NOT_MODIFIED), "asked by its tag");
    world.let_in("After").await?;
    let ended = world.alpha.cli(&["instance", "unsubscribe", &world.url])?;
    ensure!(ended["changed"] == 1 && world.listed().await?.is_empty(), "{ended}");
    Ok(())
}
