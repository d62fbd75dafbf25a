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
    ("get", "/instance/appeals"),
    ("get", "/groups/{name}/log"),
    ("get", "/groups/{name}/log-file"),
    ("get", "/groups/{name}/transparency"),
    ("get", "/instance/log"),
    ("get", "/instance/log-file"),
    ("get", "/instance/transparency"),
    ("get post", "/groups/{name}/posts"),
    ("get patch delete", "/posts/{id}"),
    ("get post", "/posts/{id}/comments"),
    ("get patch delete", "/comments/{id}"),
    ("get", "/posts/{id}/decisions"),
    ("get", "/comments/{id}/decisions"),
    ("put", "/posts/{id}/vote"),
    ("put", "/comments/{id}/vote"),
    ("put delete", "/groups/{name}/mutes/{handle}"),
    ("put delete", "/groups/{name}/probations/{handle}"),
    ("get", "/groups/{name}/copies"),
    ("get", "/posts/{id}/votes"),
    ("get", "/comments/{id}/votes"),
    ("post", "/cases/{case}/voters"),
    ("get", "/groups/{name}/queue"),
    ("post", "/groups/{name}/queue/{item}/admit"),
    ("post", "/groups/{name}/queue/{item}/refuse"),
    ("get", "/groups/{name}/peering"),
    ("put delete", "/groups/{name}/peering/{host}"),
    ("get post", "/groups/{name}/peering-file"),
    ("get", "/instance/peering"),
    ("put delete", "/instance/peering/{host}"),
    ("get post", "/instance/peering-file"),
    ("get post", "/instance/block-lists"),
    ("get patch delete", "/instance/block-lists/{id}"),
    ("get", "/instance/block-lists/{id}/changes"),
    ("post", "/instance/block-lists/{id}/accept"),
    ("post", "/instance/block-lists/{id}/refresh"),
    ("get put", "/groups/{name}/rulebook"),
    ("get", "/groups/{name}/rulebook/figures"),
    ("post", "/groups/{name}/rulebook/dry-run"),
    ("get put delete", "/groups/{name}/automatic-rules/{rule}"),
    ("get put", "/instance/rulebook"),
    ("get", "/instance/rulebook/figures"),
    ("post", "/instance/rulebook/dry-run"),
    ("get put delete", "/instance/automatic-rules/{rule}"),
    ("get", "/groups/{name}/queue/{item}/explain"),
    ("get", "/posts/{id}/explain"),
    ("get", "/comments/{id}/explain"),
    ("get put delete", "/groups/{name}/people/{handle}/trust"),
    ("get", "/openapi.json"),
];

const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

on_both_engines! {
    async fn what_is_documented_is_there_and_nothing_else(db: Db) {
        let here = Here::start(db);
        let (alice, thing) = thing(&here).await;
        for (template, item) in paths() {
            for method in METHODS {
                let path = thing(template);
                let method_name = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                let answer = alice.send_text(method_name, &path, None, "").await;
                let code = answer.body["code"].as_str().unwrap_or_default();
                let is_there = !matches!(code, "no-such-address" | "not-found" | "method-not-allowed");
                assert_eq!(is_there, item.get(method).is_some(), "{method} {path}: {} {}", answer.status, answer.body);
            }
        }
    }

    async fn the_document_is_served_as_it_is_tested(db: Db) {
        let here = Here::start(db);
        let served = here.anybody().get("/openapi.json").await.ok();
        assert_eq!(&served, document());
        assert!(served["openapi"].as_str().unwrap().starts_with("3.1"), "{}", served["openapi"]);
    }
}

#[test]
fn the_contract_is_documented_to_the_letter() {
    for (methods, path) in CONTRACT {
        let item = &document()["paths"][format!("{API}{path}")];
        for method in methods.split(' ') {
            assert!(item[method].is_object(), "{method} {path}");
        }
    }
}

