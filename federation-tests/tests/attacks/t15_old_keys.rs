//! T15: a key counts as long as its owner lists it, and an actor as long as it exists.

use anyhow::ensure;
use guildhall_activitypub::signature::format_http_date;
use guildhall_federation_tests::{
    Engine,
    attacker::{Cavage, Forged, Key, Persona, Reply, now_ms},
};
use serde_json::{Value, json};

use crate::stage::Stage;

/// How far the server's clock is behind at first.
const BEHIND_MS: i64 = 1_800_000;

fn with_key(persona: &Persona, key: &Key, fragment: &str) -> Persona {
    let mut changed = persona.clone();
    changed.key = key.clone();
    changed.key_id = format!("{}#{fragment}", persona.id);
    changed.document["publicKey"]["id"] = json!(changed.key_id);
    changed.document["publicKey"]["publicKeyPem"] = json!(key.pem());
    changed
}

fn signed_at(stage: &Stage, by: &Persona, activity: &Value, ahead_ms: i64) -> Forged {
    let date = format_http_date(now_ms() + ahead_ms).unwrap_or_default();
    Cavage::new(&by.key_id, &by.key).sign(stage.post(activity).add("Date", &date))
}

#[tokio::test]
async fn a_key_that_was_replaced_opens_nothing() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let old = stage.mallory.clone();
    stage.counts(&old, &stage.follow()).await?;
    let mut last = old.clone();
    for (number, fragment) in ["main-key", "second-key", "main-key"].into_iter().enumerate() {
        // By an Update that the old key may still sign, the server learns of the new one.
        let new = with_key(&old, &Key::ed25519()?, fragment);
        stage.evil.serve(&new.document);
        stage.counts(&last, &last.activity("Update", new.document.clone())).await?;
        let activity = new.activity("Dislike", json!(stage.group));
        let expected =
            if new.key_id == last.key_id { "401 signature-mismatch" } else { "401 key-not-listed" };
        stage
            .refuses(vec![
                (format!("{number}: the key before"), stage.signed(&last, &activity), expected),
                (format!("{number}: the first key"), stage.signed(&old, &activity), "401 "),
            ])
            .await?;
        let told = stage.send(&stage.signed(&new, &activity)).await?;
        ensure!(told.status == 202, "{number}: {}", told.text());
        last = new;
    }
    Ok(())
}

#[tokio::test]
async fn a_key_is_asked_for_again_when_its_time_has_come() -> anyhow::Result<()> {
    let mut stage = Stage::set(Engine::Sqlite, |config| config.clock_off("-30m")).await?;
    let follow = stage.follow();
    let old = stage.mallory.clone();
    stage.takes("control", &signed_at(&stage, &old, &follow, -BEHIND_MS), &follow).await?;
    // Without a word, there is another key. One that was fetched just now is not asked for again.
    let new = with_key(&old, &Key::ed25519()?, "main-key");
    stage.evil.serve(&new.document);
    let asked = stage.evil.count("/users/mallory");
    let activity = new.activity("Undo", follow.clone());
    stage
        .refuses(vec![(
            "too early".to_owned(),
            signed_at(&stage, &new, &activity, -BEHIND_MS),
            "401 signature-mismatch",
        )])
        .await?;
    assert_eq!(stage.evil.count("/users/mallory"), asked);
    // Somebody who cannot be had: not asked for again for five minutes, and then he is.
    let late = stage.evil.person("late")?;
    stage.evil.put("/users/late", Reply::status(404));
    let follow_of_late = late.activity("Follow", json!(stage.group));
    for _ in 0..5 {
        let told = stage.send(&signed_at(&stage, &late, &follow_of_late, -BEHIND_MS)).await?;
        ensure!(told.status == 401, "{}", told.text());
    }
    assert_eq!(stage.evil.count("/users/late"), 1);
    stage.evil.serve(&late.document);
    let told = stage.send(&signed_at(&stage, &late, &follow_of_late, -BEHIND_MS)).await?;
    ensure!(told.status == 401 && stage.evil.count("/users/late") == 1, "{}", told.text());

    stage.server.stop().await?;
    stage.server.set_clock_right();
    stage.server.resume().await?;
    stage.counts(&late, &follow_of_late).await?;
    // Half an hour later: the new key is found by its failure, and the old one is gone with that.
    stage.counts(&new, &activity).await?;
    let again = old.activity("Follow", json!(stage.group));
    stage
        .refuses(vec![("the old key".to_owned(), stage.signed(&old, &again), "401 signature-mismatch")])
        .await
}

#[tokio::test]
async fn who_is_deleted_comes_back_only_by_a_document_of_today() -> anyhow::Result<()> {
    let mut stage = Stage::set(Engine::Sqlite, |config| config.clock_off("-30m")).await?;
    let mallory = stage.mallory.clone();
    let follow = stage.follow();
    stage.takes("control", &signed_at(&stage, &mallory, &follow, -BEHIND_MS), &follow).await?;
    let farewell = mallory.activity("Delete", json!(mallory.id));
    stage.evil.put("/users/mallory", Reply::status(410));
    stage.takes("farewell", &signed_at(&stage, &mallory, &farewell, -BEHIND_MS), &farewell).await?;

    let note = mallory.note(&stage.group, "From beyond");
    let create = mallory.activity("Create", note);
    let new = with_key(&mallory, &Key::ed25519()?, "main-key");
    let at = |by: &Persona, activity: &Value| signed_at(&stage, by, activity, -BEHIND_MS);
    stage
        .refuses(vec![
            ("with the cached key".to_owned(), at(&mallory, &create), "401 "),
            ("a Follow".to_owned(), at(&mallory, &mallory.activity("Follow", json!(stage.group))), "401 "),
            ("with another key".to_owned(), at(&new, &create), "401 "),
            ("a Delete of herself".to_owned(), at(&new, &new.activity("Delete", json!(mallory.id))), "202"),
        ])
        .await?;
    // Her id is somebody else's now. Whoever it is, the old key is not hers.
    stage.evil.serve(&new.document);
    stage.server.stop().await?;
    stage.server.set_clock_right();
    stage.server.resume().await?;
    stage
        .refuses(vec![("the old key after the return".to_owned(), stage.signed(&mallory, &create), "401 ")])
        .await?;
    stage.counts(&new, &new.activity("Follow", json!(stage.group))).await
}
