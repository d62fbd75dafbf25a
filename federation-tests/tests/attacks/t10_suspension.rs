//! T10: who is blocked or suspended comes in by no other door.

use anyhow::ensure;
use guildhall_federation_tests::{
    attacker::{Attacker, Cavage, Persona, Reply},
    eventually,
};
use serde_json::{Value, json};

use crate::stage::{GROUP, Stage};

#[tokio::test]
async fn a_blocked_host_has_no_other_way_in() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let blocked = Attacker::at("127.9.0.2").await?;
    let bella = blocked.person("bella")?;
    let club = stage.evil.group("club")?;
    let host = stage.evil.host();
    finger(&stage, "club", &club);
    // Honest before: what was let in then is no way in later.
    stage.counts(&bella, &bella.activity("Follow", json!(stage.group))).await?;
    let old = bella.note(&stage.group, "Before the block");
    blocked.serve(&old);
    stage.counts(&bella, &bella.activity("Create", old.clone())).await?;
    stage
        .maria
        .ask(reqwest::Method::PUT, &format!("/groups/club@{host}/membership"), Some(json!({})))
        .await?;
    stage.server.cli(&["instance", "block", &blocked.host(), "--reason", "test"])?;
    // The lists are remembered for three seconds.
    eventually("the block counts", async || {
        let dislike = bella.activity("Dislike", old["id"].clone());
        stage.send(&stage.signed(&bella, &dislike)).await?;
        ensure!(stage.store.outcome(dislike["id"].as_str().unwrap_or_default())? == "unknown");
        Ok(())
    })
    .await?;
    stage.settled().await?;

    let new = bella.note(&stage.group, "After the block");
    blocked.serve(&new);
    let create = bella.activity("Create", new.clone());
    blocked.serve(&create);
    let connections = blocked.connections();
    let before = stage.store.effects()?;
    let mut edited = old.clone();
    edited["content"] = json!("<p>Edited</p>");
    edited["updated"] = json!("2030-01-01T00:00:00Z");
    stage.evil.put("/leads", Reply::redirect(302, new["id"].as_str().unwrap_or_default()));
    let mut reply = stage.mallory.note(&stage.group, "An answer to it");
    reply["inReplyTo"] = new["id"].clone();
    let mut moved = bella.activity("Move", json!(bella.id));
    moved["target"] = json!(stage.mallory.id);
    let second = claims_handle(&stage, "second", &format!("second@{}", blocked.host()))?;
    let attempts: Vec<(&str, &Persona, Value)> = vec![
        ("signed by her", &bella, create.clone()),
        ("an Update of what is here", &bella, bella.activity("Update", edited)),
        ("a Delete", &bella, bella.activity("Delete", old["id"].clone())),
        ("an Undo", &bella, bella.activity("Undo", bella.activity("Follow", json!(stage.group)))),
        ("a Move away", &bella, moved),
        ("forwarded", &stage.mallory, create.clone()),
        ("announced, whole", &club, club.activity("Announce", create.clone())),
        ("announced by id", &club, club.activity("Announce", create["id"].clone())),
        ("its object announced", &club, club.activity("Announce", new.clone())),
        ("its object announced by id", &club, club.activity("Announce", new["id"].clone())),
        ("announced by a redirect", &club, club.activity("Announce", json!(stage.evil.url("/leads")))),
        ("named by a stranger's Create", &stage.mallory, stage.mallory.activity("Create", new["id"].clone())),
        ("under a handle of the blocked host", &second, second.activity("Follow", json!(stage.group))),
    ];
    for (name, by, activity) in attempts {
        let told = stage.send(&stage.signed(by, &activity)).await?;
        // Who is blocked hears nothing; who vouches for the blocked may hear a refusal.
        let is_silent = told.status == 202 || (by.id == stage.mallory.id && told.status < 500);
        ensure!(is_silent, "{name}: {} {}", told.status, told.text());
        stage.settled().await?;
        let after = stage.store.effects()?;
        let changed: Vec<_> = crate::stage::differences(&before, &after).collect();
        ensure!(changed.is_empty(), "{name}: {changed:?}");
        ensure!(blocked.connections() == connections, "{name}: the blocked host was asked");
    }
    // An answer to what cannot be had stands in the group without it, and the blocked host is not asked for it.
    let activity = stage.mallory.activity("Create", reply);
    stage.send(&stage.signed(&stage.mallory, &activity)).await?;
    stage.settled().await?;
    assert_eq!(blocked.connections(), connections, "{:?}", blocked.asked().last());
    stage.counts(&stage.mallory, &stage.follow()).await
}

