//! Connections that are held as long as possible with as little as possible.

use std::{net::Ipv4Addr, time::Duration};

use futures_util::{StreamExt as _, future::join_all, stream};
use guildhall_federation_tests::flood;
use tokio::{io::AsyncWriteExt, net::TcpStream, time::interval};

use crate::stage::{Stage, sources};

/// Of 40 addresses, each with nearly as many as one may have.
const CONNECTIONS: usize = 10_000;
const OF_ONE_ADDRESS: usize = 250;
/// Files that the test needs for other things.
const OTHER_FILES: usize = 500;

#[tokio::test]
async fn ten_thousand_connections_with_slow_heads_and_bodies_keep_nobody_out() -> anyhow::Result<()> {
    let stage = Stage::start("slow").await?;
    let files = flood::allow_open_files(std::process::id())?;
    let count = CONNECTIONS.min(files.saturating_sub(OTHER_FILES));
    let head = format!(
        "POST /inbox HTTP/1.1\r\nHost: {}\r\nContent-Type: application/activity+json\r\n",
        stage.server.host()
    );
    let body = format!("{head}Content-Length: 1000000\r\n\r\n{{");
    let address = stage.address()?;
    let attack = async {
        let slow = |(index, source): (usize, Ipv4Addr)| {
            let said = if index % 2 == 0 { &head } else { &body };
            flood::say_from(source, address, said.as_bytes())
        };
        let clients = sources(40, OF_ONE_ADDRESS).take(count).enumerate();
        let opened: Vec<_> = stream::iter(clients).map(slow).buffer_unordered(64).collect().await;
        let mut open: Vec<TcpStream> = opened.into_iter().flatten().collect();
        println!(
            "{} of {CONNECTIONS} connections were made; this test may have {files} files open",
            open.len()
        );
        // A byte each second for every one of them.
        let mut second = interval(Duration::from_secs(1));
        loop {
            second.tick().await;
            join_all(open.iter_mut().map(|stream| stream.write_all(b"a"))).await;
        }
    };
    stage.withstands_for(Duration::from_secs(20), attack).await
}

#[tokio::test]
async fn one_address_that_opens_connections_without_end_keeps_nobody_out() -> anyhow::Result<()> {
    let stage = Stage::start("many").await?;
    let address = stage.address()?;
    let attack = async {
        let open = |source| flood::say_from(source, address, b"GET / HT");
        let mut held = stream::iter(sources(1, 200_000)).map(open).buffer_unordered(32);
        // The newest few hundred are kept, the others closed.
        let mut kept = std::collections::VecDeque::new();
        while let Some(opened) = held.next().await {
            kept.push_back(opened);
            if kept.len() > 500 {
                kept.pop_front();
            }
        }
        Ok(())
    };
    stage.withstands(attack).await
}
