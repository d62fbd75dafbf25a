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
        for (text, detail) in [
            ("", "A JSON object is wanted, and the body is empty."),
            ("{", "This is not JSON: look at line 1, column 1."),
            ("{\"name\":\"garden\"} x", "This is not JSON: look at line 1, column 19."),
            ("name=garden", "This is not JSON: look at line 1, column 2."),
        ] {
            let problem = alice.send_text(Method::POST, "/groups", JSON, text).await.problem(400, "invalid-json");
            assert_eq!(problem["detail"], detail);
        }
        for text in ["[]", "[\"garden\"]", "null", "5"] {
            let problem = alice.send_text(Method::POST, "/groups", JSON, text).await.problem(422, "invalid-field");
            assert_eq!(problem["detail"], "An object, {…}, is wanted.");
        }
    }

    async fn a_field_that_does_not_fit_is_named_with_what_is_wanted(db: Db) {
        let here = Here::start(db);
        let (alice, _, post) = here.garden_with_post().await;
        let (groups, vote) = ("/groups".to_owned(), format!("/posts/{post}/vote"));
        let cases = [
            (Method::POST, &groups, "{\"name\": 5}", "name", "A text is wanted."),
            (Method::POST, &groups, "{}", "name", "This field is needed."),
            (Method::POST, &groups, "{\"name\": \"a\", \"name\": \"b\"}", "name", "This field is given twice."),
            (Method::POST, &groups, "{\"name\": \"a\", \"review\": {\"all\": null}}", "review", "None, first or all is wanted."),
            (Method::POST, &groups, "{\"name\": \"a\", \"rules\": [[\"Be kind\", \"\"]]}", "rules[0]", "An object, {…}, is wanted."),
            (Method::PUT, &vote, "{\"value\": \"1\"}", "value", "A whole number is wanted."),
            (Method::PUT, &vote, "{\"value\": 1.5}", "value", "A whole number is wanted."),
            (Method::PUT, &vote, "{\"vote\": 1}", "vote", "There is no such field; value can be given."),
            (Method::PUT, &vote, "[1]", "", "An object, {…}, is wanted."),
        ];
        for (method, path, text, field, detail) in cases {
            let problem = alice.send_text(method, path, JSON, text).await.problem(422, "invalid-field");
            assert_eq!((problem["field"].as_str().unwrap_or_default(), &problem["detail"]), (field, &json!(detail)), "{text}");
        }
        let lock = format!("/posts/{post}/lock");
        alice.send_text(Method::PUT, &lock, JSON, "[\"heated\"]").await.problem(422, "invalid-field");
        alice.send_text(Method::PUT, &lock, JSON, "null").await.ok();
    }

    async fn a_body_that_says_to_be_something_else_is_refused(db: Db) {
        let here = Here::start(db);
        let alice = here.person("alice").await;
        let group = "{\"name\":\"garden\"}";
        let form = Some("application/x-www-form-urlencoded");
        alice.send_text(Method::POST, "/groups", form, group).await.problem(415, "json-wanted");
        alice.send_text(Method::POST, "/groups", Some("application/json; charset=utf-8"), group).await.created();
        here.person("bob").await;
        alice.send_text(Method::PUT, "/groups/garden/bans/bob", form, "").await.done();
    }

    async fn a_body_that_is_too_large_is_refused(db: Db) {
        let here = Here::start(db);
        let alice = here.person("alice").await;
        let body = format!("{{\"name\":\"{}\"}}", "x".repeat(3 << 20));
        let problem = alice.send_text(Method::POST, "/groups", JSON, body).await.problem(413, "body-too-large");
        assert_eq!(problem["detail"], "This is larger than this server takes at once; a text has at most 100000 bytes.");
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
        let detail = async |path| anybody.get(path).await.problem(400, "invalid-address")["detail"].clone();
        assert_eq!(detail("/posts/abc").await, "Not an id: a positive decimal number is wanted.");
        assert_eq!(detail("/groups/%FF").await, "Its percent-encoding is not UTF-8.");
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
