//! T4: nobody acts for an actor of another origin, however that is spelt.

use anyhow::ensure;
use guildhall_federation_tests::attacker::{Attacker, Cavage, Persona, Rfc9421};
use serde_json::{Value, json};

use crate::stage::{Attempts, Stage, answer_of, differences};

/// The parts of an activity that name an origin.
const ROLES: [&str; 5] = ["keyId", "id", "actor", "attributedTo", "object.id"];

/// A `Create` of a note with an origin in each role.
fn create(stage: &Stage, name: &str, origins: &[String; 5]) -> (String, Value) {
    let [key, id, actor, author, object] = origins;
    let note = json!({
        "id": format!("{object}/notes/{name}"),
        "type": "Note",
        "attributedTo": format!("{author}/users/mallory"),
        "content": format!("<p>{name}</p>"),
        "to": ["https://www.w3.org/ns/activitystreams#Public", stage.group],
    });
    let create = json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": format!("{id}/activities/{name}"),
        "type": "Create",
        "actor": format!("{actor}/users/mallory"),
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "object": note,
    });
    (format!("{key}/users/mallory#main-key"), create)
}

/// Every combination of the attacker's own origin, an accomplice's with an actor of the same key, an innocent third
/// server's, and ours.
#[tokio::test]
async fn all_origins_have_to_be_the_signers_own() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let accomplice = Attacker::at("127.9.0.2").await?;
    accomplice.persona("Person", "mallory", stage.mallory.key.clone())?;
    let victim = Attacker::at("127.9.0.3").await?;
    victim.person("mallory")?;
    let origins = [stage.evil.url(""), accomplice.url(""), victim.url(""), stage.server.url().to_owned()];

    let before = stage.store.kept()?;
    let mut wrong = Vec::new();
    for number in 1..4_usize.pow(5) {
        let chosen: [usize; 5] =
            std::array::from_fn(|role| number / 4_usize.pow(u32::try_from(role).unwrap_or(0)) % 4);
        if chosen == [1; 5] {
            // All the accomplice's own: honest.
            continue;
        }
        let name = chosen.map(|origin| origin.to_string()).join("");
        let (key_id, activity) = create(&stage, &name, &chosen.map(|origin| origins[origin].clone()));
        let request = Cavage::new(&key_id, &stage.mallory.key).sign(stage.post(&activity));
        let told = stage.send(&request).await?;
        if !matches!(told.status, 401 | 403) {
            wrong.push(format!("{ROLES:?} = {chosen:?}: {} {}", answer_of(&told), told.text()));
        }
    }
    stage.settled().await?;
    wrong.extend(differences(&before, &stage.store.kept()?));
    ensure!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));

    for origin in &origins[..2] {
        let (key_id, activity) = create(&stage, "honest", &std::array::from_fn(|_| origin.clone()));
        let request = Cavage::new(&key_id, &stage.mallory.key).sign(stage.post(&activity));
        stage.takes(origin, &request, &activity).await?;
    }
    Ok(())
}

/// Spellings that are not the attacker's own origin, or that a parser may take for another; each in each role.
#[tokio::test]
async fn an_origin_is_not_hidden_by_its_spelling() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let (own, port) = (stage.evil.url(""), stage.evil.port());
    let canary = Attacker::at("127.0.0.1").await?;
    let hidden = canary.port();
    let server = stage.server.host().to_owned();
    let ours = stage.server.url();
    let spellings = [
        format!("http://127.9.0.1:{port}."),
        format!("http://127.9.0.1.:{hidden}"),
        format!("http://localhost.:{hidden}"),
        format!("http://LOCALHOST:{hidden}"),
        format!("http://loc\u{430}lhost:{port}"),
        format!("http://xn--loclhost-56g:{port}"),
        format!("http://b\u{fc}cher.example:{port}"),
        format!("http://127.9.0.1@127.0.0.1:{hidden}"),
        format!("http://127.0.0.1:{hidden}@127.9.0.1:{port}"),
        format!("http://@127.9.0.1:{port}"),
        format!("http://127.9.0.1:{port}\\@127.0.0.1:{hidden}"),
        format!("http:\\\\127.9.0.1:{port}"),
        format!("http:/127.9.0.1:{port}"),
        format!("http:///127.9.0.1:{port}"),
        format!("//127.9.0.1:{port}"),
        format!("127.9.0.1:{port}"),
        format!("HTTP:127.9.0.1:{port}"),
        format!("https://127.9.0.1:{port}"),
        "http://127.9.0.1:80".to_owned(),
        "http://127.9.0.1:443".to_owned(),
        format!("http://127.9.0.1:{}", port + 1),
        format!("http://127.9.0.1:0{port}0"),
        format!("http://127.9.0.1\t:{port}"),
        format!("http://127.9.0.1\n:{port}"),
        format!("http://127.9\u{0}.0.1:{port}"),
        format!("http://127.9.0.1%00:{port}"),
        format!("http://127.0.0.1%2f.evil:{hidden}"),
        format!("http://%6cocalhost:{hidden}"),
        format!("http://2130706433:{hidden}"),
        format!("http://0x7f000001:{hidden}"),
        format!("http://0177.0.0.1:{hidden}"),
        format!("http://127.1:{hidden}"),
        format!("http://0:{hidden}"),
        format!("http://[::1]:{hidden}"),
        format!("http://[::ffff:127.0.0.1]:{hidden}"),
        format!("http://[::127.0.0.1]:{hidden}"),
        format!("http://[64:ff9b::7f00:1]:{hidden}"),
        format!("http://127\u{3002}0\u{3002}0\u{3002}1:{hidden}"),
        format!("http://\u{ff11}\u{ff12}\u{ff17}.0.0.1:{hidden}"),
        format!("http://sub.localhost:{hidden}"),
        format!("http://127.9.0.1.evil.example:{port}"),
        format!("ftp://127.9.0.1:{port}"),
        "acct:mallory@127.9.0.1".to_owned(),
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK".to_owned(),
        "urn:uuid:0".to_owned(),
        "javascript:alert(1)".to_owned(),
        ours.to_owned(),
        format!("http://{server}."),
        format!("HTTP://{}", server.to_uppercase()),
        format!("https://{server}"),
        format!("http://x@{server}"),
        String::new(),
    ];

    let before = stage.store.kept()?;
    let mut wrong = Vec::new();
    for (number, spelling) in spellings.iter().enumerate() {
        for (role, role_name) in ROLES.iter().enumerate() {
            let mut origins: [String; 5] = std::array::from_fn(|_| own.clone());
            origins[role].clone_from(spelling);
            let (key_id, activity) = create(&stage, &format!("s{number}-{role}"), &origins);
            let is_name = spelling.contains(".example") || spelling.contains("xn--");
            if role == 0 && (is_name || key_id.chars().any(char::is_control) || !key_id.is_ascii()) {
                // No header could carry it; or the network would be asked for a name, and nothing leaves this machine.
                continue;
            }
            let request = Cavage::new(&key_id, &stage.mallory.key).sign(stage.post(&activity));
            let told = stage.send(&request).await?;
            // 503: a server that is not there now may be there later.
            let is_refused =
                matches!(told.status, 400 | 401 | 403 | 422) || (role == 0 && told.status == 503);
            if !is_refused {
                wrong.push(format!("{role_name} = {spelling:?}: {} {}", answer_of(&told), told.text()));
            }
        }
    }
    stage.settled().await?;
    wrong.extend(differences(&before, &stage.store.kept()?));
    ensure!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(canary.connections(), 0, "{:?}", canary.asked());
    Ok(())
}

