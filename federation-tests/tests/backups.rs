//! A backup of a server at work, and the server that it makes.

use std::{
    collections::{HashMap, HashSet},
    fs,
    sync::Mutex,
    time::Duration,
};

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use guildhall_federation_tests::{
    Arrival, Engine, Hosts, Server, ServerConfig, Storage, eventually, eventually_within, text,
};
use serde_json::{Value, json};
use tokio::sync::watch;

const GROUP: &str = "gardening";
/// Servers that follow.
const HOSTS: u8 = 3;
/// Persons who write at the same time.
const WRITERS: usize = 4;
/// Comments before, between and after the backups.
const COMMENTS: usize = 40;

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_a_backup_under_load_makes_a_server_that_goes_on() -> anyhow::Result<()> {
    makes_a_server_that_goes_on(Engine::Sqlite).await
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_a_backup_under_load_makes_a_server_that_goes_on() -> anyhow::Result<()> {
    makes_a_server_that_goes_on(Engine::Postgres).await
}

async fn makes_a_server_that_goes_on(engine: Engine) -> anyhow::Result<()> {
    let mut world = World::start(engine).await?;
    let (stop, stopped) = watch::channel(false);
    let writers = try_join_all((0..WRITERS).map(|writer| world.write(writer, stopped.clone())));
    let backups = async {
        let mut before = HashSet::new();
        for number in 0..2 {
            world.eventually_answered((number + 1) * COMMENTS).await?;
            before = world.answered()?;
            world.backup(&format!("backup-{number}"))?;
        }
        world.eventually_answered(3 * COMMENTS).await?;
        stop.send_replace(true);
        anyhow::Ok(before)
    };
    let (_, before) = tokio::try_join!(writers, backups)?;
    ensure!(world.answered()?.len() > before.len(), "nobody wrote during the backup");
    world.server.stop().await?;
    let told_before: Vec<Vec<Arrival>> = world.arrivals();

    world.storage.clear()?;
    let file = world.storage.folder().join("backup-1");
    world.server.cli(&["restore", &file.display().to_string()])?;
    world.server.cli(&["doctor"]).context("the doctor found something in what was restored")?;
    let known = world.known().await?;
    world.server.resume().await?;
    world.has_all(&before).await?;
    world.eventually_told_of(&before).await?;
    world.comment(0, "afterwards").await?;
    world.eventually_told_of(&HashSet::from(["afterwards".to_owned()])).await?;
    for (before, all) in told_before.iter().zip(world.arrivals()) {
        told_under_one_id(before, &all, &known)?;
    }
    world.server.cli(&["doctor"]).map(drop)
}

struct World {
    server: Server,
    storage: Storage,
    hosts: Hosts,
    group: String,
    post: Value,
    answered: Mutex<HashSet<String>>,
}

impl World {
    async fn start(engine: Engine) -> anyhow::Result<Self> {
        let storage = Storage::new(engine)?;
        let server = Server::start(storage.of(ServerConfig::new("guildhall"))).await?;
        let maria = server.account("maria")?;
        let group = server.group(GROUP, &["--moderator", "maria"])?;
        let post = maria.submit(GROUP, "Talk to me", "").await?;
        let hosts = Hosts::start(HOSTS, "lemmy").await?;
        let world = Self { server, storage, hosts, group, post, answered: Mutex::default() };
        for host in 0..world.hosts.count() {
            let actor = world.hosts.actor(host, "follower");
            let follow = json!({
                "id": format!("{actor}/follow"), "type": "Follow", "actor": actor, "object": world.group,
            });
            world.send(&follow).await?;
        }
        eventually("all follow", async || {
            let is_told =
                |arrivals: &Vec<Arrival>| arrivals.iter().any(|arrival| arrival.activity["type"] == "Accept");
            ensure!(world.arrivals().iter().all(is_told), "not all");
            Ok(())
        })
        .await?;
        Ok(world)
    }

    async fn send(&self, activity: &Value) -> anyhow::Result<()> {
        let answer = self.hosts.send(&format!("{}/inbox", self.server.url()), activity).await?;
        answer.expect(reqwest::StatusCode::ACCEPTED).map(drop)
    }

    /// Writes one comment after the other until it is told to stop.
    async fn write(&self, writer: usize, stopped: watch::Receiver<bool>) -> anyhow::Result<()> {
        for number in 0.. {
            if *stopped.borrow() {
                break;
            }
            self.comment(writer, &format!("comment-{writer}-{number}.")).await?;
        }
        Ok(())
    }

    async fn comment(&self, writer: usize, content: &str) -> anyhow::Result<()> {
        let actor = self.hosts.actor(writer, &format!("writer{writer}"));
        let public = "https://www.w3.org/ns/activitystreams#Public";
        let create = json!({
            "id": format!("{actor}/create/{content}"),
            "type": "Create",
            "actor": actor,
            "to": [public],
            "cc": [self.group],
            "object": {
                "id": format!("{actor}/note/{content}"),
                "type": "Note",
                "attributedTo": actor,
                "to": [public],
                "cc": [self.group],
                "inReplyTo": self.post["ap_id"],
                "content": format!("<p>{content}</p>"),
            },
        });
        self.send(&create).await?;
        self.answered.lock().map_err(|_| anyhow::anyhow!("a writer panicked"))?.insert(content.to_owned());
        Ok(())
    }

    fn answered(&self) -> anyhow::Result<HashSet<String>> {
        Ok(self.answered.lock().map_err(|_| anyhow::anyhow!("a writer panicked"))?.clone())
    }

    async fn eventually_answered(&self, wanted: usize) -> anyhow::Result<()> {
        eventually(&format!("{wanted} answered"), async || {
            let count = self.answered()?.len();
            ensure!(count >= wanted, "{count}");
            Ok(())
        })
        .await
    }

    /// Beside the writers, on a thread of its own.
    fn backup(&self, name: &str) -> anyhow::Result<()> {
        let file = self.storage.folder().join(name).display().to_string();
        tokio::task::block_in_place(|| self.server.cli(&["backup", &file])).map(drop)
    }

    fn arrivals(&self) -> Vec<Vec<Arrival>> {
        (0..self.hosts.count()).map(|host| self.hosts.arrivals(host)).collect()
    }

    /// The comments that are in the database already, by their id.
    async fn known(&self) -> anyhow::Result<HashSet<String>> {
        let store = self.storage.open().await?;
        let rows: Vec<(String,)> = store.query("SELECT ap_id FROM entries").all().await?;
        store.close().await;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    async fn has_all(&self, wanted: &HashSet<String>) -> anyhow::Result<()> {
        let id = text(&self.post, "id")?;
        eventually("all is there that was answered before", async || {
            let comments = self.server.anonymous().list(&format!("/posts/{id}/comments")).await?;
            let shown: Vec<String> = comments.iter().map(|one| one["content_html"].to_string()).collect();
            for content in wanted {
                let count = shown.iter().filter(|shown| shown.contains(content)).count();
                ensure!(count == 1, "{content}: {count} times");
            }
            Ok(())
        })
        .await
    }

    async fn eventually_told_of(&self, wanted: &HashSet<String>) -> anyhow::Result<()> {
        eventually_within(Duration::from_mins(1), "all are told", async || {
            for arrivals in self.arrivals() {
                let told: HashSet<&str> = arrivals.iter().filter_map(content_of).collect();
                let missing = wanted.iter().filter(|content| !told.contains(content.as_str())).count();
                ensure!(missing == 0, "{missing} missing");
            }
            Ok(())
        })
        .await
    }
}

fn content_of(arrival: &Arrival) -> Option<&str> {
    let content = arrival.activity["object"]["object"]["content"].as_str()?;
    Some(content.trim_start_matches("<p>").trim_end_matches("</p>"))
}

/// What was told again came under the id and in the bytes of the first time. (What the backup holds as received and not
/// yet as a comment becomes one anew, and is announced as such; its own id stays.)
fn told_under_one_id(before: &[Arrival], all: &[Arrival], known: &HashSet<String>) -> anyhow::Result<()> {
    let mut bytes = HashMap::new();
    let mut announces: HashMap<&str, &str> = HashMap::new();
    for arrival in before.iter().chain(&all[before.len()..]) {
        let id = arrival.activity["id"].as_str().context("no id")?;
        let first = bytes.entry(id).or_insert(&arrival.bytes);
        ensure!(*first == &arrival.bytes, "{id} came in other bytes");
        let note = arrival.activity["object"]["object"]["id"].as_str();
        if let Some(note) = note.filter(|note| known.contains(*note)) {
            let first = announces.entry(note).or_insert(id);
            ensure!(*first == id, "{note} was announced as {first} and as {id}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_torn_copy_is_found() -> anyhow::Result<()> {
    let mut world = World::start(Engine::Sqlite).await?;
    for number in 0..COMMENTS {
        world.comment(0, &format!("comment-{number}.")).await?;
    }
    world.server.stop().await?;
    let file = world.storage.file();
    let whole = fs::read(&file)?;
    // Half of the file, as a copy that ran out of room; and pages of two times, as one made during a checkpoint.
    for torn in [whole[..whole.len() / 2].to_vec(), mixed(&whole)] {
        world.storage.clear()?;
        fs::write(&file, torn)?;
        let found = world.server.cli(&["doctor"]);
        ensure!(found.is_err(), "the doctor found nothing: {found:?}");
    }
    Ok(())
}

/// With some pages as they were when they were empty.
fn mixed(whole: &[u8]) -> Vec<u8> {
    let mut torn = whole.to_vec();
    let page = 4096;
    for number in (10..torn.len() / page).step_by(7) {
        torn[number * page..(number + 1) * page].fill(0);
    }
    torn
}
