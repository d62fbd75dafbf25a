//! T8: a signed document means one thing: it cannot be re-arranged, and two readers cannot read it in two ways.

use anyhow::ensure;
use guildhall_federation_tests::{
    Engine,
    attacker::{Cavage, Forged},
};
use serde_json::{Value, json};

use crate::stage::{Attempts, Stage};

fn signed(stage: &Stage, body: impl Into<Vec<u8>>) -> Forged {
    let post = Forged::post(stage.server.host(), "/inbox", body);
    Cavage::new(&stage.mallory.key_id, &stage.mallory.key).sign(post)
}

/// The follow with other members.
fn with(follow: &Value, members: Value) -> Value {
    let mut changed = follow.clone();
    if let (Some(into), Value::Object(members)) = (changed.as_object_mut(), members) {
        into.extend(members);
    }
    changed
}

#[tokio::test]
async fn a_document_is_read_in_one_way_or_not_at_all() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let victim = stage.evil.person("victim")?;
    let follow = stage.follow();
    let text = follow.to_string();
    let other = victim.activity("Follow", json!(stage.group));
    let mut attempts: Attempts = Vec::new();
    let mut attempt = |name: &str, body: Vec<u8>, expected| {
        attempts.push((name.to_owned(), signed(&stage, body), expected));
    };
    let mut say = |name: &str, body: String, expected| attempt(name, body.into_bytes(), expected);
    let id = follow["id"].as_str().unwrap_or_default();

    for keyword in ["@graph", "@reverse", "@included"] {
        for (place, members) in [
            ("at the top", json!({ keyword: [other] })),
            ("in the object", json!({ "object": { "id": stage.group, keyword: [other] } })),
            ("in an array", json!({ "object": [{ "id": stage.group, "x": [{ keyword: other }] }] })),
            ("deep in an unknown member", json!({ "x": { "y": { "z": { keyword: {} } } } })),
        ] {
            say(&format!("{keyword} {place}"), with(&follow, members).to_string(), "400 document");
        }
        say(&format!("{keyword} alone"), json!({ keyword: [follow] }).to_string(), "400 document");
        let escaped = text.replacen('{', &format!("{{\"\\u0040{}\":[],", &keyword[1..]), 1);
        say(&format!("{keyword} escaped"), escaped, "400 document");
    }
    // One name twice: the first counts for some readers, the last for others.
    for (member, value) in [
        ("actor", json!(victim.id)),
        ("id", other["id"].clone()),
        ("type", json!("Leave")),
        ("object", json!("https://a.example/groups/x")),
        ("to", json!([])),
        ("@context", json!("https://a.example/context")),
    ] {
        say(
            &format!("{member} twice, a stranger's first"),
            text.replacen('{', &format!("{{\"{member}\":{value},"), 1),
            "400 document",
        );
        let last = format!("{},\"{member}\":{value}}}", text.trim_end_matches('}'));
        say(&format!("{member} twice, a stranger's last"), last, "400 document");
    }
    say(
        "actor twice, once escaped",
        text.replacen('{', "{\"\\u0061ctor\":\"https://a.example/x\",", 1),
        "400 document",
    );
    say(
        "a name twice inside",
        with(&follow, json!({ "object": 0 })).to_string().replace(
            "\"object\":0",
            &format!("\"object\":{{\"id\":\"{}\",\"id\":\"https://a.example/x\"}}", stage.group),
        ),
        "400 document",
    );
    say(
        "a name twice in an unknown member",
        text.replacen('{', "{\"x\":[{\"y\":1,\"y\":2}],", 1),
        "400 document",
    );

    for (name, members, expected) in [
        ("two actors", json!({ "actor": [stage.mallory.id, victim.id] }), "422 malformed"),
        ("actors in an array in an array", json!({ "actor": [[stage.mallory.id]] }), "422 malformed"),
        ("an actor of no id", json!({ "actor": { "type": "Person" } }), "422 malformed"),
        ("a number for an actor", json!({ "actor": 1 }), "422 malformed"),
        ("no actor", json!({ "actor": null }), "422 malformed"),
        ("an id in an array", json!({ "id": [id] }), "422 malformed"),
        ("an id in an object", json!({ "id": { "id": id } }), "422 malformed"),
        ("no id", json!({ "id": null }), "422 malformed"),
        ("a number for a type", json!({ "type": 7 }), "422 malformed"),
        ("no type", json!({ "type": [] }), "422 malformed"),
        ("a type in an object", json!({ "type": { "@id": "Follow" } }), "422 malformed"),
        ("two objects", json!({ "object": [stage.group, victim.id] }), "422 malformed"),
        ("no object", json!({ "object": [] }), "422 malformed"),
        ("a type that does nothing", json!({ "type": "View" }), "202"),
        ("a type of another case", json!({ "type": "follow" }), "202"),
        ("a type with a NUL", json!({ "type": "Follow\u{0}" }), "202"),
        ("a type with a blank", json!({ "type": " Follow" }), "202"),
    ] {
        say(name, with(&follow, members).to_string(), expected);
    }
    // A context makes other names of ours, or ours of others: names are what they are.
    let aliases = json!({ "@context": { "who": "as:actor", "actor": "https://a.example/ns#x", "@vocab": "https://a.example/" } });
    let mut renamed = with(&follow, aliases);
    renamed["who"] = json!(victim.id);
    renamed["as:actor"] = json!(victim.id);
    renamed.as_object_mut().map(|members| members.remove("actor"));
    say("the actor under an alias", renamed.to_string(), "422 malformed");

    for (name, body) in [
        ("an array", format!("[{text}]")),
        ("a string", json!(text).to_string()),
        ("nothing", String::new()),
        ("two documents", format!("{text}{text}")),
        ("text behind it", format!("{text}x")),
        ("a byte order mark", format!("\u{feff}{text}")),
        ("a NUL before it", format!("\u{0}{text}")),
        ("a NUL behind it", format!("{text}\u{0}")),
        ("a bare NUL in a string", text.replacen("Follow", "Follow\u{0}", 1)),
        ("half a surrogate pair", text.replacen("Follow", "\\ud800", 1)),
        ("pairs in the wrong order", text.replacen("Follow", "\\udc00\\ud800", 1)),
        ("a comment", text.replacen('{', "{/* */", 1)),
        ("a comma too many", text.replacen('}', ",}", 1)),
        ("single quotes", text.replace('"', "'")),
        ("a number that is none", text.replacen('{', "{\"n\":NaN,", 1)),
        ("cut off", text[..text.len() - 1].to_owned()),
        ("too deep", text.replacen('{', &format!("{{\"n\":{}{},", "[".repeat(40), "]".repeat(40)), 1)),
    ] {
        say(name, body, if name == "nothing" { "4" } else { "400 document" });
    }
    let mut invalid = text.clone().into_bytes();
    invalid.splice(1..1, *b"\"n\":\"\xff\xfe\",");
    attempt("no UTF-8", invalid, "400 document");
    let mut overlong = text.clone().into_bytes();
    overlong.splice(1..1, *b"\"n\":\"\xc0\xaf\",");
    attempt("UTF-8 in too many bytes", overlong, "400 document");
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    attempt("UTF-16", wide, "400 document");
    stage.refuses(attempts).await?;

    // Odd, but of one meaning.
    for (name, members) in [
        ("an actor in an array", json!({ "actor": [stage.mallory.id] })),
        ("an embedded actor", json!({ "actor": stage.mallory.document })),
        ("types", json!({ "type": ["Follow", "https://a.example/ns#Eager"] })),
        ("a prefixed type", json!({ "type": "as:Follow" })),
        ("keywords in the context", json!({ "@context": { "parent": { "@reverse": "as:inReplyTo" } } })),
        (
            "unknown members",
            json!({ "who": victim.id, "Actor": victim.id, "ACTOR": victim.id, "actor ": victim.id }),
        ),
    ] {
        let follow = with(&stage.follow(), members);
        let told = stage.send(&signed(&stage, follow.to_string())).await?;
        ensure!(told.status == 202, "{name}: {}", told.text());
        let outcome = stage.outcome(&follow).await?;
        ensure!(outcome.starts_with("applied"), "{name}: {outcome}");
    }
    let members = stage
        .store
        .rows("SELECT a.ap_id FROM memberships m JOIN actors a ON a.id = m.actor_id WHERE NOT a.is_local")?;
    assert_eq!(members, [stage.mallory.id.as_str()]);
    Ok(())
}

