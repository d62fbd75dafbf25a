//! Honest members, one here and many elsewhere, of whom one after the other posts, and how long each post takes until it can
//! be read.

use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use guildhall_federation_tests::{Api, text};
use guildhall_store::Db;
use tokio::{
    sync::Mutex,
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep},
};

use super::wave::{page, page_id};
use crate::{
    activities::inbox_of,
    peers::Peers,
    subject::{GROUP, Subject},
};

/// Here and elsewhere there is a post so often.
const EVERY: Duration = Duration::from_millis(50);
/// Between two looks whether a post is there.
const LOOK: Duration = Duration::from_millis(5);
/// What takes longer is lost.
const LIMIT: Duration = Duration::from_mins(10);

/// Hosts of honest people: of each one posts every five seconds.
pub(super) const HOSTS: usize = 100;

/// All of them.
pub(super) struct Honest<'a> {
    here: Api,
    reader: Api,
    peers: Arc<Peers>,
    /// Of the first one elsewhere.
    host: usize,
    subject: &'a Subject,
    /// Numbers the posts.
    next: Mutex<usize>,
}

/// How long posts took, the shortest first: from the moment they were to be sent to that in which anybody could read them.
#[derive(Debug, Default)]
pub(super) struct Delays {
    pub(super) here: Vec<Duration>,
    pub(super) elsewhere: Vec<Duration>,
}

impl Delays {
    /// How many posts.
    pub(super) fn count(&self) -> usize {
        self.here.len() + self.elsewhere.len()
    }
}

/// The delay that so many of a hundred do not exceed.
pub(super) fn share(sorted: &[Duration], of_hundred: usize) -> Duration {
    let last = (sorted.len() * of_hundred).div_ceil(100).saturating_sub(1);
    sorted.get(last).copied().unwrap_or_default()
}

impl<'a> Honest<'a> {
    /// One with an account here, the others on this host and those after it. They do not follow the
    /// group: what goes out is not the matter here.
    pub(super) async fn start(subject: &'a Subject, peers: &Arc<Peers>, host: usize) -> anyhow::Result<Self> {
        let here = subject.server.account("honest")?;
        here.join(GROUP).await?;
        let reader = subject.server.anonymous();
        Ok(Self { here, reader, peers: Arc::clone(peers), host, subject, next: Mutex::new(0) })
    }

    /// They post until `until` ends; gives the delays once all their posts are there. One that takes long does not put off
    /// the next.
    pub(super) async fn post_while(&self, until: impl Future<Output = ()>) -> anyhow::Result<Delays> {
        let mut until = pin!(until);
        let mut clock = interval(EVERY);
        clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let (mut here, mut elsewhere) = (JoinSet::new(), JoinSet::new());
        loop {
            tokio::select! {
                () = &mut until => break,
                at = clock.tick() => {
                    let (at, number) = (at.into_std(), self.number().await);
                    here.spawn(post_here(self.here.clone(), self.reader.clone(), number, at));
                    elsewhere.spawn(self.post_elsewhere(number, at)?);
                }
            }
        }
        Ok(Delays { here: sorted(here).await?, elsewhere: sorted(elsewhere).await? })
    }

    fn post_elsewhere(
        &self,
        number: usize,
        at: Instant,
    ) -> anyhow::Result<impl Future<Output = anyhow::Result<Duration>> + use<>> {
        let actor = self.peers.actor(self.host + number % HOSTS, "gardener");
        let page = page(&actor, &self.subject.group, number, &format!("What I grow, {number}"));
        let signed = self.peers.sign(&inbox_of(self.subject), &page)?;
        let (db, reader, id) = (self.subject.db.clone(), self.reader.clone(), page_id(&actor, number));
        let peers = Arc::clone(&self.peers);
        Ok(async move {
            peers.send(signed).await?;
            arrive(db, &reader, &id, at).await?;
            Ok(at.elapsed())
        })
    }

    async fn number(&self) -> usize {
        let mut next = self.next.lock().await;
        *next += 1;
        *next
    }
}

async fn post_here(author: Api, reader: Api, number: usize, at: Instant) -> anyhow::Result<Duration> {
    let made = author.submit(GROUP, &format!("What I grow, {number}"), "Beans, above all.").await?;
    readable(&reader, text(&made, "id")?).await?;
    Ok(at.elapsed())
}

/// Waits until what was sent here can be read.
async fn arrive(db: Db, reader: &Api, ap_id: &str, at: Instant) -> anyhow::Result<()> {
    // By its key, not by a list: what is measured is not the looking.
    let id = loop {
        let row: Option<(i64,)> =
            db.query("SELECT id FROM entries WHERE ap_id = $1").bind(ap_id).optional().await?;
        if let Some((id,)) = row {
            break id;
        }
        ensure!(at.elapsed() < LIMIT, "{ap_id} is not there after {LIMIT:?}");
        sleep(LOOK).await;
    };
    readable(reader, &id.to_string()).await
}

/// Anybody can read it.
async fn readable(reader: &Api, id: &str) -> anyhow::Result<()> {
    let post = reader.get(&format!("/posts/{id}")).await.context("an honest post is not shown")?;
    ensure!(post["state"] == "published", "{post}");
    Ok(())
}

async fn sorted(mut posts: JoinSet<anyhow::Result<Duration>>) -> anyhow::Result<Vec<Duration>> {
    let mut delays = Vec::with_capacity(posts.len());
    while let Some(post) = posts.join_next().await {
        delays.push(post??);
    }
    delays.sort_unstable();
    Ok(delays)
}
