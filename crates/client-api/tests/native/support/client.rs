//! Requests, and the check of every answer against the document.

use axum::{
    Router,
    body::Body,
    http::{Method, Request, header},
};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use super::{answer::Answer, schema};

/// What all addresses begin with.
pub(crate) const API: &str = "/api/guildhall/v1";

/// Somebody who calls the API.
pub(crate) struct Client {
    router: Router,
    authorization: Option<String>,
}

impl Client {
    pub(super) fn new(router: Router, authorization: Option<String>) -> Self {
        Self { router, authorization }
    }

    /// What is sent as `Authorization`.
    pub(crate) fn authorization(&self) -> &str {
        self.authorization.as_deref().unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// A POST with an `Idempotency-Key`.
    pub(crate) async fn post_as(&self, key: &str, path: &str, body: Value) -> Answer {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        self.send_with(Method::POST, path, &headers, body.to_string()).await
    }

    /// A POST without a body.
    pub(crate) async fn call(&self, path: &str) -> Answer {
        self.send(Method::POST, path, None).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// A PUT without a body.
    pub(crate) async fn set(&self, path: &str) -> Answer {
        self.send(Method::PUT, path, None).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    pub(crate) async fn delete_because(&self, path: &str, body: Value) -> Answer {
        self.send(Method::DELETE, path, Some(body)).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let text = body.as_ref().map(ToString::to_string).unwrap_or_default();
        let content_type = body.is_some().then_some("application/json");
        let answer = self.send_text(method.clone(), path, content_type, text).await;
        if answer.status.is_success() {
            schema::check_request(&method, path, body.as_ref());
        }
        answer
    }

    /// Sends any body at all.
    pub(crate) async fn send_text(
        &self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: impl Into<Body>,
    ) -> Answer {
        let headers: Vec<_> = content_type.map(|value| ("content-type", value)).into_iter().collect();
        self.send_with(method, path, &headers, body).await
    }

    /// Sends any headers as well.
    pub(crate) async fn send_with(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method.clone()).uri(format!("{API}{path}"));
        if let Some(authorization) = &self.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        let answer = Answer { status: parts.status, headers: parts.headers, body };
        schema::check_answer(&method, path, &answer);
        answer
    }
}
