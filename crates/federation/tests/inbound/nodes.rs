//! Two nodes on one database: each works on its part of the inbox, and on all of it when the other is gone.

use std::sync::Arc;
use std::time::Duration;

use guildhall_app::{App, Signals};
use guildhall_domain::ReceivedId;
use guildhall_federation::Federation;
use guildhall_federation::fetch::Offline;
use guildhall_federation::inbound::{self, shard_in};
use guildhall_federation::net::FixedLookup;
use guildhall_store::db::Engine;
use guildhall_store::received::{self, NewReceived};
use guildhall_store::{Db, IdGenerator, lease, testing};
use guildhall_testkit::PeerActor;
use tokio::task::JoinHandle;

use crate::support::{World, create, id, note, to_group};

/// Long enough for anything that ends at all.
const PATIENCE: Duration = Duration::from_secs(30);

/// A node beside that of the world, on the same database; `number` is its node number.
fn another(world: &World, number: u16) -> Federation {
    let app = App {
        ids: Arc::new(IdGenerator::new(number).unwrap()),
        resolver: Arc::new(Offline),
        signals: Arc::new(Signals::default()),
        ..world.here.app.clone()
    };
    let config = (*world.here.federation.config).clone();
    Federation::with_lookup(app, config, Arc::new(FixedLookup::default())).unwrap()
}

/// A worker that runs until it is aborted, as by a kill.
fn run(federation: &Federation, name: &str) -> JoinHandle<()> {
    tokio::spawn(inbound::run(federation.clone(), name.to_owned(), 8, std::future::pending()))
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "not in time: {what}");
}

/// How many parts of the inbox a node holds.
async fn shards(world: &World, name: &str) -> usize {
    let held = lease::list_held(&world.here.app.store, world.here.app.now()).await.unwrap();
    held.iter().filter(|lease| lease.holder == name && shard_in(&lease.name).is_some()).count()
}

async fn everything_ended(world: &World) -> bool {
    received::next_due(&world.here.app.store).await.unwrap().is_none()
}

fn authors(world: &World) -> Vec<PeerActor> {
    (0..12).map(|number| world.peer.actor(&format!("author{number}"))).collect()
}

/// A post of each, through the node of the world. Gives their ids.
async fn post(world: &World, authors: &[PeerActor]) -> Vec<String> {
    let mut ids = Vec::new();
    for author in authors {
        let note = to_group(note(author, "Tulips"), &world.group.ap_id);
        let status = world.status(&create(author, &note)).await;
        assert_eq!(status.as_u16(), 202);
        ids.push(id(&note).to_owned());
    }
    ids
}

async fn assert_posted_once(world: &World, ids: &[String]) {
    let entries = world.here.entries(world.group.id).await;
    for id in ids {
        let count = entries.iter().filter(|entry| entry.ap_id.as_str() == id).count();
        assert_eq!(count, 1, "{id}");
    }
}

/// On PostgreSQL, where there can be several.
fn on_postgres(test: impl AsyncFnOnce(Db)) {
    testing::run(Engine::Postgres, |db: Db| async move { test(db).await });
}

#[test]
fn two_nodes_share_the_inbox_and_one_takes_over_from_the_other() {
    on_postgres(async |db| {
        let world = World::new(db, "mastodon").await;
        let (other, authors) = (another(&world, 2), authors(&world));
        let first = run(&world.here.federation, "first");
        until("one alone holds everything", async || shards(&world, "first").await == 64).await;

        // The second finds nothing free and waits for its share.
        let second = run(&other, "second");
        inbound::introduce(&other.app, "second").await.unwrap();
        until("each holds half", async || {
            (shards(&world, "first").await, shards(&world, "second").await) == (32, 32)
        })
        .await;
        let ids = post(&world, &authors).await;
        until("both work", async || everything_ended(&world).await).await;
        assert_posted_once(&world, &ids).await;

        first.abort();
        let ids = post(&world, &authors).await;
        world.here.clock.advance(lease::LASTS);
        until("the other holds everything", async || shards(&world, "second").await == 64).await;
        until("it does all of the work", async || everything_ended(&world).await).await;
        assert_posted_once(&world, &ids).await;
        second.abort();
    });
}

#[test]
fn what_one_node_took_in_is_not_overtaken_by_what_another_did() {
    on_postgres(async |db| {
        let world = World::new(db, "mastodon").await;
        let store = world.here.app.store.clone();
        // Numbered by clocks that do not agree: the later one has the smaller key and time.
        let author = world.peer.actor("author");
        let note = to_group(note(&author, "First"), &world.group.ap_id);
        let mut changed = note.clone();
        changed["content"] = "<p>Second</p>".into();
        changed["updated"] = "2026-03-01T12:00:05Z".into();
        let update = serde_json::json!({
            "id": format!("{}#update", id(&note)), "type": "Update", "actor": author.id.as_str(), "object": changed,
        });
        let now = world.here.app.now();
        for (key, at, verb, activity) in [
            (900, now.plus(Duration::from_mins(1)), "Create", create(&author, &note)),
            (100, now, "Update", update),
        ] {
            let new = NewReceived {
                id: ReceivedId(key),
                ap_id: guildhall_domain::ApId::new(id(&activity)),
                actor: guildhall_domain::ApId::new(author.id.as_str()),
                host: author.id.authority().to_owned(),
                verb: verb.to_owned(),
                via: None,
                body: activity.to_string().into_bytes(),
            };
            let mut tx = store.begin().await.unwrap();
            assert!(received::insert(&mut tx, &new, at).await.unwrap());
            tx.commit().await.unwrap();
        }
        let worker = run(&world.here.federation, "one");
        until("both ended", async || everything_ended(&world).await).await;
        let entry = world.here.entry(id(&note)).await.unwrap();
        assert!(entry.content_html.contains("Second"), "{}", entry.content_html);
        worker.abort();
    });
}
