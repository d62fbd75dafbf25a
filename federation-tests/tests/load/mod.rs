//! Load on several nodes, what of it was answered, and whether all of that is there.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use guildhall_federation_tests::{Api, Crowd, Heard, Server, ServerConfig, eventually_within, text};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const GROUP: &str = "gardening";
/// Hosts that follow the group.
const HOSTS: u32 = 8;
/// Writers with an account.
const HERE: usize = 3;
/// Writers on the hosts.
const THERE: usize = 8;
/// Between two comments of a writer: what is tested is not how much a busy machine can take.
const PACE: Duration = Duration::from_millis(400);

/// An instance of several nodes with a group, Maria who writes in it, and a crowd of servers that follow it.
pub(crate) struct World {
    pub(crate) alpha: Server,
    pub(crate) crowd: Crowd,
    group: String,
    maria: Api,
    thread: Value,
    next: AtomicU64,
}

/// A node, as `delivery status` shows it.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) shards: u64,
    pub(crate) publishes: bool,
}

impl World {
    pub(crate) async fn start(nodes: usize) -> anyhow::Result<Self> {
        let config = ServerConfig::new("alpha")
            .nodes(nodes)
            // What is tested is not the door-keeper.
            .set("limits.inbox_per_ip_per_minute", "1000000")
            .set("limits.inbox_per_host_per_minute", "1000000")
            .set("limits.inbox_key_fetches_per_minute", "1000000")
            .set("log.level", "info");
        let (alpha, crowd) = (Server::start(config).await?, Crowd::start(HOSTS).await?);
        let maria = alpha.account("maria")?;
        let group = alpha.group(GROUP, &["--moderator", "maria"])?;
        let thread = maria.submit(GROUP, "Talk to me", "").await?;
        let world = Self { alpha, crowd, group, maria, thread, next: AtomicU64::new(0) };
        world.follow().await?;
        Ok(world)
    }

    /// One follower on each host, all of them members by the end.
    async fn follow(&self) -> anyhow::Result<()> {
        for host in 0..self.crowd.hosts().len() {
            let actor = self.crowd.actor(host, "follower");
            let id = format!("{actor}/follow");
            let follow = json!({ "id": id, "type": "Follow", "actor": actor, "object": self.group });
            self.crowd.insist(&self.inbox(), &follow).await?;
        }
        let path = format!("/groups/{GROUP}");
        eventually_within(Duration::from_secs(30), "everybody is a member", async || {
            let group = self.maria.get(&path).await?;
            let accepted: HashSet<String> = self
                .crowd
                .heard()
                .into_iter()
                .filter(|heard| heard.verb == "Accept")
                .map(|heard| heard.host)
                .collect();
            ensure!(accepted.len() == self.crowd.hosts().len(), "{} accepted, {group}", accepted.len());
            Ok(())
        })
        .await
    }

    fn inbox(&self) -> String {
        format!("{}/inbox", self.alpha.url())
    }

    /// The nodes at work.
    pub(crate) fn nodes(&self) -> anyhow::Result<Vec<Node>> {
        let status = self.alpha.cli(&["delivery", "status"])?;
        let nodes = status["nodes"].as_array().context("no nodes")?;
        let node = |node: &Value| {
            Ok(Node {
                name: text(node, "name")?.to_owned(),
                shards: node["inbox_shards"].as_u64().context("no shards")?,
                publishes: node["publishes"].as_bool().context("no publishes")?,
            })
        };
        nodes.iter().map(node).collect()
    }

