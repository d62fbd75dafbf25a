//! T6: nobody makes us connect to where no other server can be.
//!
//! The server may connect to one address alone, the attacker's; listeners on others record whoever comes. Names that lead
//! to a forbidden address stand in the system's own table here (`localhost`); names that change between check and use are
//! tried in the library's tests with a resolver of their own (`address_guard.rs`), as the system's cannot be exchanged.

use anyhow::ensure;
use guildhall_federation_tests::{
    Engine,
    attacker::{Attacker, Cavage, Persona, Reply},
    eventually,
};
use serde_json::{Value, json};

use crate::stage::{Attempts, Stage};

struct Scene {
    stage: Stage,
    /// At 127.0.0.1, at another address of 127/8 and, where this machine has it, at `::1`.
    victims: Vec<Attacker>,
}

impl Scene {
    async fn start() -> anyhow::Result<Self> {
        let only = |config: guildhall_federation_tests::ServerConfig| {
            config.set("federation.allow_addresses", "127.9.0.1/32")
        };
        let stage = Stage::set(Engine::Sqlite, only).await?;
        let mut victims = vec![Attacker::at("127.0.0.1").await?, Attacker::at("127.9.0.2").await?];
        victims.extend(Attacker::at("::1").await);
        Ok(Self { stage, victims })
    }

    fn port(&self) -> u16 {
        self.victims[0].port()
    }

    fn victims_were_left_alone(&self) {
        for victim in &self.victims {
            assert_eq!(victim.connections(), 0, "{}: {:?}", victim.host(), victim.asked());
        }
    }

    /// Where no server can be: by literals of each range in many spellings, and by name.
    fn places(&self) -> Vec<String> {
        let literals = [
            "127.0.0.1",
            "127.9.0.2",
            "127.255.255.254",
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "017700000001",
            "127.1",
            "127.0.1",
            "0",
            "0x0",
            "127.0.0.1.",
            "%31%32%37.0.0.1",
            "127%2e0%2e0%2e1",
            "[::1]",
            "[::]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::ffff:10.0.0.1]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b::10.0.0.1]",
            "[64:ff9b:1::1]",
            "[100::1]",
            "[2001::1]",
            "[2001:db8::1]",
            "[2002:7f00:1::]",
            "[3fff::1]",
            "[fc00::1]",
            "[fd00::1]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
            "localhost",
            "LOCALHOST",
            "ip6-localhost",
        ];
        let mut places: Vec<_> =
            literals.iter().map(|host| format!("http://{host}:{}", self.port())).collect();
        places.extend(self.victims.iter().map(|victim| victim.url("")));
        places.push(self.stage.server.url().replace("127.0.0.1", "localhost"));
        places
    }
}

#[tokio::test]
async fn a_signature_leads_nowhere_forbidden() -> anyhow::Result<()> {
    let scene = Scene::start().await?;
    let stage = &scene.stage;
    let mut attempts: Attempts = Vec::new();
    for place in scene.places() {
        let mut follow = stage.follow();
        let key_id = format!("{place}/users/mallory#main-key");
        attempts.push((
            format!("key at {place}"),
            Cavage::new(&key_id, &stage.mallory.key).sign(stage.post(&follow)),
            // By name it is found out when the name is looked up.
            if place.to_lowercase().contains("localhost") { "" } else { "401 " },
        ));
        follow["id"] = json!(format!("{place}/activities/1"));
        follow["actor"] = json!(format!("{place}/users/mallory"));
        attempts.push((format!("actor at {place}"), stage.signed(&stage.mallory, &follow), ""));
    }
    // Plain http or not, with whatever is in front of it.
    for place in ["https://localhost", "https://127.0.0.1", "https://[::1]"] {
        let key_id = format!("{place}:{}/users/mallory#main-key", scene.port());
        let forged = Cavage::new(&key_id, &stage.mallory.key).sign(stage.post(&stage.follow()));
        attempts.push((key_id, forged, ""));
    }
    // Those with an empty expectation may be told to come again: what counts is that nothing is kept and nobody asked.
    for (name, request, _) in &attempts {
        let told = stage.send(request).await?;
        ensure!(
            matches!(told.status, 400 | 401 | 403 | 422 | 503),
            "{name}: {} {}",
            told.status,
            told.text()
        );
    }
    stage.refuses(attempts).await?;
    scene.victims_were_left_alone();
    stage.counts(&stage.mallory, &stage.follow()).await
}

