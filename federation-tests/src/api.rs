//! A client of the native API, and of anything else that a server answers with JSON.

use anyhow::{Context, bail, ensure};
use reqwest::{Client, Method, RequestBuilder, StatusCode, header};
use serde_json::Value;

/// The native API's addresses begin with this.
const PREFIX: &str = "/api/guildhall/v1";

/// One person's access to one server; without a token, anybody's.
#[derive(Debug, Clone)]
pub struct Api {
    client: Client,
    base: String,
    token: Option<String>,
}

/// What is looked at of an answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// The seconds of `Retry-After`.
    pub retry_after: Option<u64>,
    /// The body; null when it is not JSON.
    pub body: Value,
}

impl Api {
    /// A client of the server at `base`, which has no trailing slash.
    pub(crate) fn new(client: Client, base: &str, token: Option<String>) -> Self {
        Self { client, base: base.to_owned(), token }
    }

    /// Reads. Paths of the native API are given without their prefix: `/groups`.
    ///
    /// # Errors
    /// When the answer is not a success; so it is for all of these.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.done(Method::GET, path, None).await
    }

    /// Makes something.
    ///
    /// # Errors
    /// As [`Api::get`].
    pub async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.done(Method::POST, path, Some(body)).await
    }

    /// Sets something.
    ///
    /// # Errors
    /// As [`Api::get`].
    pub async fn put(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.done(Method::PUT, path, Some(body)).await
    }

    /// Changes something.
    ///
    /// # Errors
    /// As [`Api::get`].
    pub async fn patch(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.done(Method::PATCH, path, Some(body)).await
    }

    /// Deletes something, with a reason when `body` has one.
    ///
    /// # Errors
    /// As [`Api::get`].
    pub async fn delete(&self, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        self.done(Method::DELETE, path, body).await
    }

    /// All items of a list, over all of its pages.
    ///
    /// # Errors
    /// As [`Api::get`].
    pub async fn list(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut page = self.get(path).await?;
        loop {
            items.extend(page["items"].as_array().context("a list without items")?.iter().cloned());
            let Some(cursor) = page["next"].as_str() else { return Ok(items) };
            let separator = if path.contains('?') { '&' } else { '?' };
            page = self.get(&format!("{path}{separator}cursor={cursor}")).await?;
        }
    }

    /// Asks the native API and takes any answer.
    ///
    /// # Errors
    /// When none comes.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Answer> {
        Answer::read(self.request(method, path, body).send().await?).await
    }

    /// As [`Api::ask`] with POST, with an `Idempotency-Key`: the same may be asked again.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn post_as(&self, key: &str, path: &str, body: Value) -> anyhow::Result<Answer> {
        let request = self.request(Method::POST, path, Some(body)).header("Idempotency-Key", key);
        Answer::read(request.send().await?).await
    }

    fn request(&self, method: Method, path: &str, body: Option<Value>) -> RequestBuilder {
        let mut request = self.client.request(method, format!("{}{PREFIX}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header(header::CONTENT_TYPE, "application/json").body(body.to_string());
        }
        request
    }

    /// Reads an address of this server as an ActivityPub document.
    ///
    /// # Errors
    /// When there is no answer, or none in JSON.
    pub async fn activitypub(&self, url: &str) -> anyhow::Result<Answer> {
        let accept = "application/activity+json";
        let answer = Answer::read(self.client.get(url).header(header::ACCEPT, accept).send().await?).await?;
        ensure!(!answer.body.is_null(), "{url} is no JSON: {answer:?}");
        Ok(answer)
    }

    async fn done(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let Answer { status, body, .. } = self.ask(method.clone(), path, body).await?;
        if !status.is_success() {
            bail!("{method} {path}: {status} {body}");
        }
        Ok(body)
    }
}

impl Answer {
    /// Reads an answer to its end.
    pub(crate) async fn read(answer: reqwest::Response) -> anyhow::Result<Self> {
        let status = answer.status();
        let retry_after = answer.headers().get(header::RETRY_AFTER);
        let retry_after = retry_after.and_then(|seconds| seconds.to_str().ok()?.parse().ok());
        let body = serde_json::from_str(&answer.text().await?).unwrap_or_default();
        Ok(Self { status, retry_after, body })
    }

    /// The answer, when it has this status.
    ///
    /// # Errors
    /// When it has another.
    pub fn expect(self, status: StatusCode) -> anyhow::Result<Value> {
        ensure!(self.status == status, "{} instead of {status}: {}", self.status, self.body);
        Ok(self.body)
    }
}
