//! T1: an activity is not processed before it is sure that the key is its actor's.

use guildhall_federation_tests::attacker::{Cavage, Key, Persona, Reply, Rfc9421};
use serde_json::{Value, json};

use crate::stage::{Attempts, Stage};

/// Serves an actor that is made in some dishonest way.
fn actor(stage: &Stage, name: &str, change: impl FnOnce(&mut Value, &Key)) -> anyhow::Result<Persona> {
    let mut persona = stage.evil.person(name)?;
    let key = persona.key.clone();
    change(&mut persona.document, &key);
    stage.evil.serve(&persona.document);
    Ok(persona)
}

/// A person who is honest and did nothing.
fn victim(stage: &Stage) -> anyhow::Result<Persona> {
    stage.evil.person("victim")
}

#[tokio::test]
async fn a_key_counts_for_the_actor_who_lists_it_alone() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let victim = victim(&stage)?;
    let follow = |of: &Persona| of.activity("Follow", json!(stage.group));
    let mut attempts: Attempts = Vec::new();
    let mut attempt = |name: &str, key_id: &str, key: &Key, activity: &Value, expected| {
        let cavage = Cavage::new(key_id, key).sign(stage.post(activity));
        attempts.push((format!("{name} (Cavage)"), cavage, expected));
        let rfc9421 = Rfc9421::new(key_id, key).sign(stage.post(activity));
        attempts.push((format!("{name} (RFC 9421)"), rfc9421, expected));
    };

    let mallory = &stage.mallory;
    attempt("own key, another's name", &mallory.key_id, &mallory.key, &follow(&victim), "401 key-of-another");
    attempt(
        "another's key id, own key",
        &victim.key_id,
        &mallory.key,
        &follow(&victim),
        "401 signature-mismatch",
    );

    let unlisted = actor(&stage, "unlisted", |document, _| {
        document.as_object_mut().unwrap().remove("publicKey");
    })?;
    attempt("lists no key", &unlisted.key_id, &unlisted.key, &follow(&unlisted), "401 key-not-listed");

    let claims = actor(&stage, "claims", |document, _| {
        document["publicKey"]["owner"] = json!(victim.id);
    })?;
    attempt("owner is another", &claims.key_id, &claims.key, &follow(&victim), "401 key-not-listed");
    attempt(
        "owner is another, own name",
        &claims.key_id,
        &claims.key,
        &follow(&claims),
        "401 key-not-listed",
    );

    let renamed = actor(&stage, "renamed", |document, _| {
        let id = format!("{}#other-key", document["id"].as_str().unwrap());
        document["publicKey"]["id"] = json!(id);
    })?;
    attempt("other fragment", &renamed.key_id, &renamed.key, &follow(&renamed), "401 key-not-listed");

    let bare = actor(&stage, "bare", |document, _| {
        document["publicKey"]["id"] = document["id"].clone();
    })?;
    attempt("no fragment where one is listed", &bare.key_id, &bare.key, &follow(&bare), "401 key-not-listed");

    // A page of its own for the key that says to be the victim's, who knows nothing of it.
    let loose = Key::ed25519()?;
    let page = stage.evil.url("/keys/1");
    stage.evil.serve(&json!({ "id": page, "owner": victim.id, "publicKeyPem": loose.pem() }));
    attempt("key page names the victim", &page, &loose, &follow(&victim), "401 key-not-listed");

    let ownerless = stage.evil.url("/keys/2");
    stage.evil.serve(&json!({ "id": ownerless, "publicKeyPem": loose.pem() }));
    attempt("key page without owner", &ownerless, &loose, &follow(&victim), "401 key-not-");

    let twins = stage.evil.url("/keys/3");
    let both = json!([mallory.id, victim.id]);
    stage.evil.serve(&json!({ "id": twins, "owner": both, "publicKeyPem": loose.pem() }));
    attempt("key page with two owners", &twins, &loose, &follow(&victim), "401 key-not-");

    let elsewhere = stage.evil.url("/keys/4");
    let document = json!({ "id": victim.key_id, "owner": victim.id, "publicKeyPem": loose.pem() });
    stage.evil.put("/keys/4", Reply::document(&document));
    attempt("page of the victim's key elsewhere", &elsewhere, &loose, &follow(&victim), "401 key-not-listed");
    attempt(
        "the same, by the victim's key id",
        &victim.key_id,
        &loose,
        &follow(&victim),
        "401 signature-mismatch",
    );

    // A copy of the victim's document with another key, at another path of the host.
    let mut copy = victim.document.clone();
    copy["publicKey"]["publicKeyPem"] = json!(loose.pem());
    copy["publicKey"]["id"] = json!(stage.evil.url("/uploads/victim#main-key"));
    stage.evil.put("/uploads/victim", Reply::document(&copy));
    let uploaded = stage.evil.url("/uploads/victim#main-key");
    attempt("copy of the victim elsewhere", &uploaded, &loose, &follow(&victim), "401 key-not-listed");

    // Two actors list one key id: whose it is, is not for the second to say.
    let thief = actor(&stage, "thief", |document, key| {
        document["publicKey"] = json!({ "id": victim.key_id, "publicKeyPem": key.pem() });
    })?;
    attempt("lists the victim's key id", &victim.key_id, &thief.key, &follow(&thief), "401 ");
    attempt("lists the victim's key id, as the victim", &victim.key_id, &thief.key, &follow(&victim), "401 ");

    let absent = stage.evil.url("/users/nobody#main-key");
    attempt("no such actor", &absent, &loose, &follow(&victim), "401 key-not-fetched");

    stage.refuses(attempts).await?;
    for honest in [mallory, &victim] {
        stage.counts(honest, &follow(honest)).await?;
    }
    Ok(())
}

/// `keyId` and the actor differ in origin: the key's host is asked for its key and for nothing else, and the actor's for
/// the activity, which it does not confirm.
#[tokio::test]
async fn a_key_of_another_host_makes_nobody_act() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let accomplice = guildhall_federation_tests::attacker::Attacker::at("127.9.0.2").await?;
    let helper = accomplice.person("helper")?;
    let victim = victim(&stage)?;
    let follow = victim.activity("Follow", json!(stage.group));
    stage
        .refuses(vec![
            ("signed by a stranger".to_owned(), stage.signed(&helper, &follow), "401 not-confirmed"),
            (
                "with RFC 9421".to_owned(),
                Rfc9421::new(&helper.key_id, &helper.key).sign(stage.post(&follow)),
                "401 not-confirmed",
            ),
        ])
        .await?;
    stage.counts(&victim, &follow).await
}