/// A block of a domain covers what is below it, in every spelling; nobody is asked for an address of such a name.
#[tokio::test]
async fn a_blocked_domain_covers_what_is_below_it() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    stage.server.cli(&["instance", "block", "blocked.example"])?;
    let mut attempts = Vec::new();
    for host in [
        "blocked.example",
        "sub.blocked.example",
        "a.b.blocked.example",
        "BLOCKED.example",
        "blocked.example:8443",
        "%62locked.example",
    ] {
        for scheme in ["http", "https"] {
            let key_id = format!("{scheme}://{host}/users/x#main-key");
            let mut follow = stage.follow();
            follow["id"] = json!(format!("{scheme}://{host}/activities/1"));
            follow["actor"] = json!(format!("{scheme}://{host}/users/x"));
            let cavage = Cavage::new(&key_id, &stage.mallory.key);
            attempts.push((key_id.clone(), cavage.sign(stage.post(&follow)), "202"));
            attempts.push((format!("{key_id} forwarded"), stage.signed(&stage.mallory, &follow), "202"));
        }
    }
    stage.refuses(attempts).await?;
    stage.counts(&stage.mallory, &stage.follow()).await
}

/// One person: banned in the group, then suspended by her own server.
#[tokio::test]
async fn a_banned_person_has_no_other_way_in() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let other = Attacker::at("127.9.0.2").await?;
    let mallory = &stage.mallory;
    stage.counts(mallory, &stage.follow()).await?;
    let old = mallory.note(&stage.group, "Before the ban");
    stage.evil.serve(&old);
    stage.counts(mallory, &mallory.activity("Create", old.clone())).await?;
    let handle = format!("mallory@{}", stage.evil.host());
    let ban = format!("/groups/{GROUP}/bans/{handle}");
    stage.maria.put(&ban, json!({ "reason": "Spam" })).await?;

    let new = mallory.note(&stage.group, "After the ban");
    stage.evil.serve(&new);
    let create = mallory.activity("Create", new.clone());
    stage.evil.serve(&create);
    let mut edited = old.clone();
    edited["content"] = json!("<p>Edited</p>");
    let mut reply = mallory.note(&stage.group, "A comment");
    reply["inReplyTo"] = old["id"].clone();
    let helper = other.person("helper")?;
    let entries = "SELECT ap_id, content_html, state, up FROM entries ORDER BY id";
    let members = "SELECT actor_id, state FROM memberships ORDER BY actor_id";
    let before = (stage.store.rows(entries)?, stage.store.rows(members)?);
    let attempts: Vec<(&str, &Persona, Value)> = vec![
        ("a post", mallory, create.clone()),
        ("a comment", mallory, mallory.activity("Create", reply)),
        ("an edit", mallory, mallory.activity("Update", edited)),
        ("a Like", mallory, mallory.activity("Like", old["id"].clone())),
        ("a Follow", mallory, stage.follow()),
        ("a Join", mallory, mallory.activity("Join", json!(stage.group))),
        ("forwarded", &helper, {
            let mut again = create.clone();
            again["id"] = json!(mallory.fresh("activities"));
            stage.evil.serve(&again);
            again
        }),
    ];
    for (name, by, activity) in attempts {
        let told = stage.send(&stage.signed(by, &activity)).await?;
        ensure!(told.status == 202, "{name}: {}", told.text());
        stage.settled().await?;
        let after = (stage.store.rows(entries)?, stage.store.rows(members)?);
        // What is refused is kept for the moderators to see.
        let shown = stage.titles().await?;
        ensure!(
            shown == ["Before the ban"] && after.1 == before.1 && after.0[0] == before.0[0],
            "{name}: {after:?}"
        );
    }
    // A new account of hers is somebody else until a moderator says otherwise; a Move brings no membership with it.
    let fresh = stage.evil.person("fresh")?;
    let mut moved = mallory.activity("Move", json!(mallory.id));
    moved["target"] = json!(fresh.id);
    stage.send(&stage.signed(mallory, &moved)).await?;
    stage.settled().await?;
    ensure!(stage.store.rows(members)? == before.1);
    stage.maria.delete(&ban, None).await?;
    stage.counts(mallory, &mallory.activity("Like", old["id"].clone())).await
}

fn finger(stage: &Stage, name: &str, persona: &Persona) {
    let host = stage.evil.host();
    let link = json!({ "rel": "self", "type": "application/activity+json", "href": persona.id });
    let jrd = json!({ "subject": format!("acct:{name}@{host}"), "links": [link] });
    let path = format!("/.well-known/webfinger?resource=acct:{name}@{}", host.replace(':', "%3A"));
    stage.evil.put(&path, Reply::new(200, "application/jrd+json", jrd.to_string()));
}

/// Somebody of the attacker's host who says to be known under another one.
fn claims_handle(stage: &Stage, name: &str, handle: &str) -> anyhow::Result<Persona> {
    let mut persona = stage.evil.person(name)?;
    persona.document["webfinger"] = json!(handle);
    stage.evil.serve(&persona.document);
    Ok(persona)
}