/// Spellings that are the same origin count as the same, and as one actor.
#[tokio::test]
async fn one_origin_in_several_spellings_is_one_actor() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let port = stage.evil.port();
    for (number, spelling) in [
        format!("http://127.9.0.1:{port}"),
        format!("HTTP://127.9.0.1:{port}"),
        format!("http://127.9.0.1:{port}/x/.."),
        format!("http://0x7f.9.0.1:{port}"),
        format!("http://127.9.1:{port}"),
        format!("http://%31%32%37.9.0.1:{port}"),
    ]
    .into_iter()
    .enumerate()
    {
        let origins = std::array::from_fn(|_| spelling.clone());
        let (_, activity) = create(&stage, &format!("same-{number}"), &origins);
        let request = Rfc9421::new(&stage.mallory.key_id, &stage.mallory.key).sign(stage.post(&activity));
        let told = stage.send(&request).await?;
        ensure!(told.status == 202, "{spelling}: {}", told.text());
        stage.settled().await?;
    }
    let actors = stage.store.rows("SELECT ap_id FROM actors WHERE is_local = FALSE")?;
    assert_eq!(actors, [stage.mallory.id.as_str()]);
    let hosts = stage.store.rows("SELECT DISTINCT host FROM received_activities")?;
    assert_eq!(hosts, [stage.evil.host()]);
    Ok(())
}

/// The owner of the key, the actor and the author are three persons of one host.
#[tokio::test]
async fn one_host_is_not_one_person() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let [alice, bob] = [stage.evil.person("alice")?, stage.evil.person("bob")?];
    let mut attempts: Attempts = Vec::new();
    let people = [&stage.mallory, &alice, &bob];
    let create = |actor: &Persona, author: Value| {
        let mut note = actor.note(&stage.group, "from one host");
        note["attributedTo"] = author;
        actor.activity("Create", note)
    };
    for actor in people {
        for author in people.into_iter().filter(|author| author.id != actor.id) {
            for kind in ["Create", "Update"] {
                let mut activity = create(actor, json!(author.id));
                activity["type"] = json!(kind);
                let name = format!("{kind} of {}'s by {}", author.id, actor.id);
                attempts.push((name, stage.signed(actor, &activity), "403 not-attributed"));
            }
            let activity = create(author, json!(author.id));
            let name = format!("{} signs for {}", actor.id, author.id);
            attempts.push((name, stage.signed(actor, &activity), "401 key-of-another"));
        }
    }
    let foreign = create(&stage.mallory, json!([stage.mallory.id, "http://127.9.0.3:1/users/x"]));
    attempts.push((
        "a co-author elsewhere".to_owned(),
        stage.signed(&stage.mallory, &foreign),
        "403 not-attributed",
    ));
    let several = {
        let mut several = stage.follow();
        several["actor"] = json!([stage.mallory.id, alice.id]);
        several
    };
    attempts.push(("two actors".to_owned(), stage.signed(&stage.mallory, &several), "422"));
    stage.refuses(attempts).await?;
    stage.counts(&alice, &create(&alice, json!(alice.id))).await
}