    fn note(&self, host: usize, name: &str, text: &str) -> (Note, Value) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let note = Note {
            actor: self.crowd.actor(host, name),
            number,
            group: self.group.clone(),
            thread: self.thread["ap_id"].clone(),
            inbox: self.inbox(),
        };
        let create = note.create(text);
        (note, create)
    }

    /// A comment by somebody on a host, sent until it is taken. Gives its id.
    pub(crate) async fn comment(&self, host: usize, name: &str, text: &str) -> anyhow::Result<String> {
        let (note, create) = self.note(host, name, text);
        self.crowd.insist(&note.inbox, &create).await?;
        Ok(note.id())
    }

    /// The same, sent once, whatever the answer: a blocked server is told nothing.
    pub(crate) async fn comment_once(&self, host: usize, name: &str, text: &str) -> anyhow::Result<String> {
        let (note, create) = self.note(host, name, text);
        self.crowd.send(&note.inbox, &create).await?;
        Ok(note.id())
    }

    /// The ids of all comments that are shown.
    pub(crate) async fn shown(&self) -> anyhow::Result<HashSet<String>> {
        let shown = self.maria.list(&format!("/posts/{}/comments", text(&self.thread, "id")?)).await?;
        shown.iter().map(|comment| Ok(text(comment, "ap_id")?.to_owned())).collect()
    }

    /// Waits until every host has heard of all these.
    pub(crate) async fn eventually_heard(&self, ids: &[String], within: Duration) -> anyhow::Result<()> {
        eventually_within(within, "every host has heard of everything", async || {
            let heard: HashSet<(String, String)> =
                self.crowd.heard().into_iter().map(|heard| (heard.host, heard.object)).collect();
            let missing =
                self.crowd.hosts().iter().map(|host| {
                    ids.iter().filter(|id| !heard.contains(&(host.clone(), (*id).clone()))).count()
                });
            let missing: usize = missing.sum();
            ensure!(missing == 0, "{missing} of {} missing", ids.len() * self.crowd.hosts().len());
            Ok(())
        })
        .await
    }
}

/// A comment from elsewhere.
struct Note {
    actor: String,
    number: u64,
    group: String,
    thread: Value,
    inbox: String,
}

impl Note {
    fn id(&self) -> String {
        format!("{}/note/{}", self.actor, self.number)
    }

    fn create(&self, text: &str) -> Value {
        self.activity("Create", &self.object(text))
    }

    fn update(&self, text: &str) -> Value {
        let mut object = self.object(text);
        object["updated"] = json!(Crowd::now());
        self.activity("Update", &object)
    }

    fn delete(&self) -> Value {
        self.activity("Delete", &json!({ "id": self.id(), "type": "Tombstone" }))
    }

    fn like(&self, object: &str) -> Value {
        self.activity("Like", &json!(object))
    }

    fn object(&self, text: &str) -> Value {
        json!({
            "id": self.id(),
            "type": "Note",
            "attributedTo": self.actor,
            "to": [PUBLIC],
            "cc": [self.group],
            "inReplyTo": self.thread,
            "content": format!("<p>{text}</p>"),
            "published": Crowd::now(),
        })
    }

    fn activity(&self, verb: &str, object: &Value) -> Value {
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": format!("{}/{verb}/{}", self.actor, self.number),
            "type": verb,
            "actor": self.actor,
            "to": [PUBLIC],
            "cc": [self.group],
            "object": object,
        })
    }
}

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// What somebody wrote, as far as it was answered.
#[derive(Debug, Clone)]
struct Made {
    ap_id: String,
    /// What tells it from all others, at the begin of its text.
    name: String,
    /// The text as it was last.
    text: String,
    /// `Create`, `Update`, `Delete`, as far as they were answered, and when.
    steps: Vec<(&'static str, Instant)>,
    /// A step more was begun and not answered.
    is_uncertain: bool,
    /// Votes besides that of its author.
    likes: u64,
}

impl Made {
    fn new(ap_id: String, name: String, text: String) -> Self {
        let steps = vec![("Create", Instant::now())];
        Self { ap_id, name, text, steps, is_uncertain: false, likes: 0 }
    }

    fn is_deleted(&self) -> bool {
        self.steps.iter().any(|(step, _)| *step == "Delete")
    }
}

/// Writers at work.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    tasks: JoinSet<anyhow::Result<Vec<Made>>>,
    likes: Arc<Mutex<Likes>>,
}

#[derive(Default)]
struct Likes {
    /// Comments of Maria that will not be deleted.
    open: Vec<String>,
    /// How often each was liked.
    given: HashMap<String, u64>,
}

