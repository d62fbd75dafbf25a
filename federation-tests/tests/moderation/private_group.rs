//! A group for its members, who are on three servers, and one server that is none of them and asks for everything.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use guildhall_federation_tests::{Api, Server, attacker::Forged, eventually, text};
use serde_json::{Value, json};

use crate::{
    third::Third,
    world::{HERE, World},
};

/// In all that is said for members, and nowhere else.
const SECRET: &str = "xyzzy";

/// How a document is asked for.
const KINDS: [&str; 4] = ["application/activity+json", "text/html", "application/atom+xml", "*/*"];

/// Lets in whoever waits under this handle.
async fn admit(world: &World, handle: &str) -> anyhow::Result<()> {
    let item = world.maria.eventually_queued(HERE, &format!("@{handle}")).await?;
    let path = format!("/groups/{HERE}/queue/{}/admit", text(&item, "id")?);
    world.maria.post(&path, json!({})).await.map(drop)
}

/// The addresses of a post or comment and of all that belongs to it: of a server's own, and of what it has of others.
fn of_entry(entry: &Value, folder: &str) -> anyhow::Result<Vec<String>> {
    let id = text(entry, "id")?;
    let parts = ["", "/create", "/announce", "/boost", "/context", "/replies", "/replies?page=1", "/likes"];
    let mut paths: Vec<String> = parts.iter().map(|part| format!("/{folder}/{id}{part}")).collect();
    let below = ["", "/comments", "/votes", "/decisions", "/explain"];
    paths.extend(below.iter().map(|part| format!("/api/guildhall/v1/{folder}/{id}{part}")));
    Ok(paths)
}

/// What a server says of a group and of a person, under the names they have there.
fn in_general(group: &str, person: &str) -> Vec<String> {
    let mut paths: Vec<String> = ["/", "/feed.atom", "/actor", "/actor/outbox", "/actor/outbox?page=true"]
        .iter()
        .map(|&path| path.to_owned())
        .collect();
    for part in [
        "",
        "/outbox",
        "/outbox?page=true",
        "/outbox?page=1",
        "/followers",
        "/followers?page=1",
        "/followers_synchronization",
        "/featured",
        "/moderators",
        "/feed.atom",
        "/log",
        "/log.atom",
    ] {
        paths.push(format!("/groups/{group}{part}"));
    }
    for part in ["", "/outbox", "/outbox?page=true", "/outbox?page=1", "/followers", "/feed.atom"] {
        paths.push(format!("/users/{person}{part}"));
    }
    for part in ["", "/posts", "/queue", "/log", "/reports", "/cases", "/decisions", "/copies", "/staff"] {
        paths.push(format!("/api/guildhall/v1/groups/{group}{part}"));
    }
    for part in ["/groups", "/instance/log", "/instance/cases", "/notices"] {
        paths.push(format!("/api/guildhall/v1{part}"));
    }
    paths
}

/// Asks for each in every way; gives where the secret was told, and what broke.
async fn leaks(third: &Third, server: &Server, paths: &BTreeSet<String>) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    for path in paths {
        for kind in KINDS {
            let plain = Forged::get(server.host(), path).set("Accept", kind);
            let token = plain.clone().add("Authorization", "Bearer x");
            for (how, request) in
                [("", plain.clone()), (" by a token of none", token), (" signed", third.signed(plain))]
            {
                let told = request.send(&server.upstream()).await?;
                if told.text().contains(SECRET) || told.status >= 500 {
                    wrong.push(format!("{path} as {kind}{how}: {} {:.300}", told.status, told.text()));
                }
            }
        }
    }
    Ok(wrong)
}

