//! T5: a file that somebody has uploaded, or a page that leads elsewhere, is no actor.

use anyhow::ensure;
use guildhall_federation_tests::attacker::{Attacker, Persona, Reply};
use serde_json::json;

use crate::stage::{Attempts, Stage};

/// A person whose document is answered in some other way than that of an honest one.
fn served(stage: &Stage, name: &str, reply: impl FnOnce(&Persona) -> Reply) -> anyhow::Result<Persona> {
    let persona = stage.evil.person(name)?;
    let path = persona.id.replacen(&stage.evil.url(""), "", 1);
    stage.evil.put(&path, reply(&persona));
    Ok(persona)
}

#[tokio::test]
async fn only_what_is_served_as_activitypub_is_an_actor() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let mut attempts: Attempts = Vec::new();
    for (number, media_type) in [
        "text/html",
        "text/plain",
        "application/octet-stream",
        "application/json",
        "application/jrd+json",
        "application/ld+json",
        "application/ld+json; profile=\"https://a.example/\"",
        "application/ld+json; x=\"profile=https://www.w3.org/ns/activitystreams\"",
        "application/vnd.activity+json",
        "application/activity+json2",
        "application/activity",
        "image/png",
        "image/svg+xml",
        "multipart/form-data; boundary=application/activity+json",
        "text/html; application/activity+json",
        "text/html, application/activity+json",
        "",
    ]
    .into_iter()
    .enumerate()
    {
        let persona = served(&stage, &format!("type{number}"), |persona| {
            Reply::new(200, media_type, persona.document.to_string())
        })?;
        let follow = persona.activity("Follow", json!(stage.group));
        attempts.push((format!("as `{media_type}`"), stage.signed(&persona, &follow), "401 key-not-fetched"));
    }
    let document = |persona: &Persona| persona.document.to_string();
    let as_activity = |body: String| Reply::new(200, "application/activity+json", body);
    let mut odd = |name: &str, reply: &dyn Fn(&Persona) -> Reply, expected| -> anyhow::Result<()> {
        let persona = served(&stage, &format!("odd{}", attempts.len()), reply)?;
        let follow = persona.activity("Follow", json!(stage.group));
        attempts.push((name.to_owned(), stage.signed(&persona, &follow), expected));
        Ok(())
    };
    odd(
        "HTML first, then ActivityPub",
        &|persona| {
            Reply::new(200, "text/html", document(persona)).with("Content-Type", "application/activity+json")
        },
        "401 key-not-fetched",
    )?;
    odd(
        "an error page",
        &|persona| Reply::new(404, "application/activity+json", document(persona)),
        "401 key-not-fetched",
    )?;
    odd(
        "a forbidden page",
        &|persona| Reply::new(403, "application/activity+json", document(persona)),
        "401 key-not-fetched",
    )?;
    odd(
        "a failing server",
        &|persona| Reply::new(500, "application/activity+json", document(persona)),
        "503 key-not-fetched",
    )?;
    odd(
        "gone",
        &|persona| Reply::new(410, "application/activity+json", document(persona)),
        "401 key-not-fetched",
    )?;
    odd(
        "said to be compressed",
        &|persona| as_activity(document(persona)).with("Content-Encoding", "gzip"),
        "503 key-not-fetched",
    )?;
    odd(
        "a multipart body",
        &|persona| as_activity(format!("--x\r\n\r\n{}\r\n--x--", document(persona))),
        "401 key-not-fetched",
    )?;
    odd(
        "HTML around it",
        &|persona| as_activity(format!("<script>{}</script>", document(persona))),
        "401 key-not-fetched",
    )?;
    odd("an array", &|persona| as_activity(format!("[{}]", document(persona))), "401 key-not-fetched")?;
    odd(
        "a tombstone",
        &|persona| as_activity(document(persona).replace("\"Person\"", "\"Tombstone\"")),
        "401 key-not-fetched",
    )?;
    odd(
        "a note",
        &|persona| as_activity(document(persona).replace("\"Person\"", "\"Note\"")),
        "401 key-not-",
    )?;
    odd(
        "an id twice",
        &|persona| as_activity(document(persona).replacen('{', "{\"id\":\"https://a.example/x\",", 1)),
        "401 key-not-fetched",
    )?;
    odd("cut off", &|persona| as_activity(document(persona)).broken_off(), "503 key-not-fetched")?;
    odd(
        "an inbox elsewhere",
        &|persona| {
            let mut moved = persona.document.clone();
            moved["inbox"] = json!("http://127.9.0.2:1/inbox");
            as_activity(moved.to_string())
        },
        "401 key-not-fetched",
    )?;
    odd(
        "a name that is no name",
        &|persona| {
            let mut renamed = persona.document.clone();
            renamed["preferredUsername"] = json!("admin@127.0.0.1");
            as_activity(renamed.to_string())
        },
        "401 key-not-fetched",
    )?;
    stage.refuses(attempts).await?;

    for (number, media_type) in [
        "application/activity+json",
        "Application/Activity+JSON; charset=utf-8",
        "application/ld+json; charset=utf-8; profile=\"https://www.w3.org/ns/activitystreams\"",
    ]
    .into_iter()
    .enumerate()
    {
        let persona = served(&stage, &format!("honest{number}"), |persona| {
            Reply::new(200, media_type, persona.document.to_string())
        })?;
        stage.counts(&persona, &persona.activity("Follow", json!(stage.group))).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_redirect_makes_nobody_an_actor() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let other = Attacker::at("127.9.0.2").await?;
    let (canary, forbidden) = (Attacker::at("127.0.0.1").await?, Attacker::at("127.8.0.1").await?);
    let mut attempts: Attempts = Vec::new();
    let mut led = |name: &str, location: &dyn Fn(&Persona) -> String, expected| -> anyhow::Result<()> {
        for status in [301, 302, 303, 307, 308] {
            let called = format!("led{}", attempts.len());
            let persona = served(&stage, &called, |persona| Reply::redirect(status, &location(persona)))?;
            let follow = persona.activity("Follow", json!(stage.group));
            attempts.push((format!("{status} to {name}"), stage.signed(&persona, &follow), expected));
            // What an uploaded file, or the accomplice's server, says of the person.
            let path = format!("/uploads/{called}");
            stage.evil.put(&path, Reply::document(&persona.document));
            other.put(&path, Reply::document(&persona.document));
        }
        Ok(())
    };
    let name_of = |persona: &Persona| persona.id.rsplit('/').next().unwrap_or_default().to_owned();
    led("an uploaded file", &|persona| format!("/uploads/{}", name_of(persona)), "401 key-not-")?;
    led("another host", &|persona| other.url(&format!("/uploads/{}", name_of(persona))), "401 key-not-")?;
    led("itself", &|persona| persona.id.clone(), "401 key-not-")?;
    led("a page of a forbidden address", &|_| canary.url("/x"), "401 key-not-")?;
    led("the same without a scheme", &|_| canary.url("/x").replace("http:", ""), "401 key-not-")?;
    led("another forbidden address", &|_| forbidden.url("/x"), "401 key-not-")?;
    led("us", &|_| format!("{}/groups/gardening", stage.server.url()), "401 key-not-")?;
    led("a file", &|_| "file:///etc/passwd".to_owned(), "401 key-not-")?;
    led("a script", &|_| "javascript:alert(1)".to_owned(), "401 key-not-")?;
    led("nowhere", &|_| String::new(), "401 key-not-")?;
    led("a control character", &|_| "/x\u{b}y".to_owned(), "503 key-not-fetched")?;
    // Four steps to an honest document: one more than are followed.
    let far = stage.evil.person("far")?;
    for step in 0..4 {
        let next = if step == 3 { "/real".to_owned() } else { format!("/step/{}", step + 1) };
        stage.evil.put(&format!("/step/{step}"), Reply::redirect(302, &next));
    }
    stage.evil.put("/users/far", Reply::redirect(302, "/step/0"));
    stage.evil.put("/real", Reply::document(&far.document));
    let follow = far.activity("Follow", json!(stage.group));
    attempts.push(("too many steps".to_owned(), stage.signed(&far, &follow), "401 key-not-"));
    stage.refuses(attempts).await?;
    for victim in [&canary, &forbidden] {
        assert_eq!(victim.connections(), 0, "{:?}", victim.asked());
    }

    // A key id that leads to its owner's document is honest: GoToSocial and others name keys by a page of their own.
    let mut alice = stage.evil.person("alice")?;
    alice.key_id = format!("{}/main-key", alice.id);
    alice.document["publicKey"]["id"] = json!(alice.key_id);
    stage.evil.serve(&alice.document);
    stage.evil.put("/users/alice/main-key", Reply::redirect(302, &alice.id));
    stage.counts(&alice, &alice.activity("Follow", json!(stage.group))).await
}

