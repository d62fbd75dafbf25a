//! What `WebFinger` (RFC 7033) says when it has nothing to say.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use axum::body::Body;
use guildhall_federation::routes;
use guildhall_store::{db::Db, testing::on_both_engines};
use guildhall_testkit::{FixedClock, TestInstance};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

async fn finger(here: &TestInstance, query: &str) -> (StatusCode, HeaderMap, Value) {
    let request = Request::get(format!("/.well-known/webfinger{query}")).body(Body::empty()).unwrap();
    let response = routes::router(here.federation.clone()).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (parts.status, parts.headers, serde_json::from_slice(&body).unwrap())
}

on_both_engines! {
    async fn refusals_are_problem_documents_that_say_what_is_wrong(db: Db) {
        let here = TestInstance::start(db, FixedClock::default()).await;
        here.person("mona").await;
        let host = &here.app.site.host;
        let twice = format!("?resource=acct:mona@{host}&resource=acct:mona@{host}");
        let unknown = format!("?resource=acct:nobody@{host}");
        let cases = [
            ("", StatusCode::BAD_REQUEST, "name a resource"),
            (twice.as_str(), StatusCode::BAD_REQUEST, "name one resource"),
            ("?resource=mona", StatusCode::BAD_REQUEST, "a resource is acct:name@host"),
            ("?resource=acct:%ff", StatusCode::BAD_REQUEST, "resource"),
            (unknown.as_str(), StatusCode::NOT_FOUND, "nobody with this name"),
            ("?resource=acct:mona@elsewhere.example", StatusCode::NOT_FOUND, "nobody with this name"),
        ];
        for (query, status, said) in cases {
            let (found, headers, problem) = finger(&here, query).await;
            assert_eq!(found, status, "{query}: {problem}");
            assert_eq!(headers["content-type"], "application/problem+json", "{query}");
            assert_eq!(headers["access-control-allow-origin"], "*", "{query}");
            assert!(problem["detail"].as_str().unwrap().contains(said), "{query}: {problem}");
        }
        let (status, headers, _) = finger(&here, &format!("?resource=acct:mona@{host}")).await;
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (StatusCode::OK, "application/jrd+json"));
    }
}
