//! A server, an honest peer that posts all the time, and attackers at many addresses.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use anyhow::ensure;
use guildhall_federation_tests::{
    Api, Server, ServerConfig,
    attacker::{Attacker, Cavage, Forged, Persona},
    eventually, flood,
};
use serde_json::Value;
use tokio::time::{Instant, interval, timeout};

/// The group that the honest peer posts to.
pub(crate) const GROUP: &str = "gardening";
/// The most memory that the server may take, in MiB.
const MOST_MEMORY: u64 = 256;
/// How long an honest peer waits for its answer at most.
const ANSWERED_WITHIN: Duration = Duration::from_secs(1);
/// Between two honest posts.
const PAUSE: Duration = Duration::from_millis(150);
/// How long most attacks go on.
const ATTACK: Duration = Duration::from_secs(8);

pub(crate) struct Stage {
    pub(crate) server: Server,
    pub(crate) maria: Api,
    /// The group's id.
    pub(crate) group: String,
    alice: Persona,
    /// Answers for alice.
    _honest: Attacker,
}

impl Stage {
    pub(crate) async fn start(name: &str) -> anyhow::Result<Self> {
        let server = Server::start(ServerConfig::new(name)).await?;
        flood::allow_open_files(server.process()?.id())?;
        let maria = server.account("maria")?;
        let group = server.group(GROUP, &["--moderator", "maria"])?;
        let honest = Attacker::at("127.8.0.1").await?;
        let alice = honest.person("alice")?;
        let stage = Self { server, maria, group, alice, _honest: honest };
        // Known from before: what a stranger waits for is another test's subject.
        ensure!(stage.post("before").await?.0 == 202);
        Ok(stage)
    }

    pub(crate) fn address(&self) -> anyhow::Result<SocketAddr> {
        Ok(self.server.upstream().parse()?)
    }

    /// A POST to the shared inbox, signed by anybody.
    pub(crate) fn signed(&self, by: &Persona, activity: &Value) -> Forged {
        let request = Forged::post(self.server.host(), "/inbox", activity.to_string());
        Cavage::new(&by.key_id, &by.key).sign(request)
    }

    /// Attacks for some seconds, or until the attack is over, while the honest peer posts.
    pub(crate) async fn withstands(
        &self,
        attack: impl Future<Output = anyhow::Result<()>>,
    ) -> anyhow::Result<()> {
        self.withstands_for(ATTACK, attack).await
    }

    /// [`Stage::withstands`] for another time.
    pub(crate) async fn withstands_for(
        &self,
        time: Duration,
        attack: impl Future<Output = anyhow::Result<()>>,
    ) -> anyhow::Result<()> {
        let over = AtomicBool::new(false);
        let attack = async {
            let outcome = timeout(time, attack).await;
            over.store(true, Ordering::Relaxed);
            outcome.unwrap_or(Ok(()))
        };
        let (attacked, posted) = tokio::join!(attack, self.post_until(&over));
        attacked?;
        let mut waits = posted?;
        waits.sort_unstable();
        let (median, longest) = (waits[waits.len() / 2], waits[waits.len() - 1]);
        let memory = flood::most_resident(self.server.process()?.id())?;
        println!("{} posts: median {median:?}, longest {longest:?}; {memory} MiB", waits.len());
        ensure!(median < ANSWERED_WITHIN, "an honest peer waited {median:?}");
        ensure!(memory < MOST_MEMORY, "the server took {memory} MiB");
        self.all_arrive(waits.len() + 1).await
    }

    /// The times that honest posts took to be answered.
    async fn post_until(&self, over: &AtomicBool) -> anyhow::Result<Vec<Duration>> {
        let mut waits = Vec::new();
        let mut pause = interval(PAUSE);
        while !over.load(Ordering::Relaxed) || waits.is_empty() {
            pause.tick().await;
            let (status, wait) = self.post(&format!("post {}", waits.len())).await?;
            ensure!(status == 202, "an honest peer was answered {status} after {wait:?}");
            waits.push(wait);
        }
        Ok(waits)
    }

    async fn post(&self, text: &str) -> anyhow::Result<(u16, Duration)> {
        let note = self.alice.note(&self.group, text);
        let request = self.signed(&self.alice, &self.alice.activity("Create", note));
        let asked = Instant::now();
        let told = request.send(&self.server.upstream()).await?;
        Ok((told.status, asked.elapsed()))
    }

    async fn all_arrive(&self, count: usize) -> anyhow::Result<()> {
        eventually("all honest posts are there", async || {
            let posts = self.server.anonymous().list(&format!("/groups/{GROUP}/posts")).await?;
            let alice = self.alice.id.as_str();
            let honest = posts.iter().filter(|post| post["author"]["ap_id"] == alice).count();
            ensure!(honest == count, "{honest} of {count}");
            Ok(())
        })
        .await
    }
}

/// Addresses of attackers, one after the other, so many times each.
pub(crate) fn sources(addresses: u8, times: usize) -> impl Iterator<Item = Ipv4Addr> {
    (1..=addresses).flat_map(move |last| std::iter::repeat_n(Ipv4Addr::new(127, 66, 0, last), times))
}