/// An object whose id is another than the place where it is found counts only as its id's own server has it.
#[tokio::test]
async fn a_copy_of_a_post_is_not_the_post() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let other = Attacker::at("127.9.0.2").await?;
    let alice = other.person("alice")?;
    let forged = alice.note(&stage.group, "Forged in her name");
    let (path, real) = ("/copies/1", alice.note(&stage.group, "What she wrote"));
    stage.evil.put(path, Reply::document(&forged));
    stage.evil.put("/copies/2", Reply::document(&real));
    for (name, object) in [
        ("by its place", json!(stage.evil.url(path))),
        ("by its id", forged["id"].clone()),
        ("of something that is not there", json!(stage.evil.url("/copies/2"))),
        ("by a redirect", {
            stage.evil.put("/copies/3", Reply::redirect(302, &other.url("/uploads/1")));
            other.put("/uploads/1", Reply::document(&forged));
            json!(stage.evil.url("/copies/3"))
        }),
    ] {
        for kind in ["Create", "Update", "Announce"] {
            let activity = stage.mallory.activity(kind, object.clone());
            let told = stage.send(&stage.signed(&stage.mallory, &activity)).await?;
            stage.settled().await?;
            ensure!(told.status < 500, "{name}: {}", told.text());
            ensure!(stage.titles().await?.is_empty(), "{kind} {name}: {:?}", stage.titles().await?);
        }
    }
    other.serve(&real);
    stage.counts(&alice, &alice.activity("Create", real["id"].clone())).await?;
    assert_eq!(stage.titles().await?, ["What she wrote"]);
    Ok(())
}
