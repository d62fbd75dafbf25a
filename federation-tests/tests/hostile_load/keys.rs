//! Requests whose keys nobody has: each would have the server ask a host for one.

use futures_util::{StreamExt as _, stream};
use guildhall_federation_tests::{
    attacker::{Attacker, Cavage, Forged, Key, Reply},
    flood,
};
use serde_json::json;
use tokio::{io::AsyncReadExt, net::TcpListener};

use crate::stage::{Stage, sources};

#[tokio::test]
async fn made_up_keys_of_many_hosts_keep_nobody_waiting() -> anyhow::Result<()> {
    let stage = Stage::start("keys").await?;
    // One host has no such page, one sends without end, one sends all that is allowed and more, one never answers.
    let absent = Attacker::at("127.9.0.2").await?;
    let endless = Attacker::at("127.9.0.3").await?;
    endless.put_else(|_| Reply::new(200, "application/activity+json", vec![b' '; 1 << 16]).endless());
    let large = Attacker::at("127.9.0.4").await?;
    let body = format!("{{\"id\":[{}0]}}", "{\"\":0},".repeat(140_000));
    large.put_else(move |_| Reply::new(200, "application/activity+json", body.as_bytes()));
    let silent = TcpListener::bind("127.9.0.5:0").await?;
    let hosts = [absent.url(""), endless.url(""), large.url(""), format!("http://{}", silent.local_addr()?)];
    let key = Key::ed25519()?;

    let request = |index: usize| {
        let actor = format!("{}/users/{index}", hosts[index % hosts.len()]);
        let activity =
            json!({ "id": format!("{actor}/1"), "type": "Like", "actor": actor, "object": stage.group });
        let request = Forged::post(stage.server.host(), "/inbox", activity.to_string());
        Cavage::new(&format!("{actor}#main-key"), &key).sign(request).bytes()
    };
    let hold = async {
        let mut held = Vec::new();
        while let Ok((stream, _)) = silent.accept().await {
            held.push(stream);
        }
    };
    let address = stage.address()?;
    let attack = async {
        let ask = |(index, source): (usize, std::net::Ipv4Addr)| {
            let bytes = request(index);
            async move {
                let mut stream = flood::say_from(source, address, &bytes).await?;
                stream.read_to_end(&mut Vec::new()).await?;
                anyhow::Ok(())
            }
        };
        let asking = stream::iter(sources(8, 5_000).enumerate()).map(ask).buffer_unordered(256).count();
        tokio::select! { _ = asking => {}, () = hold => {} }
        Ok(())
    };
    stage.withstands(attack).await
}
