//! Bodies and documents that take more to read than to write.

use futures_util::{StreamExt as _, stream};
use guildhall_federation_tests::{
    attacker::{Attacker, Cavage, Forged, Persona, Reply},
    flood,
};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use crate::stage::{Stage, sources};

/// A body of nearly 1 MiB.
fn filled(before: &str, part: &str, after: &str) -> String {
    let count = ((1 << 20) - before.len() - after.len() - 1) / part.len();
    format!("{before}{}{after}", part.repeat(count))
}

/// Activities of Mallory's, each made to cost a reader as much as it can.
fn costly(mallory: &Persona, group: &str) -> Vec<String> {
    let begun = |field: &str| {
        let (id, actor) = (mallory.fresh("activities"), &mallory.id);
        format!("{{\"id\":\"{id}\",\"type\":\"Create\",\"actor\":\"{actor}\",\"{field}\":")
    };
    let mention = json!({ "type": "Mention", "href": group, "name": "@gardening" });
    let mut mentions = mallory.activity("Create", mallory.note(group, "huge"));
    mentions["object"]["tag"] = Value::Array(vec![mention; 6_000]);
    mentions["object"]["cc"] = (0..10_000).map(|index| format!("{}/{index}", mallory.id)).collect();
    vec![
        filled(&begun("object"), "[", ""),
        filled(&begun("object"), "{\"a\":", ""),
        filled(&(begun("object") + "["), "{},", "0]}"),
        filled(&(begun("object") + "["), "{\"\":0},", "0]}"),
        filled(&(begun("object") + "["), "0,", "0]}"),
        filled(&(begun("content") + "\""), "\\u0041", "\"}"),
        mentions.to_string(),
    ]
}

#[tokio::test]
async fn large_and_nested_bodies_at_once_do_not_fill_the_memory() -> anyhow::Result<()> {
    let stage = Stage::start("bodies").await?;
    let evil = Attacker::at("127.9.0.1").await?;
    let mallory = evil.person("mallory")?;
    let address = stage.address()?;
    let attack = async {
        let sign = |body: &String| {
            let request = Forged::post(stage.server.host(), "/inbox", body.as_bytes());
            Cavage::new(&mallory.key_id, &mallory.key).sign(request).bytes()
        };
        let requests: Vec<Vec<u8>> = costly(&mallory, &stage.group).iter().map(sign).collect();
        let send = |(index, source): (usize, std::net::Ipv4Addr)| {
            let bytes = requests[index % requests.len()].as_slice();
            async move {
                let mut stream = flood::say_from(source, address, bytes).await?;
                stream.read_to_end(&mut Vec::new()).await?;
                anyhow::Ok(())
            }
        };
        // From eight addresses by turns, 64 at a time.
        let turns = (0..20_000).flat_map(|_| sources(8, 1));
        stream::iter(turns.enumerate()).map(send).buffer_unordered(64).count().await;
        Ok(())
    };
    stage.withstands(attack).await
}

#[tokio::test]
async fn threads_and_collections_without_end_are_left_alone() -> anyhow::Result<()> {
    let stage = Stage::start("endless").await?;
    let evil = Attacker::at("127.9.0.1").await?;
    let mallory = evil.person("mallory")?;
    let (base, author, group) = (evil.url(""), mallory.id.clone(), stage.group.clone());
    // Each note answers another, and has replies on pages that lead to further ones.
    evil.put_else(move |asked| {
        let number: u64 = asked.target.rsplit('/').next().and_then(|last| last.parse().ok()).unwrap_or_default();
        let id = format!("{base}{}", asked.target);
        Reply::document(&if asked.target.starts_with("/pages/") {
            let items: Vec<_> = (0..100).map(|item| format!("{base}/notes/{}", number * 1_000 + item)).collect();
            json!({ "id": id, "type": "OrderedCollectionPage", "next": format!("{base}/pages/{}", number + 1),
                    "orderedItems": items })
        } else {
            let pages = json!({ "id": format!("{id}#replies"), "type": "Collection", "first": format!("{base}/pages/{number}") });
            json!({ "id": id, "type": "Note", "attributedTo": author, "content": "x".repeat(100_000), "to": [group,
                    "https://www.w3.org/ns/activitystreams#Public"], "inReplyTo": format!("{base}/notes/{}", number + 1),
                    "replies": pages })
        })
    });
    let attack = async {
        let send = |index: u64| {
            let mut note = mallory.note(&stage.group, "reply");
            note["inReplyTo"] = json!(evil.url(&format!("/notes/{}", index * 1_000_000)));
            note["replies"] = json!(evil.url(&format!("/pages/{}", index * 1_000_000)));
            let request = stage.signed(&mallory, &mallory.activity("Create", note));
            let server = stage.server.upstream();
            async move { request.send(&server).await }
        };
        stream::iter(0..5_000).map(send).buffer_unordered(16).count().await;
        Ok(())
    };
    stage.withstands(attack).await
}