#[tokio::test]
async fn on_sqlite_control_characters_end_nowhere() -> anyhow::Result<()> {
    control_characters_end_nowhere(Engine::Sqlite).await
}

/// Here too: this engine takes no NUL in a text, and what it refuses must not be tried for days.
#[tokio::test]
async fn on_postgresql_control_characters_end_nowhere() -> anyhow::Result<()> {
    control_characters_end_nowhere(Engine::Postgres).await
}

async fn control_characters_end_nowhere(engine: Engine) -> anyhow::Result<()> {
    let stage = Stage::set(engine, |config| config).await?;
    let odd = "a\u{0}b\u{1}c\u{202e}d\u{feff}e";
    // In an actor's document.
    let mut persona = stage.evil.person("odd")?;
    for member in ["name", "summary", "webfinger", "url", "movedTo"] {
        persona.document[member] = json!(odd);
    }
    persona.document["icon"] = json!({ "type": "Image", "url": odd, "mediaType": odd });
    persona.document["alsoKnownAs"] = json!([odd]);
    persona.document["source"] = json!({ "content": odd, "mediaType": "text/markdown" });
    stage.evil.serve(&persona.document);
    stage.evil.put(
        "/.well-known/nodeinfo",
        guildhall_federation_tests::attacker::Reply::new(
            200,
            "application/json",
            json!({ "links": [{
        "rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": stage.evil.url("/nodeinfo") }] })
            .to_string(),
        ),
    );
    stage.evil.put(
        "/nodeinfo",
        guildhall_federation_tests::attacker::Reply::new(
            200,
            "application/json",
            json!({
        "version": "2.0", "software": { "name": odd, "version": odd }, "protocols": ["activitypub"] })
            .to_string(),
        ),
    );
    stage.counts(&persona, &persona.activity("Follow", json!(stage.group))).await?;

    let mut wrong = Vec::new();
    let mut send = async |name: &str, activity: &Value| -> anyhow::Result<()> {
        let told = stage.send(&stage.signed(&persona, activity)).await?;
        let outcome = stage.outcome(activity).await?;
        let open = stage.store.rows("SELECT ap_id FROM received_activities WHERE state = 'queued'")?;
        if told.status >= 500 || outcome.starts_with("failed") || !open.is_empty() {
            wrong.push(format!("{name}: {} {outcome} {open:?}", told.status));
        }
        Ok(())
    };
    let post = persona.note(&stage.group, "Plain");
    send("a plain post", &persona.activity("Create", post.clone())).await?;
    for member in ["content", "name", "summary", "mediaType", "url", "language"] {
        let mut note = persona.note(&stage.group, "x");
        note[member] = json!(odd);
        send(member, &persona.activity("Create", note)).await?;
    }
    for (member, value) in [
        ("contentMap", json!({ odd: odd })),
        (
            "tag",
            json!([{ "type": "Hashtag", "name": odd }, { "type": "Mention", "name": odd, "href": odd }, { "type": "Emoji", "name": odd }]),
        ),
        (
            "attachment",
            json!([{ "type": "Image", "url": "https://a.example/x.png", "name": odd, "mediaType": odd }]),
        ),
        ("attachment", json!([{ "type": "Link", "href": "https://a.example/x", "name": odd }])),
        ("source", json!({ "content": odd, "mediaType": "text/markdown" })),
        ("context", json!(odd)),
    ] {
        let mut note = persona.note(&stage.group, "x");
        note[member] = value;
        send(member, &persona.activity("Create", note)).await?;
    }
    let mut question = persona.note(&stage.group, "Which?");
    question["type"] = json!("Question");
    question["oneOf"] = json!([{ "type": "Note", "name": odd }, { "type": "Note", "name": "b" }]);
    send("a poll", &persona.activity("Create", question.clone())).await?;
    let mut vote = persona.note(&stage.group, "x");
    vote["name"] = json!(odd);
    vote["inReplyTo"] = question["id"].clone();
    vote.as_object_mut().map(|members| members.remove("content"));
    send("an answer to a poll", &persona.activity("Create", vote)).await?;
    for kind in ["EmojiReact", "Like"] {
        let mut react = persona.activity(kind, post["id"].clone());
        react["content"] = json!(odd);
        send(kind, &react).await?;
    }
    let mut flag = persona.activity("Flag", json!([post["id"]]));
    flag["content"] = json!(odd);
    flag["to"] = json!([stage.group]);
    send("a report", &flag).await?;
    let mut delete = persona.activity("Delete", post["id"].clone());
    delete["summary"] = json!(odd);
    send("a reason", &delete).await?;
    ensure!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}
