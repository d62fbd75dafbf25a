//! T16: nobody from outside speaks for what lives here.

use anyhow::ensure;
use guildhall_federation_tests::{
    attacker::{Attacker, Cavage, Rfc9421},
    text,
};
use serde_json::{Value, json};

use crate::stage::{Attempts, GROUP, Stage, differences};

#[tokio::test]
async fn nobody_takes_over_what_lives_here() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let accomplice = Attacker::at("127.9.0.2").await?;
    let helper = accomplice.person("helper")?;
    let post = stage.maria.submit(GROUP, "Maria's", "Hers.").await?;
    let (server, host) = (stage.server.url(), stage.server.host().to_owned());
    let ours = text(&post, "ap_id")?;
    let path = ours.trim_start_matches(server);
    let maria = format!("{server}/users/maria");
    let mallory = &stage.mallory;
    stage.counts(mallory, &stage.follow()).await?;
    let club = stage.evil.group("club")?;

    // The actor is ours, in each spelling that is still ours; the key is ours, mallory's or an accomplice's.
    let spellings = [
        server.to_owned(),
        format!("HTTP://{host}"),
        format!("http://{}", host.replace("127.0.0.1", "127.1")),
        format!("http://{}", host.replace("127.0.0.1", "0x7f000001")),
        format!("http://{}", host.replace("127.0.0.1", "%31%32%37.0.0.1")),
        format!("http://{}", host.replace("127.0.0.1", "127\u{3002}0\u{3002}0\u{3002}1")),
        format!("https://{host}"),
        format!("{server}/x/.."),
        format!("{server}/%2e%2e"),
    ];
    let mut attempts: Attempts = Vec::new();
    for spelling in &spellings {
        for actor in ["/users/maria".to_owned(), format!("/groups/{GROUP}"), "/actor".to_owned()] {
            for (kind, object) in [
                ("Follow", json!(stage.group)),
                ("Delete", json!(ours)),
                ("Update", json!(format!("{spelling}{actor}"))),
                ("Accept", stage.follow()),
                ("Announce", json!(ours)),
            ] {
                let activity = json!({ "id": format!("{spelling}/activities/{kind}"), "type": kind, "actor": format!("{spelling}{actor}"), "object": object });
                let own_key = format!("{server}{actor}#main-key");
                for (name, key_id, key) in [
                    ("our key", &own_key, &mallory.key),
                    ("his key", &mallory.key_id, &mallory.key),
                    ("another's key", &helper.key_id, &helper.key),
                ] {
                    let forged = Cavage::new(key_id, key).sign(stage.post(&activity));
                    attempts.push((format!("{kind} by {spelling}{actor} with {name}"), forged, "4"));
                }
            }
        }
    }
    // Ids of ours in what is his.
    let note = |id: &str| {
        let mut note = mallory.note(&stage.group, "His");
        note["id"] = json!(id);
        note
    };
    for spelling in &spellings {
        for kind in ["Create", "Update"] {
            let activity = mallory.activity(kind, note(&format!("{spelling}{path}")));
            attempts.push((
                format!("{kind} of {spelling}{path}"),
                stage.signed(mallory, &activity),
                "403 foreign-object",
            ));
        }
        let mut activity = mallory.activity("Like", json!(ours));
        activity["id"] = json!(format!("{spelling}/activities/like"));
        attempts.push((format!("a Like with the id {spelling}"), stage.signed(mallory, &activity), "4"));
        attempts.push((
            format!("the same by RFC 9421 {spelling}"),
            Rfc9421::new(&mallory.key_id, &mallory.key).sign(stage.post(&activity)),
            "4",
        ));
    }
    stage.refuses(attempts).await?;

    // Well signed, about what is hers: refused or ignored, and nothing changes.
    let before = stage.store.effects()?;
    let wrapped = |kind: &str, object: Value| {
        let inner = json!({ "id": format!("{server}/activities/{kind}-1"), "type": kind, "actor": maria, "object": object });
        club.activity("Announce", inner)
    };
    for (name, by, activity) in [
        ("Delete", mallory, mallory.activity("Delete", json!(ours))),
        ("Delete of her", mallory, mallory.activity("Delete", json!(maria))),
        ("Update by id", mallory, mallory.activity("Update", json!(ours))),
        ("Create by id", mallory, mallory.activity("Create", json!(ours))),
        (
            "Update of her",
            mallory,
            mallory.activity("Update", json!({ "id": maria, "type": "Person", "inbox": mallory.id })),
        ),
        ("Move of her", mallory, {
            let mut moved = mallory.activity("Move", json!(maria));
            moved["target"] = json!(mallory.id);
            moved
        }),
        ("Move to her", mallory, {
            let mut moved = mallory.activity("Move", json!(mallory.id));
            moved["target"] = json!(maria);
            moved
        }),
        ("an announced Delete of hers", &club, wrapped("Delete", json!(ours))),
        ("an announced Update of hers", &club, wrapped("Update", note(ours))),
        ("an announced Like of hers", &club, wrapped("Like", json!(ours))),
        ("an announced Undo of hers", &club, wrapped("Undo", stage.follow())),
        (
            "an announced Delete of his",
            &club,
            club.activity("Announce", mallory.activity("Delete", json!(ours))),
        ),
        ("an announced Lock", &club, club.activity("Announce", mallory.activity("Lock", json!(ours)))),
        ("an announced copy", &club, club.activity("Announce", note(ours))),
    ] {
        let told = stage.send(&stage.signed(by, &activity)).await?;
        ensure!(told.status < 500, "{name}: {}", told.text());
        stage.settled().await?;
        let after = stage.store.effects()?;
        let changed: Vec<_> = differences(&before, &after).collect();
        ensure!(changed.is_empty(), "{name}: {changed:?}");
    }
    stage.counts(mallory, &mallory.activity("Like", json!(ours))).await
}