/// Everything that was answered.
pub(crate) struct AllMade(Vec<Made>);

impl Load {
    /// Maria and people on every host write, change and delete comments, and like hers.
    pub(crate) fn start(world: &World) -> Self {
        let (stop, likes): (Arc<AtomicBool>, Arc<Mutex<Likes>>) = <_>::default();
        let mut tasks = JoinSet::new();
        // So that two loads in one world do not mix.
        let round = world.next.fetch_add(1, Ordering::Relaxed);
        for writer in 0..HERE {
            let (maria, thread) = (world.maria.clone(), world.thread.clone());
            let (stop, likes) = (stop.clone(), likes.clone());
            let name = format!("here-{round}-{writer}");
            tasks.spawn(async move { write_here(&maria, &thread, &name, &stop, &likes).await });
        }
        for writer in 0..THERE {
            let (group, thread) = (world.group.clone(), world.thread["ap_id"].clone());
            let (crowd, inbox) = (world.crowd.clone(), world.inbox());
            let (stop, likes) = (stop.clone(), likes.clone());
            let name = format!("there-{round}-{writer}");
            tasks.spawn(async move {
                let actor = crowd.actor(writer, &name);
                let note = |number| Note {
                    actor: actor.clone(),
                    number,
                    group: group.clone(),
                    thread: thread.clone(),
                    inbox: inbox.clone(),
                };
                write_there(&crowd, note, &name, &stop, &likes).await
            });
        }
        Self { stop, tasks, likes }
    }

    /// Stops them. Gives what they made.
    pub(crate) async fn stop(mut self) -> anyhow::Result<AllMade> {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Vec::new();
        while let Some(made) = self.tasks.join_next().await {
            all.extend(made??);
        }
        let likes = self.likes.lock().unwrap_or_else(PoisonError::into_inner);
        for made in &mut all {
            made.likes = likes.given.get(&made.ap_id).copied().unwrap_or(0);
        }
        drop(likes);
        Ok(AllMade(all))
    }
}

/// Each second comment is changed, each fourth deleted after that. What is not answered is left as it is.
async fn write_here(
    maria: &Api,
    thread: &Value,
    name: &str,
    stop: &AtomicBool,
    likes: &Mutex<Likes>,
) -> anyhow::Result<Vec<Made>> {
    let mut all = Vec::new();
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let name = format!("{name}-{number}");
        let Ok(comment) = maria.comment(text(thread, "id")?, None, &name).await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let mut made = Made::new(text(&comment, "ap_id")?.to_owned(), name.clone(), name.clone());
        let path = format!("/comments/{}", text(&comment, "id")?);
        if number % 2 == 1 {
            let changed = format!("{name} changed");
            match maria.patch(&path, json!({ "content": changed })).await {
                Ok(_) => {
                    made.steps.push(("Update", Instant::now()));
                    made.text = changed;
                }
                Err(_) => made.is_uncertain = true,
            }
        }
        if number % 4 == 3 && !made.is_uncertain {
            match maria.delete(&path, None).await {
                Ok(_) => made.steps.push(("Delete", Instant::now())),
                Err(_) => made.is_uncertain = true,
            }
        }
        tokio::time::sleep(PACE).await;
        if number % 4 == 0 {
            likes.lock().unwrap_or_else(PoisonError::into_inner).open.push(made.ap_id.clone());
        }
        all.push(made);
    }
    Ok(all)
}

