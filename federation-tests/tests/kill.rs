//! SIGKILL in the middle of a small load: what was answered is there, once, and reaches whom it has to.

use std::{collections::HashMap, time::Duration};

use anyhow::{Context, ensure};
use futures_util::future::{join_all, try_join};
use guildhall_federation_tests::{
    ActivityPubPeer, Api, Engine, Server, ServerConfig, Software, eventually, eventually_within, text,
};
use serde_json::{Value, json};

const GROUP: &str = "gardening";

/// Writers at one time.
const WRITERS: usize = 4;

/// Comments of each, unless the server dies before.
const COMMENTS: usize = 50;

/// Killed when this many comments were answered.
const KILLED_AFTER: usize = 60;

#[tokio::test]
async fn on_sqlite_no_answered_comment_is_lost_or_doubled() -> anyhow::Result<()> {
    no_answered_comment_is_lost_or_doubled(Engine::Sqlite).await
}

#[tokio::test]
async fn on_postgresql_no_answered_comment_is_lost_or_doubled() -> anyhow::Result<()> {
    no_answered_comment_is_lost_or_doubled(Engine::Postgres).await
}

async fn no_answered_comment_is_lost_or_doubled(engine: Engine) -> anyhow::Result<()> {
    let config = ServerConfig::new("guildhall").on(engine).at_host("localhost");
    let mut server = Server::start(config).await?;
    let maria = server.account("maria")?;
    let group = server.group(GROUP, &["--moderator", "maria"])?;
    let peer = ActivityPubPeer::start(Software::Lemmy, &["peer"]).await?;
    peer.tell("follow", json!({ "group": group })).await?;
    peer.eventually_receives("Accept(Follow)", |_| true).await?;
    let post = maria.submit(GROUP, "Talk to me", "").await?;
    let (thread, post) = (text(&post, "id")?.to_owned(), post["ap_id"].clone());

    let answered = Answered::default();
    let here = join_all((0..WRITERS).map(|writer| write_here(&maria, &thread, writer, &answered)));
    let there = write_there(&peer, &post, &answered);
    let killed = async {
        eventually("half of the load", async || {
            let count = answered.count();
            ensure!(count >= KILLED_AFTER, "{count} answered");
            Ok(())
        })
        .await?;
        server.kill()
    };
    try_join(async { Ok(tokio::join!(here, there)) }, killed).await?;
    let answered = answered.take();
    ensure!(answered.len() < WRITERS * COMMENTS, "the load was over before the kill");

    server.resume().await?;
    let count = async || count_of_each(&maria, &thread).await;
    eventually_within(Duration::from_mins(1), "every answered comment is there once", async || {
        let found = count().await?;
        let missing: Vec<_> = answered.iter().filter(|text| found.get(*text) != Some(&1)).collect();
        ensure!(missing.is_empty(), "not there once: {missing:?}");
        Ok(())
    })
    .await?;
    let doubled: Vec<_> = count().await?.into_iter().filter(|(_, count)| *count > 1).collect();
    assert!(doubled.is_empty(), "{doubled:?}");

    // The lease of the killed server on the peer's host runs out first.
    eventually_within(Duration::from_secs(90), "every answered comment reaches the peer", async || {
        let announced = announced(&peer).await?;
        let missing: Vec<_> = answered.iter().filter(|text| !announced.contains(*text)).collect();
        ensure!(missing.is_empty(), "never announced: {missing:?}");
        Ok(())
    })
    .await
}

/// Texts of the comments that were answered with 2xx.
#[derive(Debug, Default)]
struct Answered(std::sync::Mutex<Vec<String>>);

impl Answered {
    fn add(&self, text: String) {
        if let Ok(mut texts) = self.0.lock() {
            texts.push(text);
        }
    }

    fn count(&self) -> usize {
        self.0.lock().map_or(0, |texts| texts.len())
    }

    fn take(&self) -> Vec<String> {
        self.0.lock().map(|texts| texts.clone()).unwrap_or_default()
    }
}

/// Comments by the API, one after the other, until one fails.
async fn write_here(maria: &Api, thread: &str, writer: usize, answered: &Answered) {
    for number in 0..COMMENTS {
        let text = format!("here-{writer}-{number}");
        if maria.comment(thread, None, &text).await.is_err() {
            return;
        }
        answered.add(text);
    }
}

/// Comments by federation, one after the other, until one is not taken.
async fn write_there(peer: &ActivityPubPeer, post: &Value, answered: &Answered) {
    for number in 0..COMMENTS {
        let text = format!("there-{number}");
        let Ok(sent) = peer.tell("reply", json!({ "in_reply_to": post, "content": text })).await else {
            return;
        };
        match sent["deliveries"][0]["status"].as_u64() {
            Some(200..300) => answered.add(text),
            _ => return,
        }
    }
}

/// How often each text is in the thread.
async fn count_of_each(maria: &Api, thread: &str) -> anyhow::Result<HashMap<String, usize>> {
    let mut found = HashMap::new();
    for comment in maria.list(&format!("/posts/{thread}/comments")).await? {
        *found.entry(bare(text(&comment, "content_html")?)).or_default() += 1;
    }
    Ok(found)
}

/// Texts that the peer was told of by the group.
async fn announced(peer: &ActivityPubPeer) -> anyhow::Result<Vec<String>> {
    let received = peer.received().await?;
    let wrapped =
        received.iter().filter(|one| one.understood_as.as_deref() == Some("Announce(Create(Note))"));
    wrapped
        .map(|one| Ok(bare(one.activity["object"]["object"]["content"].as_str().context("no content")?)))
        .collect()
}

/// `<p>here-1-2</p>` without its element.
fn bare(html: &str) -> String {
    html.trim().trim_start_matches("<p>").trim_end_matches("</p>").to_owned()
}