/// An actor's document with one address of the victim's in it.
fn pointing(scene: &Scene, name: &str, change: impl FnOnce(&mut Value)) -> anyhow::Result<Persona> {
    let mut persona = scene.stage.evil.person(name)?;
    change(&mut persona.document);
    scene.stage.evil.serve(&persona.document);
    Ok(persona)
}

#[tokio::test]
async fn an_actors_document_leads_nowhere_forbidden() -> anyhow::Result<()> {
    let scene = Scene::start().await?;
    let stage = &scene.stage;
    let mut count = 0;
    for place in [
        scene.victims[0].url(""),
        format!("http://localhost:{}", scene.port()),
        format!("http://[::1]:{}", scene.port()),
    ] {
        for field in
            ["inbox", "outbox", "followers", "featured", "icon", "image", "url", "movedTo", "attachment"]
        {
            count += 1;
            let persona = pointing(&scene, &format!("p{count}"), |document| {
                document[field] = json!(format!("{place}/{field}"));
            })?;
            let follow = persona.activity("Follow", json!(stage.group));
            let told = stage.send(&stage.signed(&persona, &follow)).await?;
            ensure!(told.status == if field == "inbox" { 401 } else { 202 }, "{field}: {}", told.text());
        }
        count += 1;
        let persona = pointing(&scene, &format!("p{count}"), |document| {
            document["endpoints"] =
                json!({ "sharedInbox": format!("{place}/shared"), "proxyUrl": format!("{place}/proxy") });
            document["webfinger"] = json!(format!("p{count}@{}", place.replace("http://", "")));
            document["alsoKnownAs"] = json!([format!("{place}/users/other")]);
        })?;
        stage.counts(&persona, &persona.activity("Follow", json!(stage.group))).await?;
    }
    // Each that was taken has its answer, at home.
    let taken = count - 3;
    eventually("all are answered", async || {
        let answers = stage.evil.received().len();
        ensure!(answers >= taken, "{answers} of {taken}");
        Ok(())
    })
    .await?;
    // What NodeInfo says where it is, and where it redirects to.
    let links = json!({ "links": [{ "rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": scene.victims[0].url("/nodeinfo") }] });
    stage.evil.put("/.well-known/nodeinfo", Reply::new(200, "application/json", links.to_string()));
    stage.counts(&stage.mallory, &stage.follow()).await?;
    scene.victims_were_left_alone();
    Ok(())
}

