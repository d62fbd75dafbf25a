//! T14: what is not for everybody is given to nobody else, by no address and from no cache.

use anyhow::{Context, ensure};
use guildhall_federation_tests::{
    Engine,
    attacker::{Attacker, Cavage, Forged, Persona, Told},
    text,
};
use serde_json::json;

use crate::stage::{GROUP, Stage};

const SECRET: &str = "xyzzy";

fn get(stage: &Stage, path: &str) -> Forged {
    Forged::get(stage.server.host(), path)
}

/// A signed GET.
fn signed(stage: &Stage, by: &Persona, path: &str) -> Forged {
    let cavage =
        Cavage { covered: "(request-target) host date".to_owned(), ..Cavage::new(&by.key_id, &by.key) };
    cavage.sign(get(stage, path)).without("digest")
}

async fn all_ways(stage: &Stage, by: &Persona, path: &str) -> anyhow::Result<Vec<(String, Told)>> {
    let mut told = Vec::new();
    for accept in [
        "application/activity+json",
        "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
        "text/html",
        "*/*",
        "application/atom+xml",
    ] {
        told.push((
            format!("{path} as {accept}"),
            stage.send(&get(stage, path).set("Accept", accept)).await?,
        ));
    }
    told.push((format!("{path} signed"), stage.send(&signed(stage, by, path)).await?));
    let forged = signed(stage, by, path).to(path);
    told.push((
        format!("{path} signed for another path"),
        stage.send(&signed(stage, by, "/posts/1").to(path)).await?,
    ));
    let twice = forged.clone().add("Signature", &forged.value("signature"));
    told.push((format!("{path} signed twice"), stage.send(&twice).await?));
    told.push((
        format!("{path} by a token of none"),
        stage.send(&get(stage, path).add("Authorization", "Bearer x")).await?,
    ));
    Ok(told)
}

#[tokio::test]
async fn what_is_held_refused_or_removed_is_shown_by_no_address() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    stage.counts(&stage.mallory, &stage.follow()).await?;
    stage.server.group("careful", &["--moderator", "maria", "--review", "all"])?;
    let tom = stage.server.account("tom")?;
    let held = tom.submit("careful", "Held", SECRET).await?;
    let refused = tom.submit("careful", "Refused", SECRET).await?;
    let queue = stage.maria.list("/groups/careful/queue").await?;
    let item = queue.iter().find(|item| item["title"] == "Refused").context("not queued")?;
    stage
        .maria
        .post(&format!("/groups/careful/queue/{}/refuse", text(item, "id")?), json!({ "reason": "No" }))
        .await?;
    let removed = tom.submit(GROUP, "Removed", SECRET).await?;
    let deleted = tom.submit(GROUP, "Deleted", SECRET).await?;
    let edited = tom.submit(GROUP, "Edited", SECRET).await?;
    tom.patch(&format!("/posts/{}", text(&edited, "id")?), json!({ "content": "Nothing any more" })).await?;
    let comment = tom.comment(text(&edited, "id")?, None, SECRET).await?;
    guildhall_federation_tests::eventually("the follower has them", async || {
        ensure!(stage.evil.received().iter().filter(|activity| activity["type"] == "Announce").count() >= 3);
        Ok(())
    })
    .await?;
    stage.maria.delete(&format!("/posts/{}", text(&removed, "id")?), Some(json!({ "reason": "No" }))).await?;
    tom.delete(&format!("/posts/{}", text(&deleted, "id")?), None).await?;
    stage
        .maria
        .delete(&format!("/comments/{}", text(&comment, "id")?), Some(json!({ "reason": "No" })))
        .await?;

    let mut paths: Vec<String> = Vec::new();
    for post in [&held, &refused, &removed, &deleted, &edited, &comment] {
        let id = text(post, "id")?;
        let folder = if std::ptr::eq(post, &raw const comment) { "comments" } else { "posts" };
        for part in ["", "/create", "/announce", "/boost", "/replies", "/context", "/likes"] {
            paths.push(format!("/{folder}/{id}{part}"));
        }
        paths.push(format!("/api/guildhall/v1/{folder}/{id}"));
    }
    for told in stage.evil.received() {
        // By the ids of the activities that the follower got.
        for id in [&told["id"], &told["object"]["id"]] {
            let path = id.as_str().and_then(|id| id.strip_prefix(stage.server.url()));
            paths.extend(path.map(str::to_owned));
        }
    }
    for group in [GROUP, "careful"] {
        for part in [
            "",
            "/outbox",
            "/outbox?page=true",
            "/outbox?page=1",
            "/featured",
            "/followers",
            "/moderators",
            "/feed.atom",
        ] {
            paths.push(format!("/groups/{group}{part}"));
        }
        paths.push(format!("/api/guildhall/v1/groups/{group}/posts"));
        paths.push(format!("/api/guildhall/v1/groups/{group}/queue"));
    }
    for part in ["", "/outbox", "/outbox?page=true", "/feed.atom"] {
        paths.push(format!("/users/tom{part}"));
    }
    paths.push("/".to_owned());
    let mut wrong = Vec::new();
    for path in &paths {
        for (name, told) in all_ways(&stage, &stage.mallory, path).await? {
            if told.text().contains(SECRET) || told.status >= 500 {
                wrong.push(format!("{name}: {} {:.300}", told.status, told.text()));
            }
        }
    }
    ensure!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
    // Controls: the author reads what is his, and everybody what is out.
    let mine = tom.get(&format!("/posts/{}", text(&held, "id")?)).await?;
    ensure!(mine.to_string().contains(SECRET), "{mine}");
    let told = stage.send(&get(&stage, &format!("/posts/{}", text(&edited, "id")?))).await?;
    ensure!(told.text().contains("Nothing any more"), "{}", told.text());
    Ok(())
}

