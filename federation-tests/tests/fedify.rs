//! A server and a peer on Fedify: lookups, deliveries signed both ways in both directions, wrong clocks.

use anyhow::Context;
use guildhall_federation_tests::{Api, Fedify, Server, ServerConfig, eventually, text};
use serde_json::{Value, json};

const GROUP: &str = "gardening";

struct World {
    server: Server,
    maria: Api,
    /// The group's global id.
    group: String,
    fedify: Fedify,
}

impl World {
    async fn start() -> anyhow::Result<Self> {
        let (server, fedify) =
            tokio::try_join!(Server::start(ServerConfig::new("guildhall")), Fedify::serve("fedify-peer"))?;
        let maria = server.account("maria")?;
        let group = server.group(GROUP, &["--moderator", "maria", "--title", "The gardeners"])?;
        Ok(Self { server, maria, group, fedify })
    }

    /// A `Follow` by this signature, accepted.
    async fn follow(&self, signature: &str) -> anyhow::Result<()> {
        let follow = json!({ "group": self.group, "signature": signature });
        let followed = self.fedify.tell("follow", follow).await?;
        assert_eq!(attempts(&followed), [(signature, 202)], "{followed}");
        let id = &followed["activity"]["id"];
        let accept = self.fedify.eventually_receives("Accept(Follow(Group))", |accept| {
            accept["object"] == *id || accept["object"]["id"] == *id
        });
        assert_ne!(accept.await?.record["verified_key"], Value::Null);
        Ok(())
    }
}

/// Signature and status of each delivery that a command made.
fn attempts(done: &Value) -> Vec<(&str, u64)> {
    let attempts = done["attempts"].as_array().map(Vec::as_slice).unwrap_or_default();
    let read = |attempt: &'_ Value| {
        let status = attempt["status"].as_u64().unwrap_or_default();
        (attempt["signature"].as_str().map(str::to_owned), status)
    };
    let known = |signature: Option<String>| match signature.as_deref() {
        Some("cavage") => "cavage",
        Some("rfc9421") => "rfc9421",
        _ => "none",
    };
    attempts.iter().map(read).map(|(signature, status)| (known(signature), status)).collect()
}

#[tokio::test]
async fn fedify_finds_our_actors_by_handle_and_by_url() -> anyhow::Result<()> {
    let world = World::start().await?;
    let host = world.server.host();
    let (group, person) = (format!("@{GROUP}@{host}"), format!("@maria@{host}"));
    let found = Fedify::lookup(&[&group, &world.group, &person])?;
    for (one, kind) in found.iter().zip(["Group", "Group", "Person"]) {
        let actor = &one["object"];
        assert_eq!(actor["type"], kind, "{one}");
        let id = text(actor, "id")?;
        assert_eq!(
            one["webfinger"]["links"]
                .as_array()
                .map(|links| { links.iter().any(|link| link["rel"] == "self" && link["href"] == id) }),
            Some(true),
            "{one}"
        );
        let key = json!({ "id": format!("{id}#main-key"), "owner": id, "algorithm": "RSASSA-PKCS1-v1_5" });
        assert_eq!(actor["publicKeys"], json!([key]));
        let methods = actor["assertionMethods"].as_array().context("no assertionMethods")?;
        assert!(
            methods.iter().any(|key| key["algorithm"] == "Ed25519" && key["controller"] == id),
            "{methods:?}"
        );
        assert_eq!(actor["sharedInbox"], format!("{}/inbox", world.server.url()));
    }
    assert_eq!(found[0]["object"], found[1]["object"]);
    assert_eq!(found[0]["object"]["name"], "The gardeners");
    Ok(())
}

