//! T18: what an inbox answers is taken for what it is: nothing is followed, and nothing is dropped without a word.

use anyhow::{Context, ensure};
use guildhall_federation_tests::{
    attacker::{Attacker, Reply},
    eventually, text,
};
use serde_json::{Value, json};

use crate::stage::{GROUP, Stage};

/// How an inbox answers, and what an operator has to be shown of it.
struct Answer {
    name: &'static str,
    reply: Reply,
    /// Part of the last error; empty: none.
    error: &'static str,
    /// What waits is tried again.
    waits: bool,
}

fn answers(canary: &Attacker) -> Vec<Answer> {
    let html = |status| Reply::new(status, "text/html", "<h1>Error</h1>");
    let answer = |name, reply, error, waits| Answer { name, reply, error, waits };
    vec![
        answer("301", Reply::redirect(301, &canary.url("/inbox")), "301", false),
        answer("302", Reply::redirect(302, "/elsewhere"), "302", false),
        answer("303", Reply::redirect(303, "/elsewhere"), "303", false),
        answer("307", Reply::redirect(307, &canary.url("/inbox")), "307", false),
        answer("308", Reply::redirect(308, "/elsewhere"), "308", false),
        answer("401", html(401), "401", true),
        answer("403", html(403), "403", false),
        answer("404", html(404), "404", false),
        answer("410", html(410), "410", false),
        answer("413", html(413), "413", false),
        answer("429", html(429).with("Retry-After", "120"), "429", true),
        answer("429 for ever", html(429).with("Retry-After", "99999999999999999999"), "429", true),
        answer("500", html(500), "500", true),
        answer("503", html(503).with("Retry-After", "Thu, 01 Jan 1970 00:00:00 GMT"), "503", true),
        answer("silence", Reply::silence(), "no connection", true),
        answer(
            "200 with an error",
            Reply::new(200, "application/json", "{\"error\":\"not taken\"}"),
            "",
            false,
        ),
        answer("202 broken off", Reply::new(202, "text/plain", "x".repeat(1000)).broken_off(), "", false),
        answer("200 without end", Reply::new(200, "text/plain", "x".repeat(65536)).endless(), "", false),
    ]
}

#[tokio::test]
async fn no_answer_of_an_inbox_makes_us_lose_or_follow_anything() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let canary = Attacker::at("127.0.0.1").await?;
    let answers = answers(&canary);
    let mut peers = Vec::new();
    for (number, answer) in answers.iter().enumerate() {
        let peer = Attacker::at(&format!("127.9.0.{}", 10 + number)).await?;
        let person = peer.person("follower")?;
        stage.counts(&person, &person.activity("Follow", json!(stage.group))).await?;
        eventually("the Accept arrives", async || {
            peer.received().into_iter().find(|came| came["type"] == "Accept").context("no Accept")
        })
        .await?;
        peer.put("/users/follower/inbox", answer.reply.clone());
        peers.push(peer);
    }
    let honest = Attacker::at("127.9.0.40").await?;
    let person = honest.person("honest")?;
    stage.counts(&person, &person.activity("Follow", json!(stage.group))).await?;
    let post = stage.maria.submit(GROUP, "To all", "").await?;
    let id = text(&post, "ap_id")?;
    // Everybody is asked, and the honest one is not kept waiting.
    eventually("the honest one has it", async || {
        let came = honest.received();
        ensure!(came.iter().any(|came| came.to_string().contains(id)), "{came:?}");
        Ok(())
    })
    .await?;
    let status = async |peer: &Attacker| -> anyhow::Result<Value> {
        let status = stage.server.cli(&["delivery", "status"])?;
        let items = status["items"].as_array().cloned().unwrap_or_default();
        items.into_iter().find(|item| item["host"] == peer.host()).context("no such host")
    };
    for (answer, peer) in answers.iter().zip(&peers) {
        eventually(&format!("{} is shown", answer.name), async || {
            ensure!(peer.received().iter().any(|came| came.to_string().contains(id)), "not asked yet");
            let shown = status(peer).await?;
            let error = shown["last_error"].as_str().unwrap_or_default();
            let is_told =
                if answer.error.is_empty() { error.is_empty() } else { error.contains(answer.error) };
            ensure!(is_told, "{shown}");
            ensure!((shown["lag_items"] != 0) == answer.waits, "{shown}");
            ensure!((shown["state"] == "failing") == answer.waits, "{shown}");
            Ok(())
        })
        .await?;
    }
    // Nothing was followed.
    assert_eq!(canary.connections(), 0, "{:?}", canary.asked());
    for (answer, peer) in answers.iter().zip(&peers) {
        assert_eq!(peer.count("/elsewhere"), 0, "{}", answer.name);
    }
    // What was refused for good is on record; what waits arrives as soon as it is taken.
    let refused = stage.store.rows("SELECT * FROM delivery_failures")?;
    let final_ones = answers.iter().filter(|answer| !answer.waits && !answer.error.is_empty()).count();
    ensure!(refused.len() >= final_ones, "{refused:?}");
    for (answer, peer) in answers.iter().zip(&peers).filter(|(answer, _)| answer.waits) {
        let before = peer.received().len();
        peer.put("/users/follower/inbox", Reply::status(202));
        eventually(&format!("{} is made good", answer.name), async || {
            stage.server.hurry(&peer.host())?;
            let came = peer.received();
            ensure!(came[before..].iter().any(|came| came.to_string().contains(id)), "{} came", came.len());
            Ok(())
        })
        .await?;
    }
    Ok(())
}