#[tokio::test]
async fn authorized_fetch_shows_a_post_to_whom_it_knows() -> anyhow::Result<()> {
    let stage =
        Stage::set(Engine::Sqlite, |config| config.set("federation.authorized_fetch", "true")).await?;
    let blocked = Attacker::at("127.9.0.2").await?;
    let bella = blocked.person("bella")?;
    stage.server.cli(&["instance", "block", &blocked.host()])?;
    let post = stage.maria.submit(GROUP, "Post", SECRET).await?;
    let path = format!("/posts/{}", text(&post, "id")?);
    let honest = signed(&stage, &stage.mallory, &path);
    let value = honest.value("signature");
    let mut of_another = stage.mallory.clone();
    of_another.key_id = stage.evil.person("victim")?.key_id;
    let unsigned_host = Cavage {
        covered: "(request-target) date".to_owned(),
        ..Cavage::new(&stage.mallory.key_id, &stage.mallory.key)
    };
    let old = guildhall_activitypub::signature::format_http_date(
        guildhall_federation_tests::attacker::now_ms() - 3_700_000,
    )
    .unwrap_or_default();
    let dated = Cavage {
        covered: "(request-target) host date".to_owned(),
        ..Cavage::new(&stage.mallory.key_id, &stage.mallory.key)
    };
    for (name, request, expected) in [
        ("unsigned", get(&stage, &path), 401),
        ("in Authorization", get(&stage, &path).add("Authorization", &format!("Signature {value}")), 401),
        ("empty", get(&stage, &path).add("Signature", ""), 400),
        ("twice", honest.clone().add("Signature", &value), 400),
        ("for another path", signed(&stage, &stage.mallory, "/posts/1").to(&path), 401),
        (
            "for another method",
            {
                let mut post = signed(&stage, &stage.mallory, &path);
                post.method = "HEAD".to_owned();
                post
            },
            401,
        ),
        ("with another's key id", signed(&stage, &of_another, &path), 401),
        ("without the host", unsigned_host.sign(get(&stage, &path)), 401),
        ("an hour old", dated.sign(get(&stage, &path).add("Date", &old)), 401),
        ("by a blocked host", signed(&stage, &bella, &path), 403),
        (
            "with a key of ours",
            signed(
                &stage,
                &{
                    let mut ours = stage.mallory.clone();
                    ours.key_id = format!("{}/users/maria#main-key", stage.server.url());
                    ours
                },
                &path,
            ),
            401,
        ),
    ] {
        let told = stage.send(&request).await?;
        ensure!(told.status == expected, "{name}: {} instead of {expected}: {}", told.status, told.text());
        ensure!(!told.text().contains(SECRET), "{name}: {}", told.text());
        let control = told.header("cache-control").unwrap_or_default();
        ensure!(control.contains("no-store"), "{name}: {control}");
    }
    assert_eq!(blocked.connections(), 0);
    let told = stage.send(&honest).await?;
    ensure!(told.status == 200 && told.text().contains(SECRET), "{}", told.text());
    let (control, vary) =
        (told.header("cache-control").unwrap_or_default(), told.header("vary").unwrap_or_default());
    ensure!(control.contains("private") && control.contains("no-store"), "{control}");
    ensure!(vary.to_lowercase().contains("signature") && vary.contains("Accept"), "{vary}");
    // A tag that a reader was given opens nothing to another.
    let tag = told.header("etag").context("no tag")?.to_owned();
    let told = stage.send(&get(&stage, &path).add("If-None-Match", &tag)).await?;
    ensure!(told.status == 401, "{}", told.status);
    Ok(())
}

/// One address, several representations: a cache must not give one for another.
#[tokio::test]
async fn representations_are_kept_apart() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let post = stage.maria.submit(GROUP, "Post", "Text").await?;
    for path in
        [format!("/posts/{}", text(&post, "id")?), format!("/groups/{GROUP}"), "/users/maria".to_owned()]
    {
        let mut tags = Vec::new();
        for accept in [
            "application/activity+json",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
            "text/html",
        ] {
            let told = stage.send(&get(&stage, &path).set("Accept", accept)).await?;
            ensure!(told.status == 200, "{path} {accept}: {}", told.status);
            let kind = told.header("content-type").unwrap_or_default().to_owned();
            ensure!(
                kind.starts_with(accept.split(';').next().unwrap_or_default()),
                "{path} {accept}: {kind}"
            );
            let vary = told.header("vary").unwrap_or_default().to_lowercase();
            ensure!(vary.contains("accept"), "{path} {accept}: Vary {vary}");
            if let Some(tag) = told.header("etag") {
                tags.push((accept, tag.to_owned()));
            }
        }
        for (of, tag) in &tags {
            for (accept, own) in &tags {
                let told =
                    stage.send(&get(&stage, &path).set("Accept", accept).add("If-None-Match", tag)).await?;
                let expected = if tag == own { 304 } else { 200 };
                ensure!(told.status == expected, "{path}: the tag of {of} for {accept}: {}", told.status);
                ensure!(accept == of || tag != own, "{path}: {accept} and {of} share {tag}");
            }
        }
    }
    Ok(())
}
