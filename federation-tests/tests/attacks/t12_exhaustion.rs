//! T12: what one request, or one document, can make us do is limited, by numbers that are written down. How the server
//! bears many of them at a time is for the load tests.

use std::{io::Write, process::Stdio, time::Duration};

use anyhow::{Context, ensure};
use guildhall_federation_tests::attacker::{Cavage, Forged, Reply};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::stage::{GROUP, Stage};

/// Longer than any of these may take on a busy machine; a fetch may take 10 s.
const SOON: Duration = Duration::from_secs(12);

/// Keys that are fetched in a minute for one address, see `crates/federation/src/limits.rs`.
const KEY_FETCHES: usize = 600;

fn gzipped_zeros(mebibytes: usize) -> anyhow::Result<Vec<u8>> {
    let mut gzip =
        std::process::Command::new("gzip").arg("-9").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut stdin = gzip.stdin.take().context("no input")?;
    let writer =
        std::thread::spawn(move || (0..mebibytes).try_for_each(|_| stdin.write_all(&vec![b' '; 1 << 20])));
    let output = gzip.wait_with_output()?.stdout;
    writer.join().map_err(|_| anyhow::anyhow!("gzip"))??;
    Ok(output)
}

#[tokio::test]
async fn bodies_are_as_large_and_deep_as_they_may_be() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let sign = |body: Vec<u8>| {
        let post = Forged::post(stage.server.host(), "/inbox", body);
        Cavage::new(&stage.mallory.key_id, &stage.mallory.key).sign(post)
    };
    let padded = |size: usize| {
        let follow = stage.follow();
        let mut text = follow.to_string();
        let pad = size - text.len() - ",\"pad\":\"\"".len();
        text.truncate(text.len() - 1);
        text.extend([",\"pad\":\"", &"x".repeat(pad), "\"}"]);
        (follow, text.into_bytes())
    };
    let mebibyte = 1 << 20;
    let deep = "[".repeat(mebibyte / 2) + &"]".repeat(mebibyte / 2);
    let objects = "{\"a\":".repeat(mebibyte / 6) + "1" + &"}".repeat(mebibyte / 6);
    let chunked = |body: &[u8]| [format!("{:x}\r\n", body.len()).as_bytes(), body, b"\r\n0\r\n\r\n"].concat();
    let large = padded(mebibyte + 1).1;
    let unannounced = sign(large.clone()).add("Transfer-Encoding", "chunked").body(chunked(&large));
    stage
        .refuses(vec![
            ("arrays in arrays".to_owned(), sign(deep.clone().into_bytes()), "400 document"),
            ("objects in objects".to_owned(), sign(objects.into_bytes()), "400 document"),
            ("never closed".to_owned(), sign("[".repeat(mebibyte).into_bytes()), "400 document"),
            ("a byte too many".to_owned(), sign(large), "413 too-large"),
            ("a byte too many, in chunks".to_owned(), unannounced, "413 too-large"),
        ])
        .await?;
    let (follow, body) = padded(mebibyte);
    stage.takes("just not too large", &sign(body), &follow).await
}

#[tokio::test]
async fn a_fetch_ends_whatever_is_served() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let bomb = gzipped_zeros(200)?;
    let activity = |body: Vec<u8>| Reply::new(200, "application/activity+json", body);
    for (name, reply) in [
        ("a bomb", activity(bomb).with("Content-Encoding", "gzip")),
        ("a body without end", activity(vec![b' '; 65536]).endless()),
        ("headers without end", activity(Vec::new()).with("X-Long", &"x".repeat(4 << 20))),
        (
            "thousands of headers",
            (0..5000).fold(activity(Vec::new()), |reply, number| reply.with(&format!("X-{number}"), "x")),
        ),
        ("deep nesting", activity("[".repeat(1 << 20).into_bytes())),
        ("a redirect to itself", Reply::redirect(302, "")),
    ] {
        let persona = stage.evil.person(&name.replace(' ', "-"))?;
        let path = persona.id.replacen(&stage.evil.url(""), "", 1);
        stage.evil.put(&path, reply);
        let began = Instant::now();
        let follow = persona.activity("Follow", json!(stage.group));
        let told = stage.send(&stage.signed(&persona, &follow)).await?;
        ensure!(matches!(told.status, 401 | 503), "{name}: {}", told.text());
        ensure!(began.elapsed() < SOON, "{name}: {:?}", began.elapsed());
        ensure!(stage.evil.count(&path) <= 4, "{name}: asked for {} times", stage.evil.count(&path));
        ensure!(stage.store.outcome(follow["id"].as_str().unwrap_or_default())? == "unknown", "{name}");
    }
    stage.counts(&stage.mallory, &stage.follow()).await
}

