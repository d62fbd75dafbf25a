//! Steps 1 to 6: form, size, speed, rate, doubled headers, host, digest.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::support::{Scene, refusal};
use crate::peer::{Here, Post};

#[tokio::test]
async fn an_inbox_is_posted_to_and_nothing_else() {
    let scene = Scene::start().await;
    let response = reqwest::get(scene.here.inbox().as_str()).await.unwrap();
    assert_eq!(response.headers()["allow"], "POST");
    assert_eq!(crate::peer::Told::read(response).await.brief(), (405, "method"));

    let nobody = format!("{}/users/nobody/inbox", scene.here.base);
    let post = Post::cavage_to(&scene.here, &nobody, &scene.alice, &scene.follow());
    assert_eq!(scene.refused_unasked(&post).await, refusal(404, "no-such-actor"));
}

#[tokio::test]
async fn other_media_types_are_refused() {
    let scene = Scene::start().await;
    for media_type in ["application/json", "application/ld+json", "text/plain", "multipart/form-data"] {
        let post = scene.post().header("content-type", media_type);
        assert_eq!(scene.refused_unasked(&post).await, refusal(415, "media-type"), "{media_type}");
    }
    let post = scene.post().without("content-type");
    assert_eq!(scene.refused_unasked(&post).await, refusal(415, "media-type"));
}

#[tokio::test]
async fn compressed_bodies_are_refused() {
    let scene = Scene::start().await;
    let post = scene.post().header("content-encoding", "gzip");
    assert_eq!(scene.refused_unasked(&post).await, refusal(415, "content-encoding"));
}

#[tokio::test]
async fn a_body_that_says_to_be_too_large_is_not_read() {
    let scene = Scene::start().await;
    let head = format!(
        "POST /inbox HTTP/1.1\r\nHost: {}\r\nContent-Type: application/activity+json\r\nContent-Length: 1048577\r\n\r\n",
        scene.here.inbox().authority()
    );
    // Not one byte of the body is sent, and yet there is an answer.
    assert!(raw(&scene.here, &head).await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn a_body_that_does_not_say_its_size_is_cut_off() {
    let here = Here::with(|setup| setup.limits.inbox.body_bytes = 100).await;
    let scene = Scene::on(here).await;
    let chunk = format!("{:x}\r\n{}\r\n", 101, " ".repeat(101));
    let request = format!(
        "POST /inbox HTTP/1.1\r\nHost: {}\r\nContent-Type: application/activity+json\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}",
        scene.here.inbox().authority()
    );
    assert!(raw(&scene.here, &request).await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn a_slow_body_is_not_waited_for() {
    let here = Here::with(|setup| setup.limits.inbox.body_timeout = Duration::from_millis(50)).await;
    let head = format!(
        "POST /inbox HTTP/1.1\r\nHost: {}\r\nContent-Type: application/activity+json\r\nContent-Length: 500\r\n\r\n{{",
        here.inbox().authority()
    );
    assert!(raw(&here, &head).await.starts_with("HTTP/1.1 408 "));
}

#[tokio::test]
async fn an_address_that_asks_too_often_is_told_when_to_come_back() {
    let scene = Scene::on(Here::with(|setup| setup.limits.inbox.per_ip_per_minute = 2).await).await;
    let post = scene.post().without("signature");
    for _ in 0..2 {
        assert_eq!(scene.refused(&post).await, refusal(401, "signature-missing"));
    }
    let told = scene.post().send().await;
    assert_eq!(told.brief(), (429, "too-many-requests"));
    assert!((1..=30).contains(&told.retry_after.unwrap()));
    assert!(scene.here.kept().await.is_empty());
    assert_eq!(scene.peer.count_all(), 0);
}

#[tokio::test]
async fn a_host_that_is_claimed_too_often_has_to_wait_and_others_do_not() {
    let scene = Scene::on(Here::with(|setup| setup.limits.inbox.per_host_per_minute = 1).await).await;
    scene.accepted(&scene.post()).await;
    assert_eq!(scene.post().send().await.brief(), (429, "too-many-requests"));

    let other = Scene { peer: crate::peer::Peer::start().await, ..scene };
    let bob = other.peer.actor("bob");
    let follow = crate::peer::follow(&other.peer, &bob, other.group.as_str());
    other.accepted(&Post::cavage(&other.here, &bob, &follow)).await;
}

#[tokio::test]
async fn a_doubled_header_is_refused() {
    let scene = Scene::start().await;
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

#[tokio::test]
async fn two_hosts_are_refused() {
    let scene = Scene::start().await;
    let post = scene.post();
    let head = format!(
        "POST /inbox HTTP/1.1\r\nHost: {0}\r\nHost: {0}\r\nContent-Type: application/activity+json\r\nContent-Length: 2\r\n\r\n{{}}",
        post.url.authority()
    );
    assert!(raw(&scene.here, &head).await.starts_with("HTTP/1.1 400 "));
}

#[tokio::test]
async fn what_was_meant_for_another_server_is_refused() {
    let scene = Scene::start().await;
    // Signed for the other host, and replayed here with its `Host`.
    let elsewhere = "http://other.example/inbox";
    let mut post = Post::cavage_to(&scene.here, elsewhere, &scene.alice, &scene.follow());
    post.url = scene.here.inbox();
    assert_eq!(scene.refused_unasked(&post).await, refusal(421, "wrong-host"));
    // With our `Host` the signature no longer fits.
    let ours = scene.here.inbox().authority().to_owned();
    assert_eq!(scene.refused(&post.header("host", &ours)).await, refusal(401, "signature-mismatch"));
}

#[tokio::test]
async fn our_own_name_may_be_written_in_capitals() {
    let scene = Scene::on(Here::with(|setup| setup.host = Some("here.example")).await).await;
    for host in ["HERE.example", "here.example:443"] {
        let post = scene.post().header("host", host);
        // Past the host: it is the signature over another host that fails.
        assert_eq!(scene.refused(&post).await, refusal(401, "signature-mismatch"), "{host}");
    }
}

#[tokio::test]
async fn a_body_without_its_digest_is_refused() {
    let scene = Scene::start().await;
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