/// The same from elsewhere, where everything is sent until it is answered; and a like for a comment of Maria's.
async fn write_there(
    crowd: &Crowd,
    note: impl Fn(u64) -> Note,
    name: &str,
    stop: &AtomicBool,
    likes: &Mutex<Likes>,
) -> anyhow::Result<Vec<Made>> {
    let mut all = Vec::new();
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let name = format!("{name}-{number}");
        let note = note(number);
        crowd.insist(&note.inbox, &note.create(&name)).await?;
        let mut made = Made::new(note.id(), name.clone(), name.clone());
        if number % 2 == 1 {
            made.text = format!("{name} changed");
            crowd.insist(&note.inbox, &note.update(&made.text)).await?;
            made.steps.push(("Update", Instant::now()));
        }
        if number % 4 == 3 {
            crowd.insist(&note.inbox, &note.delete()).await?;
            made.steps.push(("Delete", Instant::now()));
        }
        tokio::time::sleep(PACE).await;
        let pleasing = likes.lock().unwrap_or_else(PoisonError::into_inner).open.pop();
        if let Some(comment) = pleasing {
            crowd.insist(&note.inbox, &note.like(&comment)).await?;
            *likes.lock().unwrap_or_else(PoisonError::into_inner).given.entry(comment).or_default() += 1;
        }
        all.push(made);
    }
    Ok(all)
}

impl AllMade {
    /// Checks that everything is there once and as it was last, that every host hears of it in order, and of nothing else.
    pub(crate) async fn is_all_there(&self, world: &World) -> anyhow::Result<()> {
        ensure!(self.0.len() > 20, "only {} comments were made", self.0.len());
        let stopped = Instant::now();
        eventually_within(Duration::from_secs(90), "everything is there once, as it was last", async || {
            self.is_shown(world).await
        })
        .await?;
        eventually_within(Duration::from_secs(90), "every host has heard of everything", async || {
            self.is_heard(world)
        })
        .await?;
        Self::is_in_order(world)?;
        self.is_nothing_else(world).await?;
        let count =
            |step: &str| self.0.iter().flat_map(|made| &made.steps).filter(|(done, _)| *done == step).count();
        let likes: u64 = self.0.iter().map(|made| made.likes).sum();
        eprintln!(
            "{} created, {} changed, {} deleted, {likes} liked; {} heard by {} hosts, the latest {:?} after its answer; \
             all there {:?} after the end",
            count("Create"),
            count("Update"),
            count("Delete"),
            world.crowd.heard().len(),
            world.crowd.hosts().len(),
            self.longest(world),
            stopped.elapsed(),
        );
        Ok(())
    }

    async fn is_shown(&self, world: &World) -> anyhow::Result<()> {
        let shown = world.maria.list(&format!("/posts/{}/comments", text(&world.thread, "id")?)).await?;
        let mut by_id: HashMap<&str, Vec<&Value>> = HashMap::new();
        let mut by_name: HashMap<String, usize> = HashMap::new();
        for comment in &shown {
            by_id.entry(text(comment, "ap_id")?).or_default().push(comment);
            let written = bare(comment["content_html"].as_str().unwrap_or_default());
            if let Some(name) = written.split(' ').next().filter(|name| name.contains("here-")) {
                *by_name.entry(name.to_owned()).or_default() += 1;
            }
        }
        let doubled: Vec<_> = by_name.iter().filter(|(_, count)| **count > 1).collect();
        ensure!(doubled.is_empty(), "there more than once: {doubled:?}");
        let wrong: Vec<String> =
            self.0.iter().filter_map(|made| made.is_wrong(by_id.get(&*made.ap_id))).collect();
        ensure!(wrong.is_empty(), "{} of {}: {:?}", wrong.len(), self.0.len(), &wrong[..wrong.len().min(5)]);
        Ok(())
    }

    fn is_heard(&self, world: &World) -> anyhow::Result<()> {
        let heard: HashSet<(String, String, String)> =
            world.crowd.heard().into_iter().map(|heard| (heard.host, heard.object, heard.verb)).collect();
        let mut missing = Vec::new();
        for made in &self.0 {
            // What was deleted before anybody was told of it is told of no more, but for its end.
            for (step, _) in made.steps.iter().filter(|(step, _)| !made.is_deleted() || *step == "Delete") {
                for host in world.crowd.hosts() {
                    if !heard.contains(&(host.clone(), made.ap_id.clone(), (*step).to_owned())) {
                        missing.push((step, &made.ap_id, host));
                    }
                }
            }
        }
        ensure!(missing.is_empty(), "{} missing: {:?}", missing.len(), &missing[..missing.len().min(5)]);
        Ok(())
    }

