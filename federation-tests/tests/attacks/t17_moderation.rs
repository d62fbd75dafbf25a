//! T17: a group speaks for itself alone, and its moderators for it alone.

use anyhow::{Context, ensure};
use guildhall_federation_tests::{
    attacker::{Attacker, Persona, Reply},
    eventually,
};
use serde_json::{Value, json};

use crate::stage::{GROUP, Stage, differences};

struct Scene {
    stage: Stage,
    /// A group of the attacker's that maria is in.
    club: Persona,
    /// Another of the same host, and one of an accomplice's.
    rivals: [Persona; 2],
    /// A third server with honest people, one of whom has posted to the club.
    alice: Persona,
    third: Attacker,
    post: Value,
    /// By one of ours, in our group.
    ours: Value,
}

fn finger(peer: &Attacker, persona: &Persona) {
    let name = persona.id.rsplit('/').next().unwrap_or_default();
    let host = peer.host();
    let link = json!({ "rel": "self", "type": "application/activity+json", "href": persona.id });
    let jrd = json!({ "subject": format!("acct:{name}@{host}"), "links": [link] });
    let path = format!("/.well-known/webfinger?resource=acct:{name}@{}", host.replace(':', "%3A"));
    peer.put(&path, Reply::new(200, "application/jrd+json", jrd.to_string()));
}

impl Scene {
    async fn start() -> anyhow::Result<Self> {
        let stage = Stage::start().await?;
        let (accomplice, third) = (Attacker::at("127.9.0.2").await?, Attacker::at("127.9.0.3").await?);
        let club = stage.evil.group("club")?;
        let rivals = [stage.evil.group("rival")?, accomplice.group("rival")?];
        finger(&stage.evil, &club);
        finger(&stage.evil, &rivals[0]);
        finger(&accomplice, &rivals[1]);
        for (group, peer) in [(&club, &stage.evil), (&rivals[0], &stage.evil), (&rivals[1], &accomplice)] {
            let name = group.id.rsplit('/').next().unwrap_or_default();
            stage.maria.put(&format!("/groups/{name}@{}/membership", peer.host()), json!({})).await?;
            let follow = eventually("the follow arrives", async || {
                let came = peer.received();
                came.into_iter()
                    .find(|came| came["type"] == "Follow" && came["object"] == group.id.as_str())
                    .context("no Follow")
            })
            .await?;
            stage.counts(group, &group.activity("Accept", follow)).await?;
        }
        let alice = third.person("alice")?;
        let mut post = alice.note(&club.id, "In the club");
        post["published"] = json!("2026-01-01T00:00:00Z");
        post["updated"] = json!("2026-01-01T00:00:00Z");
        let create = alice.activity("Create", post.clone());
        third.serve(&post);
        third.serve(&create);
        stage.counts(&club, &club.activity("Announce", create)).await?;
        stage.settled().await?;
        let ours = stage.maria.submit(GROUP, "Ours", "x").await?;
        Ok(Self { stage, club, rivals, alice, third, post, ours })
    }
}

fn to(by: &Persona, kind: &str, object: Value, target: &str) -> Value {
    let mut activity = by.activity(kind, object);
    activity["target"] = json!(target);
    activity
}

