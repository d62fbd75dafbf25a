//! What the independent peers have in common: `/control/…` over HTTP.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use reqwest::{Client, header};
use serde_json::Value;

use crate::{Process, eventually};

/// A peer that does what it is told and keeps what it receives.
#[derive(Debug)]
pub struct RemoteControl {
    process: Process,
    url: String,
    client: Client,
}

/// A request to a peer's inbox.
#[derive(Debug, Clone)]
pub struct Received {
    /// The body.
    pub activity: Value,
    /// The types from outside in, such as `Announce(Create(Page))`; `None`: the peer refused it.
    pub understood_as: Option<String>,
    /// All that the peer kept of it.
    pub record: Value,
}

impl RemoteControl {
    /// Waits for the peer to print its URL.
    pub(crate) async fn new(mut process: Process) -> anyhow::Result<Self> {
        let is_url = |line: &str| line.starts_with("http://").then(|| line.trim().to_owned());
        let url = process.line("its URL", is_url).await?;
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?;
        Ok(Self { process, url, client })
    }

    /// The address without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The host as it stands in handles, with its port.
    pub fn host(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// The running program.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Tells the peer to do something and gives its answer.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn tell(&self, command: &str, body: Value) -> anyhow::Result<Value> {
        let request = self.client.post(format!("{}/control/{command}", self.url));
        let request = request.header(header::CONTENT_TYPE, "application/json").body(body.to_string());
        let answer = request.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "{command} {body}: {status} {text}");
        Ok(serde_json::from_str(&text)?)
    }

    /// Reads `/control/WHAT`.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn show(&self, what: &str) -> anyhow::Result<Value> {
        let answer = self.client.get(format!("{}/control/{what}", self.url)).send().await?;
        Ok(serde_json::from_str(&answer.text().await?)?)
    }

    /// Everything that came, refused activities too.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn received(&self) -> anyhow::Result<Vec<Received>> {
        let records = self.show("received").await?;
        let records = records.as_array().context("no list")?;
        Ok(records.iter().map(Received::from_record).collect())
    }

    /// Waits for an activity that the peer understood as `shape` and that `wanted` is true of.
    ///
    /// # Errors
    /// When it does not come within 30 s; says what came instead.
    pub async fn eventually_receives(
        &self,
        shape: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Received> {
        eventually(&format!("{} receives {shape}", self.url), async || {
            let received = self.received().await?;
            let fits = |one: &&Received| one.understood_as.as_deref() == Some(shape) && wanted(&one.activity);
            match received.iter().find(fits) {
                Some(found) => Ok(found.clone()),
                None => {
                    bail!("received only {:#?}", received.iter().map(Received::headline).collect::<Vec<_>>())
                }
            }
        })
        .await
    }

    /// Every activity that came has been understood.
    ///
    /// # Errors
    /// Names those that were not.
    pub async fn has_refused_nothing(&self) -> anyhow::Result<()> {
        let received = self.received().await?;
        let refused: Vec<_> = received.iter().filter(|one| one.understood_as.is_none()).collect();
        ensure!(refused.is_empty(), "refused: {refused:#?}");
        Ok(())
    }
}

impl Received {
    fn from_record(record: &Value) -> Self {
        Self {
            activity: record["activity"].clone(),
            understood_as: record["understood_as"].as_str().map(str::to_owned),
            record: record.clone(),
        }
    }

    fn headline(&self) -> String {
        let shape = self.understood_as.as_deref().unwrap_or("refused");
        format!("{shape} {} {}", self.activity["id"], self.record["error"])
    }
}
