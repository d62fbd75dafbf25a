//! Objecting from elsewhere, by replying to the message.

use anyhow::{Context, ensure};
use guildhall_federation_tests::{eventually, text};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    third::Third,
    world::{HERE, World, eventually_told, is_refused},
};

/// A public note to the group, as microblogs post there, in its `Create`; its server has it, too.
fn post(third: &Third, group: &str, title: &str) -> Value {
    let public = "https://www.w3.org/ns/activitystreams#Public";
    let mut note = third.person.note(group, title);
    note["cc"] = json!([group]);
    note["tag"] = json!([{ "type": "Mention", "href": group, "name": format!("@{HERE}") }]);
    third.peer.serve(&note);
    let mut create = third.person.activity("Create", note);
    create["to"] = json!([public]);
    create["cc"] = json!([group]);
    create
}

/// What the person answers in private to a message of the group.
fn answer(third: &Third, group: &str, message: &Value, words: &str) -> Value {
    let mut note = third.person.note(group, words);
    note["to"] = json!([group]);
    note["inReplyTo"] = message["id"].clone();
    note["content"] = json!(format!("<p><a href=\"{group}\">@{HERE}</a> {words}</p>"));
    note["tag"] = json!([{ "type": "Mention", "href": group, "name": format!("@{HERE}") }]);
    let mut create = third.person.activity("Create", note);
    create["to"] = json!([group]);
    create
}

/// Whether it is a private message of the group with these words.
fn says(activity: &Value, person: &str, words: &str) -> bool {
    activity["type"] == "Create"
        && activity["object"]["to"] == json!([person])
        && activity["object"]["content"].as_str().is_some_and(|content| content.contains(words))
}

on_both_engines! {
    async fn an_appeal_by_reply_is_decided_by_another_moderator_and_undoes_it(alpha: Engine) -> anyhow::Result<()> {
        let world = World::with_members(alpha, &[]).await?;
        let third = Third::start("127.9.0.1", "mary", "mastodon").await?;
        let me = third.person.id.clone();
        third.follow(&world).await?;
        third.receives("an Accept", |activity| activity["type"] == "Accept").await?;
        let create = post(&third, &world.group, "Own tulips");
        third.send(&world.alpha, &create).await?;
        let object = create["object"]["id"].clone();
        let on_alpha = world.maria.eventually_post(HERE, &object).await?;
        world.everybody_reads(&object).await?;

        let path = format!("/posts/{}", text(&on_alpha, "id")?);
        world.maria.delete(&path, Some(json!({ "reason": "Not yours" }))).await?;
        world.nobody_reads(&object).await?;
        let message = third.receives("the message", |activity| says(activity, &me, "Not yours")).await?;
        ensure!(text(&message["object"], "content")?.contains("reply to this message"), "{message}");

        let reply = answer(&third, &world.group, &message["object"], "Those are my own tulips.");
        third.send(&world.alpha, &reply).await?;
        let outcome = world.outcome(&reply).await?;
        ensure!(outcome == "applied", "{outcome}");
        let notice = eventually_told(&world.olga, "appeal", "my own tulips").await?;
        ensure!(notice["appeal"]["state"] == "open", "{notice}");
        let appeals = world.olga.list(&format!("/groups/{HERE}/appeals")).await?;
        let [appeal] = &appeals[..] else { anyhow::bail!("{appeals:?}") };
        ensure!(appeal["person"]["ap_id"] == me && appeal["text"] == "Those are my own tulips.", "{appeal}");

        let decide = format!("/appeals/{}/decide", text(appeal, "id")?);
        let reversed = json!({ "outcome": "reversed", "reason": "You are right" });
        is_refused(&world.maria, Method::POST, &decide, reversed.clone()).await?;
        ensure!(world.maria.find_post(HERE, &object).await.is_err(), "who decided decides again");
        let decided = world.olga.post(&decide, reversed).await?;
        ensure!(decided["outcome"] == "reversed", "{decided}");

        world.everybody_reads(&object).await?;
        let told = third.receives("the outcome", |activity| says(activity, &me, "You are right")).await?;
        ensure!(text(&told["object"], "content")?.contains("taken back"), "{told}");
        let removed = world.decisions("remove").await?;
        let undone = world.decisions("restore").await?;
        let removed = removed.first().context("no removal")?;
        ensure!(undone.first().is_some_and(|undone| undone["undoes"] == removed["id"]), "{undone:?}");
        eventually("a comment that is not one", async || {
            let comments = world.alpha.anonymous().list(&format!("{path}/comments")).await?;
            ensure!(comments.is_empty(), "what was said in private is a comment: {comments:?}");
            Ok(())
        })
        .await
    }
}
