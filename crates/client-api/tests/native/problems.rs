//! Requests that cannot be read.

use axum::http::{Method, header};
use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::json;

use crate::support::Here;

const JSON: Option<&str> = Some("application/json");

on_both_engines! {
    async fn a_body_that_is_no_json_is_told_apart_from_one_with_wrong_fields(db: Db) {
        let here = Here::start(db);
        let alice = here.person("alice").await;
        for text in ["", "{", "{\"name\":\"garden\"} x", "name=garden"] {
            alice.send_text(Method::POST, "/groups", JSON, text).await.problem(400, "invalid-json");
        }
        for text in ["[]", "null", "5"] {
            alice.send_text(Method::POST, "/groups", JSON, text).await.problem(422, "invalid-field");
        }
        let problem = alice.post("/groups", json!({ "name": 5 })).await.field_problem(422, "name");
        assert_eq!(problem["detail"], "Invalid type: integer `5`, expected a string.");
    }

    async fn a_body_that_says_to_be_something_else_is_refused(db: Db) {
        let here = Here::start(db);
        let alice = here.person("alice").await;
        let group = "{\"name\":\"garden\"}";
        let form = Some("application/x-www-form-urlencoded");
        alice.send_text(Method::POST, "/groups", form, group).await.problem(415, "json-wanted");
        alice.send_text(Method::POST, "/groups", Some("application/json; charset=utf-8"), group).await.created();
        alice.send_text(Method::PUT, "/groups/garden/bans/alice", form, "").await.done();
    }

    async fn a_body_that_is_too_large_is_refused(db: Db) {
        let here = Here::start(db);
        let alice = here.person("alice").await;
        let body = format!("{{\"name\":\"{}\"}}", "x".repeat(3 << 20));
        alice.send_text(Method::POST, "/groups", JSON, body).await.problem(413, "unreadable-body");
    }

    async fn an_address_that_cannot_be_read_says_which_part(db: Db) {
        let here = Here::start(db);
        let anybody = here.anybody();
        for path in ["/posts/abc", "/posts/0", "/posts/-1", "/posts/99999999999999999999", "/comments/1.5"] {
            anybody.get(path).await.field_problem(400, "id");
        }
        for path in ["/groups/a@b@c", "/groups/a%20b", "/groups/%FF"] {
            anybody.get(path).await.field_problem(400, "name");
        }
        anybody.get("/posts/1").await.problem(404, "not-found");
        anybody.get("/groups/nowhere").await.problem(404, "not-found");
    }

    async fn addresses_and_methods_that_mean_nothing_are_problems_too(db: Db) {
        let here = Here::start(db);
        let anybody = here.anybody();
        for path in ["", "/", "/nothing", "/groups/garden/nothing", "/posts"] {
            anybody.get(path).await.problem(404, "no-such-address");
        }
        let answer = anybody.send_text(Method::PUT, "/groups", None, "").await;
        let allowed = answer.header(&header::ALLOW).to_owned();
        assert!(allowed.contains("GET") && allowed.contains("POST") && !allowed.contains("PUT"), "{allowed}");
        answer.problem(405, "method-not-allowed");
    }
}
