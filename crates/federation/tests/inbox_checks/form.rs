//! Steps 1 to 6: form, size, speed, rate, doubled headers, host, digest.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use guildhall_federation::routes;
use guildhall_store::{Db, actor, testing::on_both_engines};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tower::ServiceExt as _;

use super::support::{REQUESTS, Scene, refusal};
use crate::peer::{Counted, Here, Post};

on_both_engines! {
    async fn an_inbox_is_posted_to_and_nothing_else(db: Db) {
        let scene = Scene::start(db).await;
        let response = reqwest::get(scene.here.inbox().as_str()).await.unwrap();
        assert_eq!(response.headers()["allow"], "POST");
        assert_eq!(crate::peer::Told::read(response).await.brief(), (405, "method"));
        assert_eq!(scene.here.counted.take(REQUESTS), ["method"]);

        let nobody = format!("{}/users/nobody/inbox", scene.here.base);
        let post = Post::cavage_to(&scene.here, &nobody, &scene.alice, &scene.follow());
        assert_eq!(scene.refused_unasked(&post).await, refusal(404, "no-such-actor"));
    }

    async fn the_inbox_of_who_is_gone_says_so(db: Db) {
        let scene = Scene::start(db).await;
        let group = scene.here.known(&scene.group).await.unwrap();
        let mut tx = scene.here.db().begin().await.unwrap();
        actor::mark_deleted(&mut tx, group.id, scene.here.now()).await.unwrap();
        tx.commit().await.unwrap();
        let inbox = format!("{}/groups/gardening/inbox", scene.here.base);
        let post = Post::cavage_to(&scene.here, &inbox, &scene.alice, &scene.follow());
        assert_eq!(scene.refused_unasked(&post).await, refusal(410, "actor-gone"));
    }

    async fn other_media_types_are_refused(db: Db) {
        let scene = Scene::start(db).await;
        for media_type in ["application/json", "application/ld+json", "text/plain", "multipart/form-data"] {
            let post = scene.post().header("content-type", media_type);
            assert_eq!(scene.refused_unasked(&post).await, refusal(415, "media-type"), "{media_type}");
        }
        let post = scene.post().without("content-type");
        assert_eq!(scene.refused_unasked(&post).await, refusal(415, "media-type"));
    }

    async fn compressed_bodies_are_refused(db: Db) {
        let scene = Scene::start(db).await;
        let post = scene.post().header("content-encoding", "gzip");
        assert_eq!(scene.refused_unasked(&post).await, refusal(415, "content-encoding"));
    }

    async fn a_body_that_says_to_be_too_large_is_not_waited_for(db: Db) {
        let short = Duration::from_millis(50);
        let scene = Scene::on(Here::on(db, |setup| setup.limits.inbox.drain_timeout = short).await).await;
        let head = format!(
            "POST /inbox HTTP/1.1\r\nHost: {}\r\nContent-Type: application/activity+json\r\nContent-Length: 1048577\r\n\r\n",
            scene.here.inbox().authority()
        );
        // Not one byte of the body is sent, and yet there is an answer.
        assert!(raw(&scene.here, &head).await.starts_with("HTTP/1.1 413 "));
        assert_eq!(scene.here.counted.take(REQUESTS), ["too-large"]);
    }

    async fn who_asks_before_sending_too_much_is_refused_at_once(db: Db) {
        let here = Here::on(db, |setup| setup.limits.inbox.drain_timeout = Duration::from_hours(1)).await;
        let head = format!(
            "POST /inbox HTTP/1.1\r\nHost: {}\r\nContent-Type: application/activity+json\r\nContent-Length: 1048577\r\nExpect: 100-continue\r\n\r\n",
            here.inbox().authority()
        );
        assert!(raw(&here, &head).await.starts_with("HTTP/1.1 413 "));
    }

    /// Behind a proxy: closed while the proxy is still sending, the connection would carry no answer.
    async fn a_body_that_is_too_large_is_read_to_its_end_so_that_the_connection_lives_on(db: Db) {
        let here = Here::start(db).await;
        let large = " ".repeat(1_048_577);
        for media_type in ["application/activity+json", "text/plain"] {
            let requests = format!(
                "POST /inbox HTTP/1.1\r\nHost: {0}\r\nContent-Type: {media_type}\r\nContent-Length: 1048577\r\n\r\n{large}\
                 GET /inbox HTTP/1.1\r\nHost: {0}\r\nConnection: close\r\n\r\n",
                here.inbox().authority()
            );
            let mut stream = TcpStream::connect(here.inbox().authority()).await.unwrap();
            stream.write_all(requests.as_bytes()).await.unwrap();
            let mut answers = String::new();
            stream.read_to_string(&mut answers).await.unwrap();
            let statuses: Vec<&str> = answers.matches("HTTP/1.1 4").collect();
            assert_eq!(statuses.len(), 2, "{answers}");
            assert!(answers.contains("HTTP/1.1 405 "), "{answers}");
        }
    }

    async fn a_body_without_end_is_not_read_for_ever(db: Db) {
        let here = Here::on(db, |setup| {
            setup.limits.inbox.body_bytes = 100;
            setup.limits.inbox.drain_bytes = 1_000;
            setup.limits.inbox.drain_timeout = Duration::from_hours(1);
        })
        .await;
        let chunk = format!("{:x}\r\n{}\r\n", 600, " ".repeat(600)).repeat(3);
        let request = format!(
            "POST /inbox HTTP/1.1\r\nHost: {}\r\nContent-Type: application/activity+json\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}",
            here.inbox().authority()
        );
        assert!(raw(&here, &request).await.starts_with("HTTP/1.1 413 "));
    }

    async fn a_body_that_does_not_say_its_size_is_cut_off(db: Db) {
        let here = Here::on(db, |setup| setup.limits.inbox.body_bytes = 100).await;
        let scene = Scene::on(here).await;
        // The last chunk ends it: what is refused is read on as far as it goes.
        let chunk = format!("{:x}\r\n{}\r\n0\r\n\r\n", 101, " ".repeat(101));
        let request = format!(
            "POST /inbox HTTP/1.1\r\nHost: {}\r\nContent-Type: application/activity+json\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}",
            scene.here.inbox().authority()
        );
        assert!(raw(&scene.here, &request).await.starts_with("HTTP/1.1 413 "));
        assert_eq!(scene.here.counted.take(REQUESTS), ["too-large"]);
    }

    async fn a_slow_body_is_not_waited_for(db: Db) {
        let here = Here::on(db, |setup| setup.limits.inbox.body_timeout = Duration::from_millis(50)).await;
        let head = format!(
            "POST /inbox HTTP/1.1\r\nHost: {}\r\nContent-Type: application/activity+json\r\nContent-Length: 500\r\n\r\n{{",
            here.inbox().authority()
        );
        assert!(raw(&here, &head).await.starts_with("HTTP/1.1 408 "));
        assert_eq!(here.counted.take(REQUESTS), ["body-timeout"]);
    }

    async fn a_body_that_breaks_off_is_refused(db: Db) {
        let here = Here::start(db).await;
        let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        let pieces = futures_util::stream::iter([Ok("{"), Err(broken)]);
        let request = Request::post("/inbox").header("content-type", "application/activity+json");
        let request = request.body(Body::from_stream(pieces)).unwrap();
        let counted = Counted::default();
        let router = routes::router(here.federation.clone());
        assert_eq!(counted.during(router.oneshot(request)).await.unwrap().status(), 400);
        assert_eq!(counted.take(REQUESTS), ["body-broken"]);
    }

    async fn an_address_that_asks_too_often_is_told_when_to_come_back(db: Db) {
        let scene = Scene::on(Here::on(db, |setup| setup.limits.inbox.per_ip_per_minute = 2).await).await;
        let post = scene.post().without("signature");
        for _ in 0..2 {
            assert_eq!(scene.refused(&post).await, refusal(401, "signature-missing"));
        }
        scene.here.counted.take(REQUESTS);
        let told = scene.post().send().await;
        assert_eq!(told.brief(), (429, "too-many-requests"));
        assert_eq!(scene.here.counted.take(REQUESTS), ["too-many-requests"]);
        assert!((1..=30).contains(&told.retry_after.unwrap()));
        assert!(scene.here.kept().await.is_empty());
        assert_eq!(scene.peer.count_all(), 0);
    }

    async fn a_host_that_is_claimed_too_often_has_to_wait_and_others_do_not(db: Db) {
        let scene = Scene::on(Here::on(db, |setup| setup.limits.inbox.per_host_per_minute = 1).await).await;
        scene.accepted(&scene.post()).await;
        assert_eq!(scene.outcome(&scene.post()).await, refusal(429, "too-many-requests"));

        let other = Scene { peer: crate::peer::Peer::start().await, ..scene };
        let bob = other.peer.actor("bob");
        let follow = crate::peer::follow(&other.peer, &bob, other.group.as_str());
        other.accepted(&Post::cavage(&other.here, &bob, &follow)).await;
    }

    async fn a_doubled_header_is_refused(db: Db) {
        let scene = Scene::start(db).await;
        let rfc9421 = Post::rfc9421(&scene.here, &scene.alice.key_id, &scene.alice.key, &scene.follow());
        for name in ["date", "digest", "signature", "content-type"] {
            let post = scene.post();
            let second = post.value(name);
            assert_eq!(
                scene.refused_unasked(&post.second(name, &second)).await,
                refusal(400, "double-header"),
                "{name}"
            );
        }
        for name in ["content-digest", "signature-input"] {
            let second = rfc9421.value(name);
            let post = rfc9421.clone().second(name, &second);
            assert_eq!(scene.refused_unasked(&post).await, refusal(400, "double-header"), "{name}");
        }
    }

    async fn two_hosts_are_refused(db: Db) {
        let scene = Scene::start(db).await;
        let post = scene.post();
        let head = format!(
            "POST /inbox HTTP/1.1\r\nHost: {0}\r\nHost: {0}\r\nContent-Type: application/activity+json\r\nContent-Length: 2\r\n\r\n{{}}",
            post.url.authority()
        );
        assert!(raw(&scene.here, &head).await.starts_with("HTTP/1.1 400 "));
    }

    async fn what_was_meant_for_another_server_is_refused(db: Db) {
        let scene = Scene::start(db).await;
        // Signed for the other host, and replayed here with its `Host`.
        let elsewhere = "http://other.example/inbox";
        let mut post = Post::cavage_to(&scene.here, elsewhere, &scene.alice, &scene.follow());
        post.url = scene.here.inbox();
        assert_eq!(scene.refused_unasked(&post).await, refusal(421, "wrong-host"));
        // With our `Host` the signature no longer fits.
        let ours = scene.here.inbox().authority().to_owned();
        assert_eq!(scene.refused(&post.header("host", &ours)).await, refusal(401, "signature-mismatch"));
    }

    async fn our_own_name_may_be_written_in_capitals(db: Db) {
        let scene = Scene::on(Here::on(db, |setup| setup.host = Some("here.example")).await).await;
        for host in ["HERE.example", "here.example:443"] {
            let post = scene.post().header("host", host);
            // Past the host: it is the signature over another host that fails.
            assert_eq!(scene.refused(&post).await, refusal(401, "signature-mismatch"), "{host}");
        }
    }

    async fn a_body_without_its_digest_is_refused(db: Db) {
        let scene = Scene::start(db).await;
        let wrong = guildhall_activitypub::digest::digest_header(b"other");
        let wrong_new = guildhall_activitypub::digest::content_digest_header(b"other");
        for (post, status, code) in [
            (scene.post().without("digest"), 401, "digest-missing"),
            (scene.post().header("digest", &wrong), 401, "digest-mismatch"),
            (scene.post().header("content-digest", &wrong_new), 401, "digest-mismatch"),
            (scene.post().header("digest", "MD5=abc"), 400, "digest-malformed"),
            (
                scene.post().header("digest", &format!("{},{}", scene.post().value("digest"), wrong)),
                400,
                "digest-doubled",
            ),
        ] {
            assert_eq!(scene.refused_unasked(&post).await, refusal(status, code));
        }
        let mut swapped = scene.post();
        swapped.body = swapped.body.to_ascii_uppercase();
        assert_eq!(scene.refused_unasked(&swapped).await, refusal(401, "digest-mismatch"));
    }
}

/// Sends raw bytes and reads what comes back until a head is there.
async fn raw(here: &Here, request: &str) -> String {
    let mut stream = TcpStream::connect(here.inbox().authority()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let mut piece = [0; 1024];
    while !answer.windows(4).any(|window| window == b"\r\n\r\n") {
        let read = stream.read(&mut piece).await.unwrap();
        assert!(read > 0, "closed without an answer");
        answer.extend_from_slice(&piece[..read]);
    }
    String::from_utf8(answer).unwrap()
}