#[tokio::test]
async fn a_group_announces_nothing_for_another() -> anyhow::Result<()> {
    let scene = Scene::start().await?;
    let Scene { stage, club, rivals, alice, third, post, ours } = &scene;
    let mallory = &stage.mallory;
    let handle = |name: &str| format!("{}/{name}", club.id);
    let our_moderators = format!("{}/moderators", stage.group);
    let our_post = ours["ap_id"].clone();
    let maria = json!(format!("{}/users/maria", stage.server.url()));
    let mut edited = post.clone();
    edited["content"] = json!("<p>Forged</p>");
    edited["updated"] = json!("2030-01-01T00:00:00Z");
    let forged_note = alice.note(&club.id, "Forged in her name");
    // What a moderator of the club, or the club, could do; said by those who are neither.
    let about_club: Vec<(&str, Value)> = vec![
        ("Delete", mallory.activity("Delete", post["id"].clone())),
        ("Lock", mallory.activity("Lock", post["id"].clone())),
        ("Undo of a Lock", mallory.activity("Undo", mallory.activity("Lock", post["id"].clone()))),
        ("Add of a moderator", to(mallory, "Add", json!(mallory.id), &handle("moderators"))),
        ("Remove of a moderator", to(mallory, "Remove", maria.clone(), &handle("moderators"))),
        ("Add to the featured", to(mallory, "Add", post["id"].clone(), &handle("featured"))),
        ("Remove from the featured", to(mallory, "Remove", post["id"].clone(), &handle("featured"))),
        ("Block", to(mallory, "Block", json!(alice.id), &club.id)),
        ("Block of one of ours", to(mallory, "Block", maria.clone(), &club.id)),
        ("Update of the club", mallory.activity("Update", club.document.clone())),
        ("Delete of the club", mallory.activity("Delete", json!(club.id))),
        ("Move of a thread", to(mallory, "Move", post["id"].clone(), &rivals[0].id)),
        ("Remove of a thread", to(mallory, "Remove", post["id"].clone(), &club.id)),
    ];
    // About what is ours; not even the club can say such a thing.
    let about_ours: Vec<(&str, Value)> = vec![
        ("Delete of ours", mallory.activity("Delete", our_post.clone())),
        ("Lock of ours", mallory.activity("Lock", our_post.clone())),
        ("Add to our moderators", to(mallory, "Add", json!(mallory.id), &our_moderators)),
        ("Remove from our moderators", to(mallory, "Remove", maria.clone(), &our_moderators)),
        ("Add to our featured", to(mallory, "Add", our_post.clone(), &format!("{}/featured", stage.group))),
        ("Block in our group", to(mallory, "Block", json!(alice.id), &stage.group)),
        ("Block of maria in our group", to(mallory, "Block", maria.clone(), &stage.group)),
        ("Move of ours", to(mallory, "Move", our_post.clone(), &club.id)),
        ("Update of our group", mallory.activity("Update", json!(stage.group))),
    ];
    // In the names of people of another host, who have said nothing.
    let forged: Vec<(&str, Value)> = vec![
        ("a forged Create", alice.activity("Create", forged_note.clone())),
        ("a forged Create by id", alice.activity("Create", forged_note["id"].clone())),
        ("a forged Update", alice.activity("Update", edited.clone())),
        ("a forged Delete", alice.activity("Delete", post["id"].clone())),
        ("a forged Like", alice.activity("Like", post["id"].clone())),
        ("a forged Undo", alice.activity("Undo", alice.activity("Like", post["id"].clone()))),
        ("a forged Follow of ours", alice.activity("Follow", json!(stage.group))),
        ("a forged Block", to(alice, "Block", maria, &club.id)),
        ("a forged Add", to(alice, "Add", json!(mallory.id), &handle("moderators"))),
    ];
    let before = stage.store.effects()?;
    let mut attempts: Vec<(String, &Persona, Value)> = Vec::new();
    for (name, activity) in &about_club {
        attempts.push((format!("{name} by nobody's word"), mallory, activity.clone()));
        attempts.push((
            format!("{name} announced by a person"),
            mallory,
            mallory.activity("Announce", fresh(activity, mallory)),
        ));
        for rival in rivals {
            attempts.push((
                format!("{name} announced by {}", rival.id),
                rival,
                rival.activity("Announce", fresh(activity, mallory)),
            ));
        }
    }
    for (name, activity) in &about_ours {
        for by in [club, &rivals[1]] {
            attempts.push((
                format!("{name} announced by {}", by.id),
                by,
                by.activity("Announce", fresh(activity, mallory)),
            ));
        }
    }
    for (name, activity) in &forged {
        for by in [club, &rivals[0], &rivals[1]] {
            let inner = fresh(activity, alice);
            attempts.push((
                format!("{name} announced by {}", by.id),
                by,
                by.activity("Announce", inner.clone()),
            ));
            let nested = rivals[0].activity("Announce", fresh(&inner, alice));
            attempts.push((
                format!("{name} announced twice by {}", by.id),
                by,
                by.activity("Announce", nested),
            ));
        }
    }
    for (name, by, activity) in attempts {
        let told = stage.send(&stage.signed(by, &activity)).await?;
        ensure!(told.status < 500, "{name}: {}", told.text());
        stage.settled().await?;
        let after = stage.store.effects()?;
        let changed: Vec<_> = differences(&before, &after).collect();
        ensure!(changed.is_empty(), "{name}: {changed:?}");
    }
    ensure!(third.asked().iter().all(|asked| asked.method == "GET"), "nobody there hears of it");

    // The club itself can: control.
    let locked = mallory.activity("Lock", post["id"].clone());
    stage.counts(club, &club.activity("Announce", locked.clone())).await?;
    stage.settled().await?;
    ensure!(stage.store.outcome(locked["id"].as_str().unwrap_or_default())?.starts_with("applied"));
    ensure!(stage.store.rows("SELECT ap_id FROM entries WHERE locked")?.len() == 1);
    Ok(())
}

/// A list of moderators on another origin is somebody else's word, and one that names others is no more than a list.
#[tokio::test]
async fn a_list_of_moderators_is_its_groups_own() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let other = Attacker::at("127.9.0.2").await?;
    let list = other.url("/moderators");
    let named = json!({ "id": list, "type": "OrderedCollection", "orderedItems": [stage.mallory.id, format!("{}/users/maria", stage.server.url())] });
    other.serve(&named);
    let mut club = stage.evil.group("club")?;
    club.document["attributedTo"] = json!(list);
    club.document["moderators"] = json!(list);
    stage.evil.serve(&club.document);
    finger(&stage.evil, &club);
    let mut led = stage.evil.group("led")?;
    led.document["attributedTo"] = json!(stage.evil.url("/c/led/list"));
    stage.evil.put("/c/led/list", Reply::redirect(302, &list));
    stage.evil.serve(&led.document);
    finger(&stage.evil, &led);
    for name in ["club", "led"] {
        stage.maria.put(&format!("/groups/{name}@{}/membership", stage.evil.host()), json!({})).await?;
    }
    let moderators = stage.store.rows("SELECT group_id FROM staff WHERE role <> 'helper'")?;
    ensure!(moderators.len() == 1, "{moderators:?}");
    let mut honest = stage.evil.group("honest")?;
    let own = stage.evil.url("/c/honest/list");
    honest.document["attributedTo"] = json!(own);
    stage.evil.serve(&honest.document);
    stage.evil.serve(&json!({ "id": own, "type": "OrderedCollection", "orderedItems": [stage.mallory.id] }));
    finger(&stage.evil, &honest);
    stage.maria.put(&format!("/groups/honest@{}/membership", stage.evil.host()), json!({})).await?;
    ensure!(stage.store.rows("SELECT group_id FROM staff WHERE role <> 'helper'")?.len() == 2);
    Ok(())
}

/// The same activity under a new id.
fn fresh(activity: &Value, by: &Persona) -> Value {
    let mut again = activity.clone();
    again["id"] = json!(by.fresh("again"));
    again
}