/// The paths on a server of all ids in what somebody was sent.
fn ids_in(sent: &[Value], server: &Server, paths: &mut BTreeSet<String>) {
    for value in sent {
        match value {
            Value::String(id) => {
                let path = id.strip_prefix(server.url()).filter(|path| path.starts_with('/'));
                paths.extend(path.map(str::to_owned));
            }
            Value::Array(items) => ids_in(items, server, paths),
            Value::Object(members) => {
                let members: Vec<Value> = members.values().cloned().collect();
                ids_in(&members, server, paths);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// What this reader sees of the group's posts.
async fn reads(person: &Api, group: &str) -> bool {
    let posts = person.list(&format!("/groups/{group}/posts")).await.unwrap_or_default();
    json!(posts).to_string().contains(SECRET)
}

on_both_engines! {
    async fn what_is_said_among_members_is_told_to_no_outsider(alpha: Engine) -> anyhow::Result<()> {
        let world = World::start(alpha, &["--visibility", "members", "--admission", "approval"]).await?;
        let member = Third::start("127.9.0.1", "mia", "lemmy").await?;
        let outsider = Third::start("127.9.0.2", "otto", "lemmy").await?;
        let membership = format!("/groups/{}/membership", world.there);
        world.bob.put(&membership, json!({})).await?;
        admit(&world, &world.of_beta("bob")).await?;
        world.bob.join(&world.there).await?;
        member.follow(&world).await?;
        admit(&world, &member.handle()).await?;
        // Asks, and is not let in.
        outsider.follow(&world).await?;
        world.maria.eventually_queued(HERE, &format!("@{}", outsider.handle())).await?;

        let post = world.maria.submit(HERE, &format!("The {SECRET} bed"), &format!("Behind the {SECRET}.")).await?;
        let on_beta = world.bob.eventually_post(&world.there, &post["ap_id"]).await?;
        ensure!(text(&on_beta, "content_html")?.contains(SECRET), "{on_beta}");
        let id = text(&post, "id")?;
        let comment = world.bob.comment(text(&on_beta, "id")?, None, &format!("I saw the {SECRET}.")).await?;
        let on_alpha = world.maria.eventually_comment(id, &comment["ap_id"]).await?;
        world.maria.put(&format!("/posts/{id}/feature"), json!({})).await?;
        member.receives("the comment", |sent| sent.to_string().contains("I saw the")).await?;

        let sent = member.peer.received();
        for (server, group, person, entries) in [
            (&world.alpha, HERE, "maria", [&post, &on_alpha]),
            (&world.beta, world.there.as_str(), "bob", [&on_beta, &comment]),
        ] {
            let mut paths: BTreeSet<String> = in_general(group, person).into_iter().collect();
            for (entry, folder) in entries.into_iter().zip(["posts", "comments"]) {
                paths.extend(of_entry(entry, folder)?);
            }
            ids_in(&sent, server, &mut paths);
            let wrong = leaks(&outsider, server, &paths).await?;
            ensure!(wrong.is_empty(), "{} leaks:\n{}", wrong.len(), wrong.join("\n"));
        }
        let came = outsider.peer.received();
        ensure!(!json!(came).to_string().contains(SECRET), "it was sent: {came:?}");

        // The same by the API, with accounts that are no members.
        for (person, group) in [
            (&world.carla, HERE),
            (&world.ben, world.there.as_str()),
            (&world.alpha.anonymous(), HERE),
            (&world.beta.anonymous(), world.there.as_str()),
        ] {
            ensure!(!reads(person, group).await, "{person:?}");
        }
        // What is asked for here can be found: by members, in the same way.
        ensure!(reads(&world.maria, HERE).await && reads(&world.bob, &world.there).await);
        let told = member.fetch(&world.alpha, &format!("/posts/{id}")).await?;
        ensure!(told.status == 200 && told.text().contains(SECRET), "{} {}", told.status, told.text());
        let told = member.fetch(&world.alpha, &format!("/posts/{id}/create")).await?;
        ensure!(told.text().contains(SECRET), "{} {}", told.status, told.text());

        // Who is put out reads no more, and hears no more.
        let out = format!("/groups/{HERE}/bans/{}", member.handle());
        world.maria.put(&out, json!({ "reason": "Told others" })).await?;
        eventually("the ban is known", async || {
            let told = member.fetch(&world.alpha, &format!("/posts/{id}")).await?;
            ensure!(!told.text().contains(SECRET), "{}", told.status);
            Ok(())
        })
        .await?;
        let before = member.peer.received().len();
        let last = world.maria.submit(HERE, &format!("After {SECRET}"), "").await?;
        world.bob.eventually_post(&world.there, &last["ap_id"]).await?;
        let later = member.peer.received();
        let later = later.get(before..).context("fewer than before")?;
        ensure!(!json!(later).to_string().contains(text(&last, "ap_id")?), "{later:?}");
        Ok(())
    }
}
