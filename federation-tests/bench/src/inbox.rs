//! Inbox: signed comments into a group with 50 follower hosts, from 64 actors, 16 in flight.

use std::time::Instant;

use anyhow::{Context, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use guildhall_federation_tests::{Engine, Server, eventually_within};
use serde_json::{Value, json};

use crate::{cpu::Spent, peers::Peers, report::Figure};

const HOSTS: u32 = 50;
const ACTORS: usize = 64;
const IN_FLIGHT: usize = 16;

pub(crate) async fn measure(server: &Server, engine: Engine, quick: bool) -> anyhow::Result<Vec<Figure>> {
    let count = if quick { 500 } else { 4_000 };
    // Microblogs take no comments, so that what is measured is taking them in.
    let peers = Peers::start(HOSTS, "mastodon").await?;
    let group = server.group("measured", &[])?;
    let owner = server.account("owner")?;
    let post = owner.post("/groups/measured/posts", json!({"title": "A thread", "content": "Text"})).await?;
    let thread = post["ap_id"].as_str().context("no ap_id")?.to_owned();
    let id = post["id"].as_str().context("no id")?.to_owned();
    follow(&peers, server, &group).await?;
    // Every actor is known before the clock starts: what is measured is not the fetching of actors.
    let warm_up = comments(&peers, server, &group, &thread, 0..ACTORS)?;
    send(&peers, warm_up).await?;
    arrived(server, &id, ACTORS).await?;

    let signed = comments(&peers, server, &group, &thread, ACTORS..ACTORS + count)?;
    let (before, start) = (Spent::so_far(server, engine)?, Instant::now());
    send(&peers, signed).await?;
    let accepted = start.elapsed();
    arrived(server, &id, ACTORS + count).await?;
    let spent = Spent::so_far(server, engine)?.since(before);
    let operations = u32::try_from(count)?;
    Ok(vec![Figure {
        what: format!("inbox: comment into a group of {HOSTS} hosts"),
        engine,
        operations,
        spent,
        wall: accepted,
    }])
}

/// One follower on each host, all of them members by the end.
pub(crate) async fn follow(peers: &Peers, server: &Server, group: &str) -> anyhow::Result<()> {
    let inbox = format!("{}/inbox", server.url());
    let mut signed = Vec::new();
    for number in 0..peers.count() {
        let actor = peers.actor(number, "follower");
        let id = format!("{actor}/follow");
        signed
            .push(peers.sign(&inbox, &json!({"id": id, "type": "Follow", "actor": actor, "object": group}))?);
    }
    send(peers, signed).await?;
    let wanted = u32::try_from(peers.count())?;
    // Each is answered by an Accept.
    eventually_within(std::time::Duration::from_mins(2), "everybody is a member", async || {
        let delivered = peers.delivered();
        ensure!(delivered >= wanted, "{delivered} of {wanted}");
        Ok(())
    })
    .await
}

fn comments(
    peers: &Peers,
    server: &Server,
    group: &str,
    thread: &str,
    numbers: std::ops::Range<usize>,
) -> anyhow::Result<Vec<crate::peers::Signed>> {
    let inbox = format!("{}/inbox", server.url());
    numbers.map(|number| peers.sign(&inbox, &comment(peers, group, thread, number))).collect()
}

fn comment(peers: &Peers, group: &str, thread: &str, number: usize) -> Value {
    let actor = peers.actor(number % ACTORS, &format!("writer{}", number % ACTORS));
    let public = "https://www.w3.org/ns/activitystreams#Public";
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": format!("{actor}/create/{number}"),
        "type": "Create",
        "actor": actor,
        "to": [public],
        "cc": [group],
        "object": {
            "id": format!("{actor}/note/{number}"),
            "type": "Note",
            "attributedTo": actor,
            "to": [public],
            "cc": [group],
            "inReplyTo": thread,
            "content": format!("<p>Comment number {number}, of about the length that comments have.</p>"),
            "published": "2026-01-01T00:00:00Z",
        },
    })
}

async fn send(peers: &Peers, signed: Vec<crate::peers::Signed>) -> anyhow::Result<()> {
    stream::iter(signed).map(|signed| peers.send(signed)).buffer_unordered(IN_FLIGHT).try_collect().await
}

async fn arrived(server: &Server, post: &str, wanted: usize) -> anyhow::Result<()> {
    let api = server.anonymous();
    let path = format!("/posts/{post}");
    eventually_within(std::time::Duration::from_mins(3), "every comment is there", async || {
        let count = api.get(&path).await?["comment_count"].as_u64().unwrap_or(0);
        ensure!(count >= u64::try_from(wanted)?, "{count} of {wanted}");
        Ok(())
    })
    .await
}
