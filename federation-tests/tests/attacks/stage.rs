//! A server with a group, a hostile peer with a person, and what came of each attempt.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use guildhall_federation_tests::{
    Api, Engine, Server, ServerConfig,
    attacker::{Attacker, Cavage, Forged, Persona, Told},
    eventually,
};
use serde_json::{Value, json};

use crate::effects::Store;

/// The group that is attacked.
pub(crate) const GROUP: &str = "gardening";

/// The server may connect to these addresses alone: its own is not among them.
const ATTACKERS: &str = "127.9.0.0/24";

/// The server under attack and the hostile peer at 127.9.0.1.
pub(crate) struct Stage {
    pub(crate) server: Server,
    pub(crate) evil: Attacker,
    pub(crate) mallory: Persona,
    /// Moderates the group.
    pub(crate) maria: Api,
    /// The group's id.
    pub(crate) group: String,
    pub(crate) store: Store,
}

/// How the answer begins: a status, and after a space the code of the refusal.
pub(crate) type Expected = &'static str;

/// Requests with what they are called and have to be answered.
pub(crate) type Attempts = Vec<(String, Forged, Expected)>;

impl Stage {
    /// On SQLite: what is tried is refused before the store is reached, or by rules that know no engine.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        Self::set(Engine::Sqlite, |config| config).await
    }

    /// With other settings.
    pub(crate) async fn set(
        engine: Engine,
        settings: impl FnOnce(ServerConfig) -> ServerConfig,
    ) -> anyhow::Result<Self> {
        let store = Store::create(engine)?;
        let config = ServerConfig::new("guildhall")
            .set("federation.allow_addresses", ATTACKERS)
            .set("storage.data_dir", &store.folder())
            .set("storage.database_url", &store.url());
        let server = Server::start(settings(config)).await?;
        let maria = server.account("maria")?;
        let group = server.group(GROUP, &["--moderator", "maria"])?;
        let evil = Attacker::at("127.9.0.1").await?;
        let mallory = evil.person("mallory")?;
        Ok(Self { server, evil, mallory, maria, group, store })
    }

    /// A POST of an activity to the shared inbox, without a signature.
    pub(crate) fn post(&self, activity: &Value) -> Forged {
        Forged::post(self.server.host(), "/inbox", activity.to_string())
    }

    /// The same, signed as everybody does.
    pub(crate) fn signed(&self, by: &Persona, activity: &Value) -> Forged {
        Cavage::new(&by.key_id, &by.key).sign(self.post(activity))
    }

    /// Mallory's `Follow` of the group: what makes a member of her when it is let through.
    pub(crate) fn follow(&self) -> Value {
        self.mallory.activity("Follow", json!(self.group))
    }

    /// A `Create` of a note for the group.
    pub(crate) fn create(&self, by: &Persona, text: &str) -> Value {
        by.activity("Create", by.note(&self.group, text))
    }

    /// Sends a request.
    pub(crate) async fn send(&self, request: &Forged) -> anyhow::Result<Told> {
        request.send(&self.server.upstream()).await
    }

    /// Sends an honest activity and makes sure that it counts: a control.
    pub(crate) async fn counts(&self, by: &Persona, activity: &Value) -> anyhow::Result<()> {
        self.takes("control", &self.signed(by, activity), activity).await
    }

    /// The same for a request that is made already.
    pub(crate) async fn takes(&self, name: &str, request: &Forged, activity: &Value) -> anyhow::Result<()> {
        let told = self.send(request).await?;
        ensure!(told.status == 202, "{name}: {} {}", told.status, told.text());
        let outcome = self.outcome(activity).await?;
        ensure!(outcome.starts_with("applied"), "{name}: {outcome}");
        Ok(())
    }

    /// What became of an activity: `applied`, or for example `refused: not a moderator`; `unknown` when it was not kept.
    pub(crate) async fn outcome(&self, activity: &Value) -> anyhow::Result<String> {
        self.settled().await?;
        self.store.outcome(activity["id"].as_str().context("no id")?)
    }

    /// Waits until everything that was kept has been processed.
    pub(crate) async fn settled(&self) -> anyhow::Result<()> {
        eventually("everything is processed", async || {
            let open = self.store.unprocessed()?;
            ensure!(open.is_empty(), "{open:?}");
            Ok(())
        })
        .await
    }

    /// Tries each; all have to be answered as expected and to leave nothing behind, neither now nor later.
    pub(crate) async fn refuses(&self, attempts: Attempts) -> anyhow::Result<()> {
        let mut wrong = Vec::new();
        for (name, request, expected) in attempts {
            let before = self.store.kept()?;
            let told = self.send(&request).await?;
            self.settled().await?;
            let after = self.store.kept()?;
            let answer = answer_of(&told);
            if !answer.starts_with(expected) {
                wrong.push(format!("{name}: answered `{answer}`, not `{expected}`: {}", told.text()));
            }
            wrong.extend(differences(&before, &after).map(|line| format!("{name}: {line}")));
        }
        ensure!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
        Ok(())
    }

    /// Sends well-signed activities that are answered 202 and have to come to nothing: all that is left of each is the
    /// record of its end, which begins as expected.
    pub(crate) async fn comes_to_nothing(
        &self,
        attempts: Vec<(String, Persona, Value, Expected)>,
    ) -> anyhow::Result<()> {
        let mut wrong = Vec::new();
        for (name, by, activity, expected) in attempts {
            let before = self.store.effects()?;
            let told = self.send(&self.signed(&by, &activity)).await?;
            let outcome = match told.status {
                202 => self.outcome(&activity).await?,
                _ => answer_of(&told),
            };
            if !outcome.starts_with(expected) {
                wrong.push(format!("{name}: ended as `{outcome}`, not `{expected}`"));
            }
            let after = self.store.effects()?;
            wrong.extend(differences(&before, &after).map(|line| format!("{name}: {line}")));
        }
        ensure!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
        Ok(())
    }

    /// The titles of the group's posts, as anybody sees them.
    pub(crate) async fn titles(&self) -> anyhow::Result<Vec<String>> {
        let posts = self.server.anonymous().list(&format!("/groups/{GROUP}/posts")).await?;
        Ok(posts.iter().map(|post| post["title"].as_str().unwrap_or_default().to_owned()).collect())
    }
}

/// `401 key-not-listed`, or the status alone.
pub(crate) fn answer_of(told: &Told) -> String {
    match told.json()["code"].as_str() {
        Some(code) => format!("{} {code}", told.status),
        None => told.status.to_string(),
    }
}

/// A line for each row that is there and was not, or was and is not.
pub(crate) fn differences<'a>(
    before: &'a BTreeMap<String, Vec<String>>,
    after: &'a BTreeMap<String, Vec<String>>,
) -> impl Iterator<Item = String> + 'a {
    let missing =
        |from: &'a BTreeMap<String, Vec<String>>, of: &'a BTreeMap<String, Vec<String>>, sign: &'a str| {
            from.iter().flat_map(move |(table, rows)| {
                let others = of.get(table);
                let gone = rows.iter().filter(move |row| others.is_none_or(|others| !others.contains(row)));
                gone.map(move |row| format!("{sign} {table}: {row:.400}"))
            })
        };
    missing(before, after, "lost").chain(missing(after, before, "new"))
}