    /// What is told again after a kill is told in order again, so that the last word about a thing is the newest.
    fn is_in_order(world: &World) -> anyhow::Result<()> {
        let mut told: HashMap<(String, String), Vec<Heard>> = HashMap::new();
        for heard in world.crowd.heard() {
            told.entry((heard.host.clone(), heard.object.clone())).or_default().push(heard);
        }
        let rank = |verb: &str| ["Create", "Update", "Delete"].iter().position(|step| *step == verb);
        for ((host, object), told) in &told {
            let ranks: Vec<usize> = told.iter().filter_map(|heard| rank(&heard.verb)).collect();
            let mut first: Vec<usize> = Vec::new();
            for rank in &ranks {
                if !first.contains(rank) {
                    first.push(*rank);
                }
            }
            ensure!(first.is_sorted(), "{host} heard of {object} out of order: {ranks:?}");
            ensure!(ranks.last() == first.last(), "the last word on {object} to {host} is old: {ranks:?}");
        }
        Ok(())
    }

    /// What was heard of exists.
    async fn is_nothing_else(&self, world: &World) -> anyhow::Result<()> {
        let known: HashSet<&str> = self.0.iter().map(|made| &*made.ap_id).collect();
        let told: HashSet<String> = world
            .crowd
            .heard()
            .into_iter()
            .filter(|heard| ["Create", "Update", "Delete"].contains(&&*heard.verb))
            .map(|heard| heard.object)
            .filter(|object| object.starts_with(world.alpha.url()) && !known.contains(&**object))
            .collect();
        let anonymous = &world.alpha.anonymous();
        let asked = told.iter().map(|object| async move {
            let answer = anonymous.activitypub(object).await?;
            ensure!([200, 410].contains(&answer.status.as_u16()), "{object} was told of: {}", answer.status);
            Ok(())
        });
        try_join_all(asked).await.map(drop)
    }

    /// The longest time from an answer to a host's hearing of it.
    fn longest(&self, world: &World) -> Duration {
        let mut first: HashMap<(String, String), Instant> = HashMap::new();
        for heard in world.crowd.heard().into_iter().filter(|heard| heard.verb == "Create") {
            first.entry((heard.host, heard.object)).or_insert(heard.at);
        }
        let made: HashMap<&str, Instant> =
            self.0.iter().map(|made| (&*made.ap_id, made.steps[0].1)).collect();
        let spans =
            first.iter().filter_map(|((_, object), at)| Some(at.duration_since(*made.get(&**object)?)));
        spans.max().unwrap_or_default()
    }
}

impl Made {
    /// What is wrong with what is shown of it.
    fn is_wrong(&self, shown: Option<&Vec<&Value>>) -> Option<String> {
        let present: Vec<&&Value> =
            shown.into_iter().flatten().filter(|comment| comment["state"] == "published").collect();
        let wrong = match (&present[..], self.is_deleted()) {
            ([], true) => return None,
            ([], false) if self.is_uncertain => return None,
            ([only], false) => {
                let written = bare(only["content_html"].as_str().unwrap_or_default());
                let is_as_it_was =
                    written == self.text || (self.is_uncertain && written.starts_with(&self.name));
                let votes = only["up"].as_u64().unwrap_or(0);
                match (is_as_it_was, votes) {
                    (false, _) => format!("is {written:?}"),
                    // The author's own comes with it.
                    (true, votes) if votes != self.likes && votes != self.likes + 1 => {
                        format!("has {votes} votes instead of {}", self.likes)
                    }
                    (true, _) => return None,
                }
            }
            (present, _) => format!("is there {} times", present.len()),
        };
        Some(format!("{} {wrong} ({:?})", self.name, self.steps.last()))
    }
}

/// `<p>here-1-2</p>` without its element.
fn bare(html: &str) -> String {
    html.trim().trim_start_matches("<p>").trim_end_matches("</p>").to_owned()
}
