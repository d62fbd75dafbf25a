//! The wave: posts of many people on many servers, signed ahead.

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use super::WORDS;
use crate::{
    activities::inbox_of,
    peers::{Peers, Signed},
    subject::Subject,
};

/// Posts of each person: spammers make many accounts.
const EACH: usize = 10;
/// Requests under way at one time.
const IN_FLIGHT: usize = 64;

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Signed posts, none sent yet.
pub(super) struct Wave(Vec<Signed>);

impl Wave {
    /// So many posts, host by host in turn.
    pub(super) fn sign(subject: &Subject, peers: &Peers, hosts: usize, posts: usize) -> anyhow::Result<Self> {
        let inbox = inbox_of(subject);
        let signed = (0..posts).map(|number| {
            let writer = number % posts.div_ceil(EACH);
            let actor = peers.actor(writer % hosts, &format!("spammer{writer}"));
            let title = format!("{WORDS} number {number}");
            peers.sign(&inbox, &page(&actor, &subject.group, number, &title))
        });
        Ok(Self(signed.collect::<anyhow::Result<_>>()?))
    }

    /// Sends all as fast as they are taken.
    pub(super) async fn send(self, peers: &Peers) -> anyhow::Result<()> {
        let requests = stream::iter(self.0).map(|signed| peers.send(signed));
        requests.buffer_unordered(IN_FLIGHT).try_collect().await
    }
}

/// A post to a group, as group-aware software writes it.
pub(super) fn page(actor: &str, group: &str, number: usize, title: &str) -> Value {
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": format!("{actor}/create/{number}"),
        "type": "Create",
        "actor": actor,
        "to": [group, PUBLIC],
        "object": {
            "id": page_id(actor, number),
            "type": "Page",
            "attributedTo": actor,
            "to": [group, PUBLIC],
            "audience": group,
            "name": title,
            "content": format!("<p>Text number {number}, of about the length that posts have, {title}.</p>"),
            "published": "2026-01-01T00:00:00Z",
        },
    })
}

/// The id of a post.
pub(super) fn page_id(actor: &str, number: usize) -> String {
    format!("{actor}/page/{number}")
}
