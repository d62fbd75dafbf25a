//! What other servers send: follows and comments, signed ahead.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use anyhow::ensure;
use futures_util::{StreamExt, TryStreamExt, stream};
use guildhall_federation_tests::eventually_within;
use serde_json::{Value, json};

use crate::{
    peers::{Peers, Signed},
    report::Cost,
    subject::{Subject, Thread},
};

/// Actors that write.
pub(crate) const ACTORS: usize = 64;
/// Requests under way at one time.
const IN_FLIGHT: usize = 16;

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// One follower on each of these hosts; all of them are members of the group by the end.
pub(crate) async fn follow(
    peers: &Peers,
    subject: &Subject,
    group: &str,
    hosts: Range<usize>,
) -> anyhow::Result<()> {
    let before = peers.delivered();
    let wanted = before + u32::try_from(hosts.len())?;
    let inbox = inbox_of(subject);
    let name = group.rsplit('/').next().unwrap_or_default();
    let follows = hosts.map(|host| {
        let actor = peers.actor(host, "follower");
        let id = format!("{actor}/follow/{name}");
        peers.sign(&inbox, &json!({"id": id, "type": "Follow", "actor": actor, "object": group}))
    });
    send(peers, follows.collect::<anyhow::Result<_>>()?).await?;
    // Each is answered by an Accept.
    eventually_within(Duration::from_mins(5), "everybody is a member", async || {
        let delivered = peers.delivered();
        ensure!(delivered >= wanted, "{} of {}", delivered - before, wanted - before);
        Ok(())
    })
    .await
}

/// What taking comments in has cost, from the first request to the last row of the delivery log.
pub(crate) struct TakenIn {
    pub(crate) cost: Cost,
    /// Until the last was answered 202.
    pub(crate) accepted: Duration,
    /// Until the last was applied and told.
    pub(crate) done: Duration,
}

impl TakenIn {
    /// Several, one after another, as one.
    pub(crate) fn all(parts: Vec<Self>) -> Self {
        let (mut cost, mut accepted, mut done) = (Cost::NOTHING, Duration::ZERO, Duration::ZERO);
        for part in parts {
            cost = cost.and(part.cost);
            accepted += part.accepted;
            done += part.done;
        }
        Self { cost, accepted, done }
    }
}

/// Sends comments that are not known yet and waits for what becomes of them.
pub(crate) async fn take_in(
    peers: &Peers,
    subject: &Subject,
    comments: Vec<Signed>,
) -> anyhow::Result<TakenIn> {
    let count = comments.len();
    let wanted = subject.comments().await? + i64::try_from(count)?;
    let (before, start) = (subject.spent()?, Instant::now());
    send(peers, comments).await?;
    let accepted = start.elapsed();
    subject.settled(wanted).await?;
    Ok(TakenIn { cost: subject.cost_since(before, count)?, accepted, done: start.elapsed() })
}

/// Signed comments, the n-th by one of the actors on the n-th thread, over and over.
pub(crate) fn comments(
    peers: &Peers,
    subject: &Subject,
    threads: &[Thread],
    numbers: Range<usize>,
) -> anyhow::Result<Vec<Signed>> {
    let inbox = inbox_of(subject);
    let signed = numbers.map(|number| {
        let thread = &threads[number % threads.len()];
        peers.sign(&inbox, &comment(peers, thread, number))
    });
    signed.collect()
}

/// The shared inbox of the measured server.
pub(crate) fn inbox_of(subject: &Subject) -> String {
    format!("{}/inbox", subject.server.url())
}

fn comment(peers: &Peers, thread: &Thread, number: usize) -> Value {
    let actor = peers.actor(number % ACTORS, &format!("writer{}", number % ACTORS));
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": format!("{actor}/create/{number}"),
        "type": "Create",
        "actor": actor,
        "to": [PUBLIC],
        "cc": [thread.group],
        "object": {
            "id": format!("{actor}/note/{number}"),
            "type": "Note",
            "attributedTo": actor,
            "to": [PUBLIC],
            "cc": [thread.group],
            "inReplyTo": thread.post,
            "content": format!("<p>Comment number {number}, of about the length that comments have.</p>"),
            "published": "2026-01-01T00:00:00Z",
        },
    })
}

async fn send(peers: &Peers, signed: Vec<Signed>) -> anyhow::Result<()> {
    stream::iter(signed).map(|signed| peers.send(signed)).buffer_unordered(IN_FLIGHT).try_collect().await
}
