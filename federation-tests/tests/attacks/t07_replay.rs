//! T7: what was sent once does not count twice, not here and nowhere else, and not for long.

use anyhow::ensure;
use guildhall_activitypub::signature::format_http_date;
use guildhall_federation_tests::{
    Engine, Server, ServerConfig,
    attacker::{Cavage, Forged, Rfc9421, now_ms},
};
use serde_json::json;

use crate::stage::{GROUP, Stage};

const HOUR: i64 = 3600;

#[tokio::test]
async fn on_sqlite_a_request_counts_once() -> anyhow::Result<()> {
    a_request_counts_once(Engine::Sqlite).await
}

/// Here too: one id is one row by the engine's own word, also for requests that come at the same time.
#[tokio::test]
async fn on_postgresql_a_request_counts_once() -> anyhow::Result<()> {
    a_request_counts_once(Engine::Postgres).await
}

async fn a_request_counts_once(engine: Engine) -> anyhow::Result<()> {
    let stage = Stage::set(engine, |config| config).await?;
    let create = stage.create(&stage.mallory, "Once");
    let request = stage.signed(&stage.mallory, &create);
    let told = futures_util::future::join_all((0..8).map(|_| stage.send(&request))).await;
    for told in told {
        ensure!(told?.status == 202);
    }
    stage.settled().await?;
    assert_eq!(stage.titles().await?, ["Once"]);

    let follow = stage.follow();
    stage.counts(&stage.mallory, &follow).await?;
    let undo = stage.mallory.activity("Undo", follow.clone());
    stage.counts(&stage.mallory, &undo).await?;
    let before = stage.store.kept()?;
    // What was taken back does not come back, by whatever way and whatever it says now.
    let mut otherwise = create.clone();
    otherwise["object"]["id"] = json!(stage.mallory.fresh("notes"));
    for (name, again) in [
        ("Create", request.clone()),
        ("Follow", stage.signed(&stage.mallory, &follow)),
        ("another text under the id", stage.signed(&stage.mallory, &otherwise)),
        ("with RFC 9421", Rfc9421::new(&stage.mallory.key_id, &stage.mallory.key).sign(stage.post(&follow))),
    ] {
        let told = stage.send(&again).await?;
        stage.settled().await?;
        ensure!(told.status == 202, "{name}: {}", told.text());
        ensure!(stage.store.kept()? == before, "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn a_request_is_for_one_path_of_one_server_at_one_time() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let follow = stage.follow();
    let cavage = Cavage::new(&stage.mallory.key_id, &stage.mallory.key);
    let rfc9421 = Rfc9421::new(&stage.mallory.key_id, &stage.mallory.key);
    let date = |seconds: i64| format_http_date(now_ms() + seconds * 1000).unwrap_or_default();
    let honest = stage.signed(&stage.mallory, &follow);
    let at = |seconds: i64| cavage.sign(stage.post(&follow).add("Date", &date(seconds)));
    let now = now_ms() / 1000;
    let created = |created: i64, expires: Option<i64>| {
        let covered = "(request-target) host digest (created)".to_owned();
        Cavage { covered, created: Some(created), expires, ..cavage.clone() }.sign(stage.post(&follow))
    };
    let newer = |created: i64, expires: Option<i64>| {
        Rfc9421 { created: Some(created), expires, ..rfc9421.clone() }.sign(stage.post(&follow))
    };
    let other_host = Forged::post("other.example", "/inbox", follow.to_string());
    let group_inbox = format!("/groups/{GROUP}/inbox");
    let attempts = vec![
        ("over an hour old", at(-HOUR - 5), "401 signature-too-old"),
        ("a year old", at(-8760 * HOUR), "401 signature-too-old"),
        ("from the future", at(305), "401 signature-future"),
        (
            "of a day that is none",
            cavage.sign(stage.post(&follow).add("Date", "Sun, 31 Feb 2026 25:00:00 GMT")),
            "4",
        ),
        ("no HTTP date", cavage.sign(stage.post(&follow).add("Date", "2026-11-22T00:00:00Z")), "4"),
        ("no date", cavage.sign(stage.post(&follow)).without("date"), "4"),
        (
            "a fresh date under an old signature",
            at(-HOUR - 5).set("Date", &date(0)),
            "401 signature-mismatch",
        ),
        ("a fresh date beside the old one", at(-HOUR - 5).add("Date", &date(0)), "400 double-header"),
        ("created an hour ago", created(now - HOUR - 5, None), "401 signature-too-old"),
        ("created later", created(now + 305, None), "401 signature-future"),
        ("created in a far year", created(999_999_999_999_999, None), "401 signature-future"),
        ("created before time began", created(-1, None), "401 signature-too-old"),
        (
            "an old date beside a fresh creation",
            {
                let covered = "(request-target) host date digest (created)".to_owned();
                let both = Cavage { covered, created: Some(now), ..cavage.clone() };
                both.sign(stage.post(&follow).add("Date", &date(-HOUR - 5)))
            },
            "401 signature-too-old",
        ),
        ("expired", created(now, Some(now - 1)), "401 signature-expired"),
        ("RFC 9421, an hour old", newer(now - HOUR - 5, None), "401 signature-too-old"),
        ("RFC 9421, from the future", newer(now + 305, None), "401 signature-future"),
        ("RFC 9421, expired", newer(now, Some(now - 1)), "401 signature-expired"),
        (
            "RFC 9421, creation changed",
            {
                let old = newer(now - HOUR - 5, None);
                let input =
                    old.value("signature-input").replace(&(now - HOUR - 5).to_string(), &now.to_string());
                old.set("Signature-Input", &input)
            },
            "401 signature-mismatch",
        ),
        ("to the group's own inbox", honest.clone().to(&group_inbox), "401 signature-mismatch"),
        ("to a person's inbox", honest.clone().to("/users/maria/inbox"), "401 signature-mismatch"),
        ("to the instance's inbox", honest.clone().to("/actor/inbox"), "401 signature-mismatch"),
        ("with a query", honest.clone().to("/inbox?again"), "401 signature-mismatch"),
        ("with the path escaped", honest.clone().to("/%69nbox"), "4"),
        ("with the path doubled", honest.clone().to("//inbox"), "4"),
        (
            "RFC 9421, to the group's inbox",
            rfc9421.sign(stage.post(&follow)).to(&group_inbox),
            "401 signature-mismatch",
        ),
        ("meant for another server", cavage.sign(other_host.clone()), "421 wrong-host"),
        (
            "the same, sent on with our name",
            cavage.sign(other_host.clone()).set("Host", stage.server.host()),
            "401 signature-mismatch",
        ),
        ("with both names", cavage.sign(other_host.clone()).add("Host", stage.server.host()), "400"),
        ("without a name", honest.clone().without("host"), "4"),
        ("with an empty name", honest.clone().set("Host", ""), "4"),
        (
            "for our name at another port",
            cavage.sign(stage.post(&follow).set("Host", "127.0.0.1:1")),
            "421 wrong-host",
        ),
        (
            "forwarded for us",
            cavage.sign(other_host.clone().add("X-Forwarded-Host", stage.server.host())),
            "421 wrong-host",
        ),
        ("by an absolute target", honest.clone().to(&format!("http://other.example{}", "/inbox")), "4"),
    ];
    let attempts = attempts.into_iter().map(|(name, request, expected)| (name.to_owned(), request, expected));
    stage.refuses(attempts.collect()).await?;

    // Nearly too old, nearly too early, and each way to say when.
    for (name, sign) in [
        (
            "55 minutes old",
            Box::new(|post: Forged| cavage.sign(post.add("Date", &date(60 - HOUR))))
                as Box<dyn Fn(Forged) -> Forged>,
        ),
        ("4 minutes early", Box::new(|post| cavage.sign(post.add("Date", &date(240))))),
        (
            "created",
            Box::new(|post| {
                Cavage {
                    covered: "(request-target) host digest (created) (expires)".to_owned(),
                    created: Some(now),
                    expires: Some(now + 60),
                    ..cavage.clone()
                }
                .sign(post)
            }),
        ),
        ("expires", Box::new(|post| Rfc9421 { expires: Some(now + 60), ..rfc9421.clone() }.sign(post))),
    ] {
        let follow = stage.follow();
        stage.takes(name, &sign(stage.post(&follow)), &follow).await?;
    }
    let follow = stage.follow();
    let to_group = cavage.sign(stage.post(&follow).to(&group_inbox));
    stage.takes("the group's inbox", &to_group, &follow).await
}

/// Two servers of one project: what was sent to one is of no use at the other.
#[tokio::test]
async fn what_one_server_got_is_worthless_at_another() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let other =
        Server::start(ServerConfig::new("other").set("federation.allow_addresses", "127.9.0.0/24")).await?;
    other.account("maria")?;
    let group = other.group(GROUP, &["--moderator", "maria"])?;
    let create = stage.create(&stage.mallory, "For one server");
    let request = stage.signed(&stage.mallory, &create);
    stage.takes("where it belongs", &request, &create).await?;
    let told = request.send(&other.upstream()).await?;
    assert_eq!(told.status, 421, "{}", told.text());
    let told = request.set("Host", other.host()).send(&other.upstream()).await?;
    assert_eq!(told.status, 401, "{}", told.text());
    assert!(other.anonymous().list(&format!("/groups/{GROUP}/posts")).await?.is_empty(), "{group}");
    Ok(())
}
