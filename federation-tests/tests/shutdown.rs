//! SIGTERM while much is under way.

use std::{io::Write as _, net::TcpStream, time::Duration};

use anyhow::{Context, ensure};
use guildhall_federation_tests::{Engine, Hosts, Manner, Pace, Server, ServerConfig, eventually, text};
use serde_json::{Value, json};
use tokio::time::Instant;

/// From the signal to the end.
const ENDS_WITHIN: Duration = Duration::from_secs(10);
/// Answers at once, after 5 s, never.
const QUICK: usize = 0;
const SLOW: usize = 1;
const SILENT: usize = 2;
const GROUP: &str = "gardening";

#[tokio::test]
async fn on_sqlite_a_server_ends_in_time_and_loses_nothing() -> anyhow::Result<()> {
    ends_in_time_and_loses_nothing(Engine::Sqlite).await
}

#[tokio::test]
async fn on_postgresql_a_server_ends_in_time_and_loses_nothing() -> anyhow::Result<()> {
    ends_in_time_and_loses_nothing(Engine::Postgres).await
}

async fn ends_in_time_and_loses_nothing(engine: Engine) -> anyhow::Result<()> {
    let mut server = Server::start(ServerConfig::new("guildhall").on(engine)).await?;
    let maria = server.account("maria")?;
    let group = server.group(GROUP, &["--moderator", "maria"])?;
    let hosts = Hosts::start(3, "lemmy").await?;
    for host in [QUICK, SLOW, SILENT] {
        follow(&server, &hosts, host, &group).await?;
    }
    hosts.behave(SLOW, Manner { inbox: Pace::After(Duration::from_secs(5)), ..Manner::default() });
    hosts.behave(SILENT, Manner { inbox: Pace::Never, ..Manner::default() });
    let post = maria.submit(GROUP, "Nettles", "").await?;
    let id = text(&post, "ap_id")?.to_owned();
    for host in [QUICK, SLOW, SILENT] {
        eventually("the post is on its way", async || {
            ensure!(count(&hosts, host, &id) == 1, "not yet");
            Ok(())
        })
        .await?;
    }
    let _clients = half_requests(&server)?;
    let (upstream, url) = (server.upstream(), server.url().to_owned());

    let (stopped, answered, refused) = tokio::join!(
        async {
            let asked_at = Instant::now();
            server.stop().await.map(|()| asked_at.elapsed())
        },
        // Answered while it drains: what was answered has to be kept.
        maria.submit(GROUP, "The last word", ""),
        async {
            eventually("nobody new is let in", async || {
                ensure!(TcpStream::connect(&upstream).is_err(), "{url} still listens");
                Ok(())
            })
            .await
        }
    );
    refused?;
    let took = stopped.context("it did not end, or ended with an error")?;
    ensure!(took < ENDS_WITHIN, "it took {took:?}");
    eprintln!("ended after {took:.1?}");

    for host in [QUICK, SLOW, SILENT] {
        hosts.behave(host, Manner::default());
    }
    server.resume().await?;
    if let Ok(last) = answered {
        maria.eventually_post(GROUP, &last["ap_id"]).await?;
    }
    maria.eventually_post(GROUP, &post["ap_id"]).await?;
    eventually("what was cut off is repeated", async || {
        ensure!(count(&hosts, SILENT, &id) == 2, "{} times", count(&hosts, SILENT, &id));
        Ok(())
    })
    .await?;
    assert_eq!(
        (count(&hosts, QUICK, &id), count(&hosts, SLOW, &id)),
        (1, 1),
        "their answers were waited for"
    );
    Ok(())
}

/// Requests whose bodies stop halfway, to the API and to the inbox.
fn half_requests(server: &Server) -> anyhow::Result<Vec<TcpStream>> {
    let begin = |path: &str, kind: &str| -> anyhow::Result<TcpStream> {
        let mut client = TcpStream::connect(server.upstream())?;
        write!(
            client,
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: {kind}\r\nContent-Length: 1000\r\n\r\n{{",
            server.host()
        )?;
        Ok(client)
    };
    Ok(vec![
        begin("/inbox", "application/activity+json")?,
        begin(&format!("/api/guildhall/v1/groups/{GROUP}/posts"), "application/json")?,
    ])
}

/// How often a host was told of the post.
fn count(hosts: &Hosts, host: usize, post: &str) -> usize {
    let is_it = |activity: &Value| activity["object"]["object"]["id"] == post;
    hosts.arrivals(host).iter().filter(|arrival| is_it(&arrival.activity)).count()
}

async fn follow(server: &Server, hosts: &Hosts, host: usize, group: &str) -> anyhow::Result<()> {
    let actor = hosts.actor(host, "follower");
    let follow = json!({"id": format!("{actor}/follow"), "type": "Follow", "actor": actor, "object": group});
    hosts.send(&format!("{}/inbox", server.url()), &follow).await?.expect(reqwest::StatusCode::ACCEPTED)?;
    eventually("an Accept", async || {
        ensure!(hosts.arrivals(host).iter().any(|arrival| arrival.activity["type"] == "Accept"), "none");
        Ok(())
    })
    .await
}