#[test]
fn every_operation_has_a_name_of_its_own_a_summary_and_its_refusals() {
    let mut names = Vec::new();
    for (template, item) in paths() {
        for operation in METHODS.iter().filter_map(|&method| item.get(method)) {
            assert!(operation["summary"].is_string(), "{template}");
            assert!(
                operation["responses"]["default"]["content"]["application/problem+json"].is_object(),
                "{template}"
            );
            names.push(operation["operationId"].as_str().unwrap());
        }
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn whatever_is_sent_always_has_all_its_members() {
    for name in [
        "Post",
        "DeletedComment",
        "Group",
        "Membership",
        "Access",
        "Foreseen",
        "Invitation",
        "JoinAnswer",
        "JoinRequest",
        "Vouches",
        "QueueItem",
        "Poll",
        "PollOption",
        "Attachment",
        "Decision",
        "Explanation",
        "ExplainedNow",
        "Figures",
        "Rulebook",
        "RuleTrial",
        "Trial",
        "Trust",
        "Report",
        "Person",
        "Rule",
        "List_Post",
        "ListedServer",
        "ImportedServers",
        "BlockList",
        "BlockListChange",
        "LogEntry",
        "LogFile",
        "Transparency",
        "RuleUse",
        "Waited",
        "Voter",
        "VotePattern",
        "CopiesOnServer",
    ] {
        let schema = &document()["components"]["schemas"][name];
        let members: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
        for member in members {
            assert!(schema["required"].as_array().unwrap().contains(&json!(member)), "{name}.{member}");
        }
    }
}

#[test]
fn the_words_of_decisions_are_those_of_the_record() {
    let members = &document()["components"]["schemas"]["Decision"]["properties"];
    let words = |names: Vec<&str>| format!("^({})$", names.join("|"));
    let actions = DecisionAction::ALL.iter().map(|action| action.as_str()).collect();
    assert_eq!(members["action"]["pattern"], words(actions));
    let layers = Layer::ALL.iter().map(|layer| layer.as_str()).collect();
    assert_eq!(members["layer"]["pattern"], words(layers));
}

fn paths() -> impl Iterator<Item = (&'static str, &'static serde_json::Map<String, Value>)> {
    let paths = document()["paths"].as_object().unwrap();
    paths.iter().map(|(template, item)| (template.strip_prefix(API).unwrap(), item.as_object().unwrap()))
}

/// A moderator, and a way to fill addresses with what exists: each time with something new, since it may be deleted.
async fn thing(here: &Here) -> (Client, impl Fn(&str) -> String) {
    let (alice, bob) = here.garden(json!({})).await;
    alice.post("/groups", json!({ "name": "books" })).await.created();
    let mut posts = Vec::new();
    let mut comments = Vec::new();
    for _ in 0..60 {
        let post = alice.post("/groups/garden/posts", json!({ "title": "x" })).await.created()["id"].clone();
        let path = format!("/posts/{}/comments", post.as_str().unwrap());
        comments.push(alice.post(&path, json!({ "content": "x" })).await.created()["id"].clone());
        posts.push(post);
    }
    let removed = bob.post("/groups/garden/posts", json!({ "title": "x" })).await.created()["id"].clone();
    alice.delete(&format!("/posts/{}", removed.as_str().unwrap())).await;
    let told = bob.get("/notices").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
    let made = bob.post(&format!("/notices/{told}/appeal"), json!({ "text": "Why?" })).await.ok();
    let appeal = made["appeal"]["id"].as_str().unwrap().to_owned();
    let notice = alice.get("/notices").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
    alice.patch("/groups/garden", json!({ "admission": "approval" })).await.ok();
    bob.set("/groups/garden/membership").await;
    let queue = alice.get("/groups/garden/queue").await.ok();
    let item = queue["items"][0]["id"].as_str().unwrap().to_owned();
    let made = alice.post("/groups/garden/invitations", json!({})).await.created();
    let invitation = made["invitation"]["id"].as_str().unwrap().to_owned();
    let theirs = bob.post("/groups/garden/posts", json!({ "title": "y" })).await.created()["id"].clone();
    let theirs = theirs.as_str().unwrap();
    alice.post(&format!("/posts/{theirs}/report"), json!({ "text": "x" })).await.done();
    let cases = alice.get("/groups/garden/cases").await.ok();
    let case = cases["items"][0]["id"].as_str().unwrap().to_owned();
    let used = std::cell::Cell::new(0);
    let fill = move |template: &str| {
        let number = used.replace(used.get() + 1) % posts.len();
        let entry = if template.starts_with("/posts") { &posts[number] } else { &comments[number] };
        let id = match template {
            told if told.starts_with("/notices") => &notice,
            made if made.starts_with("/appeals") => &appeal,
            _ => entry.as_str().unwrap(),
        };
        template
            .replace("{name}", "garden")
            .replace("{handle}", "bob")
            .replace("{partner}", "books")
            .replace("{item}", &item)
            .replace("{rule}", "no-links")
            .replace("{host}", "bad.example")
            .replace("{invitation}", &invitation)
            .replace("{case}", &case)
            .replace("{id}", id)
    };
    (alice, fill)
}
