//! Tokens and scopes.

use axum::http::{Method, header::WWW_AUTHENTICATE};
use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::json;

use crate::support::Here;

on_both_engines! {
    async fn a_token_that_means_nothing_is_refused_even_where_none_is_needed(db: Db) {
        let here = Here::start(db);
        here.garden(json!({})).await;
        for authorization in ["Bearer nonsense", "Bearer ", "Basic YTpi", "nonsense"] {
            let answer = here.with_header(authorization).get("/groups/garden").await;
            assert!(answer.header(&WWW_AUTHENTICATE).contains("invalid_token"), "{authorization}");
            answer.problem(401, "invalid-token");
        }
    }

    async fn the_name_of_the_scheme_has_no_case(db: Db) {
        let here = Here::start(db);
        let alice = here.person("alice").await;
        let token = alice.authorization().replace("Bearer", "bearer");
        assert_eq!(here.with_header(&token).get("/groups").await.ok()["items"], json!([]));
    }

    async fn without_a_token_nothing_is_written(db: Db) {
        let here = Here::start(db);
        let (_, _, post) = here.garden_with_post().await;
        let anybody = here.anybody();
        for (method, path) in writing(&post) {
            let answer = anybody.send_text(method, &path, None, "").await;
            assert_eq!(answer.header(&WWW_AUTHENTICATE), "Bearer realm=\"guildhall\"");
            answer.problem(401, "token-wanted");
        }
    }

    async fn each_act_needs_its_scope(db: Db) {
        let here = Here::start(db);
        let (_, _, post) = here.garden_with_post().await;
        let reading = here.with_scopes("alice", &["read"]).await;
        for (method, path) in writing(&post) {
            let scope = if path.ends_with("/membership") { "follow" } else { "write" };
            let answer = reading.send_text(method, &path, None, "").await;
            assert!(answer.header(&WWW_AUTHENTICATE).ends_with(&format!("scope=\"{scope}\"")), "{path}");
            let problem = answer.problem(403, "missing-scope");
            assert_eq!(problem["detail"], format!("This needs a token with the scope {scope}."), "{path}");
        }
        let writing = here.with_scopes("alice", &["write", "follow"]).await;
        for path in ["/groups", "/groups/garden", "/groups/garden/posts", "/groups/garden/queue"] {
            let problem = writing.get(path).await.problem(403, "missing-scope");
            assert!(problem["detail"].as_str().unwrap().ends_with("scope read."), "{path}");
        }
        writing.put(&format!("/posts/{post}/vote"), json!({ "value": 1 })).await.ok();
        writing.set("/groups/garden/membership").await.ok();
    }
}

/// Every address that changes something.
fn writing(post: &str) -> Vec<(Method, String)> {
    let on_post = |method: Method, rest: &str| (method, format!("/posts/{post}{rest}"));
    let in_group = |method: Method, rest: &str| (method, format!("/groups/garden{rest}"));
    let on_comment = |method: Method, rest: &str| (method, format!("/comments/{post}{rest}"));
    vec![
        (Method::POST, "/groups".to_owned()),
        in_group(Method::PATCH, ""),
        in_group(Method::PUT, "/membership"),
        in_group(Method::DELETE, "/membership"),
        in_group(Method::POST, "/posts"),
        in_group(Method::POST, "/queue/1/admit"),
        in_group(Method::POST, "/queue/1/refuse"),
        in_group(Method::PUT, "/moderators/bob"),
        in_group(Method::DELETE, "/moderators/bob"),
        in_group(Method::PUT, "/bans/bob"),
        in_group(Method::DELETE, "/bans/bob"),
        on_post(Method::PATCH, ""),
        on_post(Method::DELETE, ""),
        on_post(Method::PUT, "/vote"),
        on_post(Method::POST, "/comments"),
        on_post(Method::POST, "/restore"),
        on_post(Method::POST, "/report"),
        on_post(Method::PUT, "/lock"),
        on_post(Method::DELETE, "/lock"),
        on_post(Method::PUT, "/feature"),
        on_post(Method::DELETE, "/feature"),
        on_comment(Method::PATCH, ""),
        on_comment(Method::DELETE, ""),
        on_comment(Method::PUT, "/vote"),
        on_comment(Method::POST, "/restore"),
        on_comment(Method::POST, "/report"),
    ]
}
