//! Asking for the same page again and again.

use std::time::Duration;

use anyhow::ensure;
use reqwest::{Client, StatusCode, header};

use crate::{report::Cost, subject::Subject};

/// A page in one representation.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) what: &'static str,
    /// All of these together make the page.
    pub(crate) paths: Vec<String>,
    pub(crate) accept: &'static str,
    pub(crate) gzip: bool,
}

/// Questions, however little they cost.
const MOST: usize = 4_000;

const HTML: &str = "text/html";
const JSON: &str = "application/json";
const ACTIVITY: &str = "application/activity+json";
const API: &str = "/api/guildhall/v1";

impl Page {
    fn new(what: &'static str, paths: Vec<String>, accept: &'static str) -> Self {
        Self { what, paths, accept, gzip: false }
    }

    fn zipped(self, what: &'static str) -> Self {
        Self { what, gzip: true, ..self }
    }

    /// Whether it has an entity tag: what the native API answers has none.
    pub(crate) fn is_tagged(&self) -> bool {
        self.accept != JSON
    }

    /// A thread for people.
    pub(crate) fn thread(id: &str) -> Self {
        Self::new("thread, HTML", vec![format!("/posts/{id}")], HTML)
    }

    /// The first page of a group for people.
    pub(crate) fn group(name: &str) -> Self {
        Self::new("group page, HTML", vec![format!("/groups/{name}")], HTML)
    }

    /// Everything that is asked for: a thread with 500 comments, a group, and a post that was written here.
    pub(crate) fn all(thread: &str, group: &str, own_post: &str) -> Vec<Self> {
        let post = format!("{API}/posts/{thread}");
        vec![
            Self::thread(thread),
            Self::thread(thread).zipped("thread, HTML, compressed"),
            Self::new("post, JSON", vec![post.clone()], JSON),
            Self::new("100 comments, JSON", vec![format!("{post}/comments?limit=100")], JSON),
            Self::new("post, ActivityPub", vec![own_post.to_owned()], ACTIVITY),
            Self::group(group),
            Self::group(group).zipped("group page, HTML, compressed"),
            Self::new("group page by activity, HTML", vec![format!("/groups/{group}?sort=active")], HTML),
            Self::new(
                "group and its posts, JSON",
                vec![format!("{API}/groups/{group}"), format!("{API}/groups/{group}/posts?limit=20")],
                JSON,
            ),
            Self::new("group, ActivityPub", vec![format!("/groups/{group}")], ACTIVITY),
            Self::new(
                "page of the outbox, ActivityPub",
                vec![format!("/groups/{group}/outbox?page=first")],
                ACTIVITY,
            ),
        ]
    }
}

/// The whole thread through the native API: its post, and its comments page by page.
pub(crate) async fn whole_thread(subject: &Subject, thread: &str) -> anyhow::Result<Page> {
    let post = format!("{API}/posts/{thread}");
    let first = format!("/posts/{thread}/comments?limit=100");
    let mut paths = vec![post, format!("{API}{first}")];
    let mut page = subject.server.anonymous().get(&first).await?;
    while let Some(cursor) = page["next"].as_str() {
        let path = format!("{first}&cursor={cursor}");
        page = subject.server.anonymous().get(&path).await?;
        paths.push(format!("{API}{path}"));
    }
    Ok(Page::new("whole thread, JSON, page by page", paths, JSON))
}

/// What a page costs, asked for until the server has spent so much on it; with `known`, by somebody who has it already.
pub(crate) async fn cost(
    subject: &Subject,
    page: &Page,
    spend: Duration,
    known: bool,
) -> anyhow::Result<Cost> {
    // Compressed only where it is asked for.
    let client = Client::builder().no_proxy().no_gzip().build()?;
    let mut tags = Vec::new();
    for path in &page.paths {
        tags.push(ask(&client, subject, page, path, None).await?);
    }
    // Twice: statements are prepared, what is kept is filled.
    for path in &page.paths {
        ask(&client, subject, page, path, None).await?;
    }
    let (before, mut count) = (subject.spent()?, 0);
    loop {
        for _ in 0..20 {
            for (path, tag) in page.paths.iter().zip(&tags) {
                ask(&client, subject, page, path, tag.as_deref().filter(|_| known)).await?;
            }
        }
        count += 20;
        let cost = subject.cost_since(before, count)?;
        if cost.spent.server >= spend || count >= MOST {
            return Ok(cost);
        }
    }
}

/// Asks once and gives the entity tag.
async fn ask(
    client: &Client,
    subject: &Subject,
    page: &Page,
    path: &str,
    known: Option<&str>,
) -> anyhow::Result<Option<String>> {
    let mut request =
        client.get(format!("{}{path}", subject.server.url())).header(header::ACCEPT, page.accept);
    if page.gzip {
        request = request.header(header::ACCEPT_ENCODING, "gzip");
    }
    if let Some(tag) = known {
        request = request.header(header::IF_NONE_MATCH, tag);
    }
    let answer = request.send().await?;
    let wanted = if known.is_some() { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    ensure!(answer.status() == wanted, "{path}: {} instead of {wanted}", answer.status());
    let tag = answer.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    let body = answer.bytes().await?;
    ensure!(known.is_some() || !body.is_empty(), "{path} is empty");
    Ok(tag)
}
