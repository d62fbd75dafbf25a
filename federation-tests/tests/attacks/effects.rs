//! The server's own store, looked at from outside: whether an attempt has left anything there.

use std::{
    collections::BTreeMap,
    env,
    hash::{BuildHasher, RandomState},
    process::Command,
};

use anyhow::{Context, ensure};
use guildhall_federation_tests::Engine;
use rusqlite::{Connection, OpenFlags, types::ValueRef};
use tempfile::TempDir;

/// What an activity may change, as queries. Left out is what only says what others say of themselves (actors, their keys,
/// software) and what moves by itself (leases, the state of deliveries).
const EFFECTS: [(&str, &str); 17] = [
    ("entries", "SELECT * FROM entries"),
    ("votes", "SELECT * FROM votes"),
    ("reactions", "SELECT * FROM reactions"),
    ("polls", "SELECT * FROM poll_votes"),
    ("memberships", "SELECT * FROM memberships"),
    ("staff", "SELECT * FROM staff"),
    ("standings", "SELECT * FROM standings"),
    ("peering", "SELECT * FROM peering"),
    ("removals", "SELECT * FROM removals"),
    ("reports", "SELECT * FROM reports"),
    ("queue items", "SELECT * FROM queue_items"),
    ("decisions", "SELECT * FROM decisions"),
    ("accounts", "SELECT id, actor_id, is_admin FROM accounts"),
    ("tokens", "SELECT account_id, scopes FROM api_tokens"),
    ("own actors", "SELECT * FROM actors WHERE is_local = TRUE"),
    ("own keys", "SELECT key_id, actor_id, public_key FROM actor_keys WHERE private_key IS NOT NULL"),
    ("own groups", "SELECT * FROM groups WHERE is_local = TRUE"),
];

const RECEIVED: (&str, &str) =
    ("received", "SELECT ap_id, actor_ap_id, verb, outcome FROM received_activities");

/// Rows of each query, as text.
pub(crate) type Rows = BTreeMap<String, Vec<String>>;

/// Where a server keeps its data.
pub(crate) struct Store {
    folder: TempDir,
    cluster: Option<(String, String)>,
}

impl Store {
    /// An empty one.
    pub(crate) fn create(engine: Engine) -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix("guildhall-attacks-")?;
        if engine == Engine::Sqlite {
            return Ok(Self { folder, cluster: None });
        }
        let cluster = env::var("GUILDHALL_TEST_POSTGRES").context("GUILDHALL_TEST_POSTGRES is not set")?;
        let name = format!("attacks_{:016x}", RandomState::new().hash_one(std::process::id()));
        psql(&cluster, &format!("CREATE DATABASE {name}"))?;
        Ok(Self { folder, cluster: Some((cluster, name)) })
    }

    /// For `storage.data_dir`.
    pub(crate) fn folder(&self) -> String {
        self.folder.path().display().to_string()
    }

    /// For `storage.database_url`.
    pub(crate) fn url(&self) -> String {
        match &self.cluster {
            Some((cluster, name)) => {
                let server = cluster.rsplit_once('/').map_or(cluster.as_str(), |(server, _)| server);
                format!("{server}/{name}")
            }
            None => String::new(),
        }
    }

    /// Everything that an activity may change but the record of activities.
    pub(crate) fn effects(&self) -> anyhow::Result<Rows> {
        EFFECTS.iter().map(|(name, query)| Ok(((*name).to_owned(), self.rows(query)?))).collect()
    }

    /// The same, and the record of activities.
    pub(crate) fn kept(&self) -> anyhow::Result<Rows> {
        let mut rows = self.effects()?;
        rows.insert(RECEIVED.0.to_owned(), self.rows(RECEIVED.1)?);
        Ok(rows)
    }

    /// What became of an activity.
    pub(crate) fn outcome(&self, ap_id: &str) -> anyhow::Result<String> {
        let quoted = ap_id.replace('\'', "''");
        let found = self.rows(&format!(
            "SELECT COALESCE(outcome, state) || COALESCE(': ' || reason, '') FROM received_activities
             WHERE ap_id = '{quoted}'"
        ))?;
        Ok(found.into_iter().next().unwrap_or_else(|| "unknown".to_owned()))
    }

    /// Activities that were kept and not looked at yet.
    pub(crate) fn unprocessed(&self) -> anyhow::Result<Vec<String>> {
        self.rows("SELECT ap_id FROM received_activities WHERE state = 'queued' AND attempts = 0")
    }

    /// The rows of any query: one column as it is, several with a bar between them.
    pub(crate) fn rows(&self, query: &str) -> anyhow::Result<Vec<String>> {
        let Some((cluster, _)) = &self.cluster else { return self.sqlite_rows(query) };
        let text = psql(&self.url(), query).with_context(|| format!("{cluster}: {query}"))?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    fn sqlite_rows(&self, query: &str) -> anyhow::Result<Vec<String>> {
        let file = self.folder.path().join("guildhall.db");
        let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        let mut statement = connection.prepare(query)?;
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            let values = (0..columns).map(|column| row.get_ref(column).map(shown));
            Ok(values.collect::<Result<Vec<_>, _>>()?.join("|"))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Some((cluster, name)) = &self.cluster {
            // The cluster is thrown away at the end anyway.
            let _ = psql(cluster, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn psql(url: &str, statement: &str) -> anyhow::Result<String> {
    let output =
        Command::new("psql").args(["-qXAt", "-v", "ON_ERROR_STOP=1", url, "-c", statement]).output()?;
    ensure!(output.status.success(), "psql: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}
