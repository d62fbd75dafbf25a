//! Two servers, who lives there, and what they are asked.

use anyhow::{Context, ensure};
use guildhall_federation_tests::{
    Api, Engine, Server, ServerConfig, Storage, attacker::now_ms, eventually, text,
};
use reqwest::Method;
use serde_json::Value;

/// The group's name on alpha.
pub(crate) const HERE: &str = "gardening";

/// Maria owns the group on alpha, Olga moderates it and Carla reads it there; Bob and Ben live on beta, which Ada runs.
pub(crate) struct World {
    pub(crate) alpha: Server,
    pub(crate) beta: Server,
    pub(crate) maria: Api,
    pub(crate) olga: Api,
    pub(crate) carla: Api,
    pub(crate) bob: Api,
    pub(crate) ben: Api,
    pub(crate) ada: Api,
    /// The group's name on beta.
    pub(crate) there: String,
    /// The group's global id.
    pub(crate) group: String,
    storage: Storage,
}

impl World {
    /// The group is made with these options of `group create`; beta is on the other engine.
    pub(crate) async fn start(alpha: Engine, options: &[&str]) -> anyhow::Result<Self> {
        let beta = match alpha {
            Engine::Sqlite => Engine::Postgres,
            Engine::Postgres => Engine::Sqlite,
        };
        let storage = Storage::new(alpha)?;
        let (alpha, beta) = tokio::try_join!(
            Server::start(storage.of(ServerConfig::new("alpha"))),
            Server::start(ServerConfig::new("beta").on(beta)),
        )?;
        let (maria, olga, carla) = (alpha.account("maria")?, alpha.account("olga")?, alpha.account("carla")?);
        let staff = ["--moderator", "maria", "--moderator", "olga"];
        let group = alpha.group(HERE, &[&staff, options].concat())?;
        let (bob, ben, ada) = (beta.account("bob")?, beta.account("ben")?, beta.admin("ada")?);
        let there = format!("{HERE}@{}", alpha.host());
        Ok(Self { alpha, beta, maria, olga, carla, bob, ben, ada, there, group, storage })
    }

    /// As [`World::start`], with Bob and Ben as members.
    pub(crate) async fn with_members(alpha: Engine, options: &[&str]) -> anyhow::Result<Self> {
        let world = Self::start(alpha, options).await?;
        for person in [&world.bob, &world.ben] {
            person.join(&world.there).await?;
        }
        Ok(world)
    }

    /// A handle on beta, as alpha writes it.
    pub(crate) fn of_beta(&self, name: &str) -> String {
        format!("{name}@{}", self.beta.host())
    }

    /// A post of somebody on beta on both servers: as they made it, and as alpha has it.
    pub(crate) async fn post_of(&self, person: &Api, title: &str) -> anyhow::Result<(Value, Value)> {
        let made = person.submit(&self.there, title, "From beta.").await?;
        let arrived = self.maria.eventually_post(HERE, &made["ap_id"]).await?;
        self.ada.eventually_post(&self.there, &made["ap_id"]).await?;
        Ok((made, arrived))
    }

    /// Anybody can read a post on both servers.
    pub(crate) async fn everybody_reads(&self, ap_id: &Value) -> anyhow::Result<()> {
        self.alpha.anonymous().eventually_post(HERE, ap_id).await?;
        self.beta.anonymous().eventually_post(&self.there, ap_id).await.map(drop)
    }

    /// Nobody can read a post on either server.
    pub(crate) async fn nobody_reads(&self, ap_id: &Value) -> anyhow::Result<()> {
        self.alpha.anonymous().eventually_no_post(HERE, ap_id).await?;
        self.beta.anonymous().eventually_no_post(&self.there, ap_id).await
    }

    /// What alpha recorded of such decisions, newest first, as its moderators see it.
    pub(crate) async fn decisions(&self, action: &str) -> anyhow::Result<Vec<Value>> {
        let all = self.maria.list(&format!("/groups/{HERE}/decisions")).await?;
        Ok(all.into_iter().filter(|decision| decision["action"] == action).collect())
    }

    /// What became of an activity on alpha: `applied`, or for example `refused: not a moderator`.
    pub(crate) async fn outcome(&self, activity: &Value) -> anyhow::Result<String> {
        let id = text(activity, "id")?;
        let db = self.storage.open().await?;
        let outcome = eventually("alpha has looked at it", async || {
            let row: Option<(Option<String>, Option<String>)> = db
                .query("SELECT outcome, reason FROM received_activities WHERE ap_id = $1")
                .bind(id)
                .optional()
                .await?;
            let (outcome, reason) = row.context("it has not come")?;
            let outcome = outcome.context("it waits")?;
            Ok(reason.map_or(outcome.clone(), |reason| format!("{outcome}: {reason}")))
        });
        let outcome = outcome.await;
        db.close().await;
        outcome
    }
}

/// What would come of an act, as somebody is told before: the answer and the code of the reason.
pub(crate) async fn foreseen(person: &Api, group: &str, act: &str) -> anyhow::Result<(Value, Value)> {
    let access = person.get(&format!("/groups/{group}/access")).await?;
    let acts = access["acts"].as_array().context("no acts")?;
    let found = acts.iter().find(|found| found["act"] == act);
    let found = found.with_context(|| format!("no {act} in {access}"))?;
    Ok((found["answer"].clone(), found["code"].clone()))
}

/// Waits for a notice that says something.
pub(crate) async fn eventually_told(person: &Api, kind: &str, words: &str) -> anyhow::Result<Value> {
    eventually(&format!("a notice with {words:?}"), async || {
        let notices = person.list("/notices").await?;
        let says = |notice: &&Value| {
            notice["kind"] == kind && notice["text"].as_str().is_some_and(|text| text.contains(words))
        };
        notices.iter().find(says).cloned().with_context(|| format!("only {notices:?}"))
    })
    .await
}

/// That a request is turned down, and nothing else is wrong with it.
pub(crate) async fn is_refused(
    person: &Api,
    method: Method,
    path: &str,
    body: Value,
) -> anyhow::Result<Value> {
    let answer = person.ask(method, path, Some(body)).await?;
    ensure!(answer.status.as_u16() == 403, "{path}: {answer:?}");
    Ok(answer.body)
}

/// A moment in so many seconds.
pub(crate) fn in_seconds(seconds: i64) -> anyhow::Result<String> {
    Ok(jiff::Timestamp::from_millisecond(now_ms() + seconds * 1000)?.to_string())
}
