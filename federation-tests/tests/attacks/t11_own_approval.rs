//! T11: nobody lets themselves in. (There are no quotes yet.)

use anyhow::ensure;
use guildhall_federation_tests::{
    attacker::{Attacker, Persona, Reply},
    eventually,
};
use serde_json::{Value, json};

use crate::stage::Stage;

#[tokio::test]
async fn a_group_alone_accepts_who_asks() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let private = stage.server.group("private", &["--moderator", "maria", "--admission", "approval"])?;
    let invited = stage.server.group("invited", &["--moderator", "maria", "--admission", "invite"])?;
    let mallory = &stage.mallory;
    let friend = stage.evil.person("friend")?;
    let club = stage.evil.group("club")?;
    let follow = mallory.activity("Follow", json!(private));
    stage.send(&stage.signed(mallory, &follow)).await?;
    stage.settled().await?;
    let memberships = || {
        stage
            .store
            .rows("SELECT state FROM memberships m JOIN actors a ON a.id = m.actor_id WHERE NOT a.is_local")
    };
    let before = memberships()?;
    ensure!(!before.iter().any(|state| state == "member"), "{before:?}");

    let wrapped = |by: &Persona, kind: &str| by.activity(kind, follow.clone());
    let mut target = mallory.activity("Add", json!(mallory.id));
    target["target"] = json!(format!("{private}/followers"));
    let mut to_members = target.clone();
    (to_members["id"], to_members["target"]) =
        (json!(mallory.fresh("x")), json!(format!("{private}/members")));
    let attempts: Vec<(&str, &Persona, Value)> = vec![
        ("Accept by herself", mallory, wrapped(mallory, "Accept")),
        ("Accept by a friend", &friend, wrapped(&friend, "Accept")),
        ("Accept by a group of hers", &club, wrapped(&club, "Accept")),
        ("Accept by id", mallory, mallory.activity("Accept", follow["id"].clone())),
        ("TentativeAccept", mallory, wrapped(mallory, "TentativeAccept")),
        ("Announce of an Accept", &club, club.activity("Announce", wrapped(mallory, "Accept"))),
        ("Undo of a Reject", mallory, mallory.activity("Undo", wrapped(mallory, "Reject"))),
        ("Join", mallory, mallory.activity("Join", json!(private))),
        ("Follow again", mallory, mallory.activity("Follow", json!(private))),
        ("Follow of the invited", mallory, mallory.activity("Follow", json!(invited))),
        ("Join of the invited", mallory, mallory.activity("Join", json!(invited))),
        ("Invite by herself", mallory, mallory.activity("Invite", json!(mallory.id))),
        (
            "Accept of no Invite",
            mallory,
            mallory.activity(
                "Accept",
                json!({ "type": "Invite", "id": mallory.fresh("i"), "actor": private, "object": mallory.id }),
            ),
        ),
        ("Add to the followers", mallory, target),
        ("Add to the members", mallory, to_members),
    ];
    for (name, by, activity) in attempts {
        let told = stage.send(&stage.signed(by, &activity)).await?;
        stage.settled().await?;
        ensure!(told.status < 500, "{name}: {}", told.text());
        ensure!(!memberships()?.iter().any(|state| state == "member"), "{name}: {:?}", memberships()?);
    }
    // In our group's name.
    let mut forged = wrapped(mallory, "Accept");
    forged["actor"] = json!(private);
    let mut ours = forged.clone();
    ours["id"] = json!(format!("{}/activities/1", stage.server.url()));
    stage
        .refuses(vec![
            ("Accept as our group".to_owned(), stage.signed(mallory, &forged), "401 "),
            ("Accept as our group, with our id".to_owned(), stage.signed(mallory, &ours), "403 own-actor"),
        ])
        .await?;

    let queue = stage.maria.list("/groups/private/queue").await?;
    let item = queue.first().and_then(|item| item["id"].as_str()).unwrap_or_default().to_owned();
    stage.maria.post(&format!("/groups/private/queue/{item}/admit"), json!({})).await?;
    ensure!(memberships()?.iter().any(|state| state == "member"), "{:?}", memberships()?);
    Ok(())
}

/// The other way round: whom somebody of ours asked, that one answers.
#[tokio::test]
async fn a_follow_of_ours_is_answered_by_whom_it_was_sent_to() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let other = Attacker::at("127.9.0.2").await?;
    let mut club = stage.evil.group("club")?;
    club.document["manuallyApprovesFollowers"] = json!(true);
    stage.evil.serve(&club.document);
    let host = stage.evil.host();
    let link = json!({ "rel": "self", "type": "application/activity+json", "href": club.id });
    let jrd = json!({ "subject": format!("acct:club@{host}"), "links": [link] });
    let path = format!("/.well-known/webfinger?resource=acct:club@{}", host.replace(':', "%3A"));
    stage.evil.put(&path, Reply::new(200, "application/jrd+json", jrd.to_string()));
    let membership = format!("/groups/club@{host}/membership");
    stage.maria.put(&membership, json!({})).await?;
    let follow = eventually("the follow arrives", async || {
        let came = stage.evil.received();
        let follow = came.iter().find(|activity| activity["type"] == "Follow").cloned();
        follow.ok_or_else(|| anyhow::anyhow!("only {came:?}"))
    })
    .await?;
    let shown =
        async || -> anyhow::Result<Value> { Ok(stage.maria.get(&membership).await?["state"].clone()) };
    let asked = shown().await?;
    ensure!(asked != "member", "{asked}");

    let [stranger, twin] = [other.person("stranger")?, other.group("club")?];
    let neighbour = stage.evil.group("neighbour")?;
    let mut of_another = follow.clone();
    of_another["actor"] = json!(format!("{}/users/nobody", stage.server.url()));
    of_another["id"] = json!(format!("{}/activities/other", stage.server.url()));
    for kind in ["Accept", "Reject"] {
        let attempts: Vec<(&str, &Persona, Value)> = vec![
            ("a stranger", &stranger, follow.clone()),
            ("a stranger, by id", &stranger, follow["id"].clone()),
            ("a group of that name elsewhere", &twin, follow.clone()),
            ("a neighbour of the group", &neighbour, follow.clone()),
            ("a person of the group's host", &stage.mallory, follow.clone()),
            ("a person of the group's host, by id", &stage.mallory, follow["id"].clone()),
            ("the group, of another's Follow", &club, of_another.clone()),
        ];
        for (name, by, object) in attempts {
            let told = stage.send(&stage.signed(by, &by.activity(kind, object))).await?;
            stage.settled().await?;
            ensure!(told.status < 500, "{kind} by {name}: {}", told.text());
            ensure!(shown().await? == asked, "{kind} by {name}: {}", shown().await?);
        }
    }
    // In the group's name, signed by others.
    let accept = club.activity("Accept", follow.clone());
    stage
        .refuses(vec![
            ("by a neighbour's key".to_owned(), stage.signed(&neighbour, &accept), "401 key-of-another"),
            ("by a stranger's key".to_owned(), stage.signed(&stranger, &accept), "401 not-confirmed"),
        ])
        .await?;
    stage.counts(&club, &accept).await?;
    ensure!(shown().await? == "member");
    Ok(())
}
