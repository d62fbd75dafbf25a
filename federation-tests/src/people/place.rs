//! A group here with posts to talk about, and a follower on each of some other servers.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{Api, Hosts, Server, eventually, text};

/// The public, in an address.
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// The name of the group.
const GROUP: &str = "gardening";

/// Posts to comment and to vote on.
const POSTS: usize = 4;

/// Somebody with an account here.
#[derive(Debug, Clone)]
pub struct Account {
    /// Their access.
    pub api: Api,
    /// Their global id.
    pub actor: String,
}

/// A post.
#[derive(Debug, Clone)]
pub struct Post {
    /// Its id in the API.
    pub id: String,
    /// Its global id.
    pub ap_id: String,
}

/// Where people meet.
#[derive(Debug)]
pub struct Place {
    /// The other servers. All of them are group-aware, so that they are told every activity as it is.
    pub hosts: Hosts,
    /// Where they send.
    pub inbox: String,
    /// The group's global id.
    pub group: String,
    /// Its posts.
    pub posts: Vec<Post>,
    times: AtomicUsize,
}

impl Account {
    /// Makes accounts of these names.
    ///
    /// # Errors
    /// When a command is refused.
    pub fn make(server: &Server, names: &[&str]) -> anyhow::Result<Vec<Self>> {
        let make = |name: &&str| {
            Ok(Self { api: server.account(name)?, actor: format!("{}/users/{name}", server.url()) })
        };
        names.iter().map(make).collect()
    }
}

impl Place {
    /// Makes a group with posts of `author`, whose name is `moderator`, and has somebody on each of `hosts` servers follow
    /// it.
    ///
    /// # Errors
    /// When something of it is refused, or a follower is not accepted.
    pub async fn start(server: &Server, moderator: &str, author: &Api, hosts: u8) -> anyhow::Result<Self> {
        let group = server.group(GROUP, &["--moderator", moderator])?;
        let mut posts = Vec::new();
        for number in 0..POSTS {
            let post = author.submit(GROUP, &format!("Post {number}"), "").await?;
            posts.push(Post { id: text(&post, "id")?.to_owned(), ap_id: text(&post, "ap_id")?.to_owned() });
        }
        let place = Self {
            hosts: Hosts::start(hosts, "lemmy").await?,
            inbox: format!("{}/inbox", server.url()),
            group,
            posts,
            times: AtomicUsize::new(0),
        };
        for host in 0..place.hosts.count() {
            place.follow(host).await?;
        }
        Ok(place)
    }

    async fn follow(&self, host: usize) -> anyhow::Result<()> {
        let actor = self.hosts.actor(host, "follower");
        let id = format!("{actor}/follow");
        let follow = json!({"id": id, "type": "Follow", "actor": actor, "object": self.group});
        self.hosts.send(&self.inbox, &follow).await?.expect(StatusCode::ACCEPTED)?;
        eventually("an Accept", async || {
            let arrivals = self.hosts.arrivals(host);
            let is_accept = |activity: &Value| activity["type"] == "Accept" && activity["object"]["id"] == id;
            let accept = arrivals.iter().find(|arrival| is_accept(&arrival.activity));
            accept.map(drop).with_context(|| format!("only {arrivals:?}"))
        })
        .await
    }

    /// The number of the time that begins.
    pub(super) fn begin(&self) -> usize {
        self.times.fetch_add(1, Ordering::Relaxed)
    }

    /// What a person elsewhere does in the group, for everybody to see.
    pub fn activity(&self, id: &str, actor: &str, kind: &str, object: &Value) -> Value {
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": id,
            "type": kind,
            "actor": actor,
            "to": [PUBLIC],
            "cc": [self.group],
            "object": object,
        })
    }

    /// A comment of a person elsewhere on one of the posts, counted round.
    pub fn note(&self, id: &str, actor: &str, post: usize, text: &str) -> Value {
        json!({
            "id": id,
            "type": "Note",
            "attributedTo": actor,
            "to": [PUBLIC],
            "cc": [self.group],
            "inReplyTo": self.posts[post % self.posts.len()].ap_id,
            "content": format!("<p>{text}</p>"),
            "published": "2026-01-01T00:00:00Z",
        })
    }
}
