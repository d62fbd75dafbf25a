//! Large answers for clients that do not read them.

use std::time::Duration;

use guildhall_federation_tests::flood;
use serde_json::json;
use tokio::time::interval;

use crate::stage::{GROUP, Stage, sources};

#[tokio::test]
async fn answers_that_nobody_reads_do_not_fill_the_memory() -> anyhow::Result<()> {
    let stage = Stage::start("unread").await?;
    // 50 posts of 10,000 letters: an answer of half a megabyte.
    for index in 0..50 {
        let post = json!({ "title": format!("Long {index}"), "content": "long ".repeat(2_000) });
        stage.maria.post(&format!("/groups/{GROUP}/posts"), post).await?;
    }
    let request = format!(
        "GET /api/guildhall/v1/groups/{GROUP}/posts?limit=50 HTTP/1.1\r\nHost: {}\r\n\r\n",
        stage.server.host()
    );
    let attack = async {
        let address = stage.address()?;
        let ask = |source| flood::say_from(source, address, request.as_bytes());
        // 50 in a second: what is asked here is not how fast they are made. 200 MB in the end, if all were kept.
        let mut pause = interval(Duration::from_millis(20));
        let mut held = Vec::new();
        for source in sources(12, 100) {
            pause.tick().await;
            held.push(ask(source).await);
        }
        println!("{} answers are not read", held.len());
        std::future::pending::<()>().await;
        Ok(())
    };
    stage.withstands(attack).await
}