#[tokio::test]
async fn an_activity_leads_nowhere_forbidden() -> anyhow::Result<()> {
    let scene = Scene::start().await?;
    let stage = &scene.stage;
    let club = stage.evil.group("club")?;
    stage.counts(&stage.mallory, &stage.follow()).await?;
    for place in
        [scene.victims[0].url(""), scene.victims[1].url(""), format!("http://localhost:{}", scene.port())]
    {
        let at = |path: &str| json!(format!("{place}{path}"));
        let mut reply = stage.mallory.note(&stage.group, "An answer");
        reply["inReplyTo"] = at("/notes/1");
        let mut rich = stage.mallory.note(&stage.group, "Rich");
        rich["attachment"] =
            json!([{ "type": "Link", "href": at("/page") }, { "type": "Image", "url": at("/image.png") }]);
        rich["url"] = at("/page");
        rich["context"] = at("/context");
        rich["replies"] = at("/replies");
        rich["image"] = json!({ "type": "Image", "url": at("/image.png") });
        rich["tag"] = json!([{ "type": "Mention", "href": at("/users/x"), "name": "@x" }]);
        let leads = stage.evil.url("/leads");
        stage.evil.put("/leads", Reply::redirect(302, &format!("{place}/notes/2")));
        let activities = [
            (&stage.mallory, "Create", at("/notes/1")),
            (&stage.mallory, "Update", at("/notes/1")),
            (&stage.mallory, "Create", json!(leads)),
            (&stage.mallory, "Create", reply),
            (&stage.mallory, "Create", rich),
            (&stage.mallory, "Like", at("/notes/1")),
            (&stage.mallory, "Delete", at("/notes/1")),
            (&stage.mallory, "Undo", at("/activities/1")),
            (&stage.mallory, "Accept", at("/activities/1")),
            (&stage.mallory, "Flag", json!([at("/notes/1"), at("/users/x")])),
            (&club, "Announce", at("/notes/1")),
            (&club, "Announce", json!(leads)),
            (
                &club,
                "Announce",
                json!({ "id": at("/activities/2"), "type": "Create", "actor": at("/users/x"), "object": at("/notes/2") }),
            ),
        ];
        for (by, kind, object) in activities {
            let told = stage.send(&stage.signed(by, &by.activity(kind, object))).await?;
            ensure!(told.status < 500, "{kind}: {}", told.text());
        }
        for kind in ["Move", "Add", "Remove", "Block"] {
            let mut activity = stage.mallory.activity(kind, json!(stage.mallory.id));
            activity["target"] = at("/users/x");
            stage.send(&stage.signed(&stage.mallory, &activity)).await?;
            let mut activity = stage.mallory.activity(kind, at("/users/x"));
            activity["target"] = json!(format!("{}/moderators", stage.group));
            stage.send(&stage.signed(&stage.mallory, &activity)).await?;
        }
        stage.settled().await?;
    }
    scene.victims_were_left_alone();
    Ok(())
}

/// What a person of ours looks for by a handle.
#[tokio::test]
async fn a_handle_leads_nowhere_forbidden() -> anyhow::Result<()> {
    let scene = Scene::start().await?;
    let stage = &scene.stage;
    let port = scene.port();
    let host = stage.evil.host();
    let jrd = |subject: &str, href: &str| {
        let link = json!({ "rel": "self", "type": "application/activity+json", "href": href });
        Reply::new(200, "application/jrd+json", json!({ "subject": subject, "links": [link] }).to_string())
    };
    let victim = scene.victims[0].url("/c/x");
    let finger =
        |name: &str| format!("/.well-known/webfinger?resource=acct:{name}@{}", host.replace(':', "%3A"));
    stage.evil.put(&finger("here"), jrd(&format!("acct:here@{host}"), &victim));
    stage.evil.put(&finger("there"), jrd(&format!("acct:there@127.0.0.1:{port}"), &victim));
    stage.evil.put(&finger("led"), Reply::redirect(302, &scene.victims[0].url("/finger")));
    let handles = [
        format!("x@127.0.0.1:{port}"),
        format!("x@localhost:{port}"),
        format!("x@[::1]:{port}"),
        format!("x@0x7f000001:{port}"),
        format!("x@2130706433:{port}"),
        format!("x@127.9.0.2:{}", scene.victims[1].port()),
        format!("x@{host}@127.0.0.1:{port}"),
        format!("x@127.0.0.1:{port}#@{host}"),
        format!("here@{host}"),
        format!("there@{host}"),
        format!("led@{host}"),
    ];
    for handle in handles {
        let escaped = handle.replace('%', "%25").replace('#', "%23").replace('[', "%5B").replace(']', "%5D");
        let path = format!("/groups/{escaped}/membership");
        let answer = stage.maria.ask(reqwest::Method::PUT, &path, Some(json!({}))).await?;
        ensure!(!answer.status.is_success(), "{handle}: {}", answer.body);
    }
    scene.victims_were_left_alone();

    let club = stage.evil.group("club")?;
    stage.evil.put(&finger("club"), jrd(&format!("acct:club@{host}"), &club.id));
    let joined = stage
        .maria
        .ask(reqwest::Method::PUT, &format!("/groups/club@{host}/membership"), Some(json!({})))
        .await?;
    assert!(joined.status.is_success(), "{}", joined.body);
    Ok(())
}