#[tokio::test]
async fn fedify_finds_our_objects_and_collections() -> anyhow::Result<()> {
    let world = World::start().await?;
    let post = world.maria.submit(GROUP, "Tools", "A *good* spade.").await?;
    let comment = world.maria.comment(text(&post, "id")?, None, "Or two.").await?;
    let (post, comment) = (text(&post, "ap_id")?, text(&comment, "ap_id")?);
    let outbox = format!("{}/outbox", world.group);
    let found = Fedify::lookup(&[post, comment, &outbox])?;
    let (page, note, outbox) = (&found[0]["object"], &found[1]["object"], &found[2]["object"]);

    assert!(["Page", "Article"].contains(&text(page, "type")?), "{page}");
    assert_eq!(page["name"], "Tools");
    assert_eq!(page["audience"], json!([world.group]));
    assert!(text(page, "content")?.contains("<em>good</em>"), "{page}");
    assert_eq!(note["type"], "Note");
    assert_eq!(note["inReplyTo"], json!([post]));
    assert_eq!(note["attributedTo"], json!([format!("{}/users/maria", world.server.url())]));
    assert_eq!(outbox["type"], "OrderedCollection");
    // The thread as a collection: the post and its comment (FEP-7888).
    let context = page["context"][0].as_str().context("no context")?;
    assert_eq!(Fedify::lookup(&[context])?[0]["object"]["totalItems"], 2);
    Ok(())
}

#[tokio::test]
async fn fedify_follows_by_either_signature_at_the_first_try() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.follow("cavage").await?;
    world.follow("rfc9421").await
}

#[tokio::test]
async fn fedify_verifies_what_it_gets_and_knows_its_author() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.follow("cavage").await?;
    let post = world.maria.submit(GROUP, "Pots", "Clay.").await?;
    let id = post["ap_id"].clone();
    let names = |announce: &Value| announce.to_string().contains(id.as_str().unwrap_or("no id"));
    let announce = eventually("the announce", async || {
        let received = world.fedify.received().await?;
        let mut announces = received.into_iter().filter(|one| one.activity["type"] == "Announce");
        announces.find(|one| names(&one.activity)).context("no Announce")
    });
    let announce = announce.await?;
    assert_eq!(announce.record["status"], 202);
    assert_eq!(announce.record["verified_key"], format!("{}#main-key", world.group));
    world.fedify.has_refused_nothing().await
}

#[tokio::test]
async fn who_signs_by_rfc_9421_is_answered_by_rfc_9421() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.follow("rfc9421").await?;
    world.maria.submit(GROUP, "Pots", "Clay.").await?;
    eventually("a delivery by RFC 9421", async || {
        let received = world.fedify.received().await?;
        let mut signed = received.iter().filter(|one| one.record["signature"] == "rfc9421");
        let good = |one: &Value| one["verified_key"].is_string() && one["status"] == 202;
        signed.find(|one| good(&one.record)).map(drop).with_context(|| format!("only {received:#?}"))
    })
    .await
}

#[tokio::test]
async fn a_note_of_fedify_becomes_a_post_and_its_like_a_vote() -> anyhow::Result<()> {
    let world = World::start().await?;
    let note = json!({ "group": world.group, "content": "Look at my beans!" });
    let sent = world.fedify.tell("note", note).await?;
    assert_eq!(attempts(&sent), [("rfc9421", 202)]);
    let arrived = world.maria.eventually_post(GROUP, &sent["activity"]["object"]["id"]).await?;
    assert!(text(&arrived, "title")?.contains("Look at my beans!"));

    let post = world.maria.submit(GROUP, "Peas", "").await?;
    let path = format!("/posts/{}", text(&post, "id")?);
    let up = world.maria.get(&path).await?["up"].as_i64().context("no up")?;
    world.fedify.tell("like", json!({ "object": post["ap_id"] })).await?;
    eventually("the like is counted", async || {
        let now = world.maria.get(&path).await?["up"].as_i64();
        anyhow::ensure!(now == Some(up + 1), "{now:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_clock_that_is_nearly_an_hour_behind_is_accepted_and_one_that_is_more_is_not() -> anyhow::Result<()>
{
    let world = World::start().await?;
    for signature in ["cavage", "rfc9421"] {
        // Up to an hour old, up to five minutes ahead.
        for (minutes, status) in [(-55, 202), (-65, 401), (3, 202), (10, 401), (60, 401)] {
            let follow =
                json!({ "group": world.group, "signature": signature, "clock_offset_minutes": minutes });
            let sent = world.fedify.tell("follow", follow).await?;
            assert_eq!(attempts(&sent), [(signature, status)], "{minutes} minutes: {sent}");
        }
    }
    Ok(())
}
