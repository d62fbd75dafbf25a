//! The HTTP client of the peer, which keeps the status of each delivery: the crate takes every 4xx for done.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http::Extensions;
use reqwest::{Request, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next};
use serde_json::Value;

/// What inboxes answered: the status by (inbox, activity id).
#[derive(Debug, Clone, Default)]
pub(crate) struct Answers(Arc<Mutex<HashMap<(String, String), u16>>>);

impl Answers {
    /// The status of one delivery; `None`: no answer came.
    pub(crate) fn status(&self, inbox: &str, activity: &str) -> Option<u16> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get(&(inbox.to_owned(), activity.to_owned())).copied()
    }

    fn keep(&self, key: (String, String), status: u16) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, status);
    }
}

#[async_trait::async_trait]
impl Middleware for Answers {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        let key = delivery_of(&request);
        let response = next.run(request, extensions).await?;
        if let Some(key) = key {
            self.keep(key, response.status().as_u16());
        }
        Ok(response)
    }
}

/// Inbox and activity id, when the request is a delivery.
fn delivery_of(request: &Request) -> Option<(String, String)> {
    let activity: Value = serde_json::from_slice(request.body()?.as_bytes()?).ok()?;
    Some((request.url().to_string(), activity["id"].as_str()?.to_owned()))
}

/// A client for loopback: no proxy of the environment, and redirects are left to the crate.
pub(crate) fn with_answers_kept(answers: Answers) -> anyhow::Result<ClientWithMiddleware> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(10))
        .build()?;
    Ok(ClientBuilder::new(client).with(answers).build())
}
