//! The `OpenAPI` document against the routes. That bodies are as it says is checked with every request of every test.

use axum::http::Method;
use guildhall_domain::{admission::Layer, moderation::DecisionAction};
use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{API, Client, Here, document};

/// What scripts may rely on.
const CONTRACT: &[(&str, &str)] = &[
    ("get post", "/groups"),
    ("get patch", "/groups/{name}"),
    ("get put delete", "/groups/{name}/membership"),
    ("get", "/groups/{name}/decisions"),
    ("get", "/groups/{name}/reports"),
    ("get", "/instance/decisions"),
    ("get post", "/groups/{name}/posts"),
    ("get patch delete", "/posts/{id}"),
    ("get post", "/posts/{id}/comments"),
    ("get patch delete", "/comments/{id}"),
    ("get", "/posts/{id}/decisions"),
    ("get", "/comments/{id}/decisions"),
    ("put", "/posts/{id}/vote"),
    ("put", "/comments/{id}/vote"),
    ("get", "/groups/{name}/queue"),
    ("post", "/groups/{name}/queue/{item}/admit"),
    ("post", "/groups/{name}/queue/{item}/refuse"),
            .replace("{rule}", "no-links")
            .replace("{id}", entry.as_str().unwrap())
    };
    (alice, fill)
}