/// Answers of which each leads to the next, for ever.
#[tokio::test]
async fn what_has_no_end_is_left_off() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let (base, group, author) = (stage.evil.url(""), stage.group.clone(), stage.mallory.id.clone());
    stage.evil.put_else(move |asked| {
        let Some((folder, number)) = asked.target.rsplit_once('/') else { return Reply::status(404) };
        let Ok(number) = number.parse::<u64>() else { return Reply::status(if asked.method == "POST" { 202 } else { 404 }) };
        let (here, next) = (format!("{base}{folder}/{number}"), format!("{base}{folder}/{}", number + 1));
        Reply::document(&match folder {
            "/chain" => json!({ "id": here, "type": "Note", "attributedTo": author, "content": "x", "inReplyTo": next,
                "to": ["https://www.w3.org/ns/activitystreams#Public", group] }),
            "/pages" => json!({ "id": here, "type": "OrderedCollectionPage", "next": next, "orderedItems": [format!("{base}/people/{number}")] }),
            _ => return Reply::status(404),
        })
    });
    let count =
        |folder: &str| stage.evil.asked().iter().filter(|asked| asked.target.starts_with(folder)).count();

    // A reply to a reply to a reply …: 20 steps up, and within them 50 documents.
    let mut note = stage.mallory.note(&stage.group, "At the end of a chain");
    note["inReplyTo"] = json!(stage.evil.url("/chain/1"));
    let create = stage.mallory.activity("Create", note);
    stage.send(&stage.signed(&stage.mallory, &create)).await?;
    stage.settled().await?;
    ensure!((1..=22).contains(&count("/chain/")), "{} of the chain", count("/chain/"));

    // Moderators, featured posts, answers and threads: 10 pages each.
    let mut club = stage.evil.group("club")?;
    for field in ["attributedTo", "featured", "outbox", "followers"] {
        club.document[field] = json!(stage.evil.url("/pages/1"));
    }
    stage.evil.serve(&club.document);
    let host = stage.evil.host();
    let link = json!({ "rel": "self", "type": "application/activity+json", "href": club.id });
    let jrd = json!({ "subject": format!("acct:club@{host}"), "links": [link] });
    stage.evil.put(
        &format!("/.well-known/webfinger?resource=acct:club@{}", host.replace(':', "%3A")),
        Reply::new(200, "application/jrd+json", jrd.to_string()),
    );
    stage.maria.put(&format!("/groups/club@{host}/membership"), json!({})).await?;
    let pages = count("/pages/");
    ensure!((1..=11).contains(&pages), "{pages} pages of moderators");
    ensure!(count("/people/") <= 50, "{} moderators", count("/people/"));

    let mut root = stage.mallory.note(&club.id, "A thread without end");
    root["context"] = json!(stage.evil.url("/pages/100"));
    root["replies"] = json!(stage.evil.url("/pages/200"));
    stage.evil.serve(&root);
    let mut reply = stage.mallory.note(&club.id, "In it");
    reply["inReplyTo"] = root["id"].clone();
    let announce = club.activity("Announce", stage.mallory.activity("Create", reply));
    stage.send(&stage.signed(&club, &announce)).await?;
    stage.settled().await?;
    let more = count("/pages/") - pages;
    ensure!(more <= 11, "{more} pages of a thread");
    Ok(())
}

