//! Servers behind Debian's Caddy and nginx with the files of `deploy/`, and a throw-away certificate authority.

use guildhall_federation_tests::{Api, Caddy, Certificates, Nginx, Server, ServerConfig, free_port, text};
use reqwest::{Client, StatusCode, Version, header};
use serde_json::json;

#[tokio::test]
async fn caddy_passes_on_what_matters() -> anyhow::Result<()> {
    let certificates = Certificates::make()?;
    let port = free_port()?;
    let server = Server::start(ServerConfig::new("guildhall").behind_tls(port, &certificates)?).await?;
    let _caddy = Caddy::start(port, &server.upstream(), &certificates).await?;
    passes_on_what_matters(&server).await
}

#[tokio::test]
async fn nginx_passes_on_what_matters() -> anyhow::Result<()> {
    let certificates = Certificates::make()?;
    let port = free_port()?;
    let server = Server::start(ServerConfig::new("guildhall").behind_tls(port, &certificates)?).await?;
    let _nginx = Nginx::start(port, &server.upstream(), &certificates).await?;
    passes_on_what_matters(&server).await
}

async fn passes_on_what_matters(server: &Server) -> anyhow::Result<()> {
    let maria = server.account("maria")?;
    let group = server.group("gardening", &["--moderator", "maria"])?;
    let post = maria.submit("gardening", "Over TLS", "").await?;
    assert!(text(&post, "ap_id")?.starts_with("https://localhost:"));
    let client = server.client();

    let page = client.get(&group).header(header::ACCEPT, "text/html").send().await?;
    assert_eq!((page.status(), page.version()), (StatusCode::OK, Version::HTTP_2));
    assert_eq!(page.headers()[header::STRICT_TRANSPORT_SECURITY], "max-age=31536000");
    let page = page.text().await?;
    assert!(page.contains("Over TLS"), "{page}");

    let document = maria.activitypub(&group).await?.expect(StatusCode::OK)?;
    assert_eq!(document["id"], group);
    let name = format!("acct:gardening@{}", server.host());
    let found = client.get(format!("{}/.well-known/webfinger?resource={name}", server.url())).send().await?;
    assert_eq!(found.status(), StatusCode::OK);
    large_bodies_are_for_the_server_to_refuse(client, server).await
}

/// An activity just over the server's limit of 1 MiB is answered by the server, in its own words.
async fn large_bodies_are_for_the_server_to_refuse(client: &Client, server: &Server) -> anyhow::Result<()> {
    let body = json!({ "content": "x".repeat(1024 * 1024 + 1) }).to_string();
    let request = client.post(format!("{}/inbox", server.url())).body(body);
    let answer = request.header(header::CONTENT_TYPE, "application/activity+json").send().await?;
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/problem+json");
    Ok(())
}

#[tokio::test]
async fn two_servers_behind_tls_federate() -> anyhow::Result<()> {
    let certificates = Certificates::make()?;
    let (port, other) = (free_port()?, free_port()?);
    let (alpha, beta) = tokio::try_join!(
        Server::start(ServerConfig::new("alpha").behind_tls(port, &certificates)?),
        Server::start(ServerConfig::new("beta").behind_tls(other, &certificates)?),
    )?;
    let _caddy = Caddy::start(port, &alpha.upstream(), &certificates).await?;
    let _nginx = Nginx::start(other, &beta.upstream(), &certificates).await?;

    let maria = alpha.account("maria")?;
    alpha.group("gardening", &["--moderator", "maria"])?;
    let bob = beta.account("bob")?;
    let there = format!("gardening@{}", alpha.host());
    bob.join(&there).await?;
    both_ways(&maria, &bob, &there).await
}

async fn both_ways(maria: &Api, bob: &Api, there: &str) -> anyhow::Result<()> {
    let made = bob.submit(there, "From nginx", "").await?;
    maria.eventually_post("gardening", &made["ap_id"]).await?;
    let made = maria.submit("gardening", "From Caddy", "").await?;
    bob.eventually_post(there, &made["ap_id"]).await?;
    Ok(())
}
