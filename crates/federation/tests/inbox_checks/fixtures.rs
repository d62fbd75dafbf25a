//! Recorded deliveries of other software, byte for byte, with the keys of their recorded actors.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use guildhall_activitypub::key::KeyKind;
use guildhall_activitypub::signature::parse_http_date;
use guildhall_activitypub::{ActorDocument, ActorKind as WireKind, Iri};
use guildhall_domain::actor::ActorKind;
use guildhall_domain::{ActorId, ApId};
use guildhall_store::actor::{self, ActorFields};
use guildhall_store::actor_key::{self, ActorKey, KeyAlgorithm};
use guildhall_store::{Db, testing::on_both_engines};
use http::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::peer::{Here, Post};

on_both_engines! {
    async fn every_recorded_delivery_of_gotosocial_is_accepted(db: Db) {
        replay_all(db, "gotosocial", 20).await;
    }

    async fn every_recorded_delivery_of_mitra_is_accepted(db: Db) {
        replay_all(db, "mitra", 9).await;
    }

    async fn every_recorded_delivery_of_nodebb_is_accepted(db: Db) {
        replay_all(db, "nodebb", 16).await;
    }

    async fn every_recorded_delivery_of_snac_is_accepted(db: Db) {
        replay_all(db, "snac", 3).await;
    }

    async fn every_recorded_delivery_of_takahe_is_accepted(db: Db) {
        replay_all(db, "takahe", 2).await;
    }
}

/// Sends all that was recorded of one software, `least` deliveries or more.
async fn replay_all(db: Db, software: &str, least: usize) {
    let here = Here::on(db, |setup| setup.host = Some("fake.test")).await;
    for name in ["frank", "groupcats"] {
        local_person(&here, name).await;
    }
    let folder = fixtures().join(software);
    for document in files(&folder, "doc-", "actor.json") {
        know(&here, &read(&document)["body"]).await;
    }
    let deliveries = files(&folder, "inbox-", ".json");
    assert!(deliveries.len() >= least, "{software}: {}", deliveries.len());
    for path in deliveries {
        replay(&here, &path).await;
    }
}

async fn replay(here: &Here, path: &Path) {
    let recorded = read(path);
    let body = recorded["body_raw"].as_str().unwrap();
    let url = format!("{}{}", here.base, recorded["request"]["path"].as_str().unwrap());
    let mut post = Post {
        url: Iri::parse(&url).unwrap(),
        headers: http::HeaderMap::new(),
        body: body.as_bytes().to_vec(),
    };
    for header in recorded["request"]["headers"].as_array().unwrap() {
        let name = header[0].as_str().unwrap().to_ascii_lowercase();
        if !["content-length", "accept-encoding", "connection"].contains(&name.as_str()) {
            let value = HeaderValue::from_str(header[1].as_str().unwrap()).unwrap();
            post.headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value);
        }
    }
    let signed_at = parse_http_date(post.headers["date"].to_str().unwrap()).unwrap();
    let now = here.now().as_millis();
    here.clock.advance(std::time::Duration::from_millis(u64::try_from((signed_at - now).max(0)).unwrap()));
    let told = post.send().await;
    assert_eq!(told.status, 202, "{}: {told:?}", path.display());
    let id = ApId::new(recorded["body"]["id"].as_str().unwrap());
    let is_kept = guildhall_store::received::exists(here.db(), &id).await.unwrap();
    assert!(is_kept, "{}", path.display());
}

/// Keeps an actor with its keys, as fetching it would.
async fn know(here: &Here, document: &Value) {
    let Ok(document) = ActorDocument::read(document) else { return };
    let app = &here.federation.app;
    let fields = ActorFields {
        ap_id: ApId::new(document.id.as_str()),
        kind: if document.kind == WireKind::Group { ActorKind::Group } else { ActorKind::Person },
        username: document.preferred_username.clone(),
        host: document.id.authority().to_owned(),
        inbox: document.inbox.as_str().to_owned(),
        ..no_fields()
    };
    // The clock stands at the recorded time only later, and a key from the future is not old.
    let now = here.now();
    let mut tx = app.begin().await.unwrap();
    let id = actor::upsert_remote(&mut tx, ActorId(app.new_id()), &fields, now).await.unwrap();
    let keys: Vec<ActorKey> = document
        .keys
        .iter()
        .filter(|listed| listed.key.kind() == KeyKind::Rsa)
        .map(|listed| ActorKey {
            key_id: listed.id.as_str().to_owned(),
            actor_id: id,
            algorithm: KeyAlgorithm::Rsa,
            public_key: der(&listed.key.to_pem()),
            private_key: None,
        })
        .collect();
    actor_key::replace_remote(&mut tx, id, &keys, now).await.unwrap();
    tx.commit().await.unwrap();
}

async fn local_person(here: &Here, name: &str) {
    let app = &here.federation.app;
    let id = format!("{}/users/{name}", app.site.base_url);
    let fields = ActorFields {
        ap_id: ApId::new(id.clone()),
        username: name.to_owned(),
        host: app.site.host.clone(),
        inbox: format!("{id}/inbox"),
        ..no_fields()
    };
    let mut tx = app.begin().await.unwrap();
    actor::insert_local(&mut tx, ActorId(app.new_id()), &fields, here.now()).await.unwrap();
    tx.commit().await.unwrap();
}

fn no_fields() -> ActorFields {
    ActorFields {
        ap_id: ApId::new(""),
        kind: ActorKind::Person,
        username: String::new(),
        host: String::new(),
        display_name: None,
        summary_html: None,
        page_url: None,
        icon_url: None,
        inbox: String::new(),
        shared_inbox: None,
        outbox: None,
        followers: None,
        moderators_url: None,
        featured_url: None,
        wall_url: None,
        also_known_as: Vec::new(),
        moved_to: None,
        remote_updated_at: None,
        published_at: None,
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/activities")
}

fn files(folder: &Path, start: &str, end: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.starts_with(start) && name.ends_with(end)
        })
        .collect();
    found.sort();
    found
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn der(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    base64::engine::general_purpose::STANDARD.decode(body).unwrap()
}