#[tokio::test]
async fn long_lists_are_read_in_part_and_lead_nowhere() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let ids: Vec<String> = (0..10_000).map(|number| stage.evil.url(&format!("/many/{number}"))).collect();
    let mentions: Vec<Value> =
        ids.iter().map(|id| json!({ "type": "Mention", "href": id, "name": "@x" })).collect();
    let hashtags: Vec<Value> =
        (0..5_000).map(|number| json!({ "type": "Hashtag", "name": format!("#t{number}") })).collect();
    let options: Vec<Value> =
        (0..5_000).map(|number| json!({ "type": "Note", "name": number.to_string() })).collect();
    let with_group: Vec<_> =
        std::iter::once(stage.group.clone()).chain(ids.iter().take(9_000).cloned()).collect();
    for (name, field, value) in [
        ("mentions", "tag", json!(mentions[..3_000])),
        ("hashtags", "tag", json!(hashtags)),
        ("recipients", "to", json!(with_group)),
        ("copies", "cc", json!(ids)),
        ("attachments", "attachment", json!(mentions[..3_000])),
        ("options", "oneOf", json!(options)),
    ] {
        let mut note = stage.mallory.note(&stage.group, name);
        note[field] = value;
        if field == "oneOf" {
            note["type"] = json!("Question");
        }
        let began = Instant::now();
        let create = stage.mallory.activity("Create", note);
        stage.counts(&stage.mallory, &create).await.context(name)?;
        ensure!(began.elapsed() < SOON, "{name}: {:?}", began.elapsed());
    }
    let mut flag = stage.mallory.activity("Flag", json!(ids));
    flag["to"] = json!([stage.group]);
    stage.send(&stage.signed(&stage.mallory, &flag)).await?;
    stage.settled().await?;
    let asked = stage.evil.asked().iter().filter(|asked| asked.target.starts_with("/many/")).count();
    assert_eq!(asked, 0);
    assert_eq!(stage.titles().await?.len(), 6);
    Ok(())
}

/// Whoever sends us a request can name any key; what that costs others is limited.
#[tokio::test]
async fn many_names_of_keys_do_not_make_us_a_weapon() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let victim = guildhall_federation_tests::attacker::Attacker::at("127.9.0.3").await?;
    let body = stage.follow();
    let with_key = |key_id: &str| Cavage::new(key_id, &stage.mallory.key).sign(stage.post(&body));
    // One page, however many keys are said to be on it.
    for number in 0..50 {
        let key_id = victim.url(&format!("/users/one#key-{number}"));
        let mut follow = body.clone();
        for field in ["id", "actor"] {
            follow[field] = json!(victim.url(&format!("/{field}/{number}")));
        }
        let told = stage.send(&Cavage::new(&key_id, &stage.mallory.key).sign(stage.post(&follow))).await?;
        ensure!(told.status == 401, "{}", told.text());
    }
    assert_eq!(victim.connections(), 1);
    // Many pages: so many a minute, then none.
    let mut told = Vec::new();
    for number in 0..KEY_FETCHES + 60 {
        told.push(stage.send(&with_key(&victim.url(&format!("/users/{number}#key")))).await?);
    }
    let asked = victim.connections();
    ensure!(asked <= KEY_FETCHES + 60, "{asked}");
    let limited: Vec<_> = told.iter().filter(|told| told.status == 429).collect();
    let last = limited.last().context("never told to wait")?;
    ensure!(last.header("retry-after").is_some(), "{:?}", last.headers);
    ensure!(asked + limited.len() <= told.len() + 1, "{asked} were asked for, {} refused", limited.len());
    assert_eq!(stage.store.rows("SELECT ap_id FROM received_activities")?.len(), 0, "{GROUP}");
    Ok(())
}
