//! A database for each server: a SQLite file in its folder, or a fresh one on the test cluster.

use std::{
    env,
    hash::{BuildHasher, RandomState},
    process::Command,
};

use anyhow::{Context, ensure};

use crate::programs;

/// The variable with the URL of a superuser of the test cluster.
const CLUSTER: &str = "GUILDHALL_TEST_POSTGRES";

/// Which database a server keeps its data in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Engine {
    /// A file in the data folder.
    #[default]
    Sqlite,
    /// A database of its own on the cluster of `GUILDHALL_TEST_POSTGRES`.
    Postgres,
}

/// A database that ends with its owner.
#[derive(Debug)]
pub(crate) enum Database {
    Sqlite,
    Postgres { cluster: String, name: String },
}

impl Database {
    pub(crate) fn create(engine: Engine) -> anyhow::Result<Self> {
        if engine == Engine::Sqlite {
            return Ok(Self::Sqlite);
        }
        let cluster = env::var(CLUSTER)
            .with_context(|| format!("{CLUSTER} is not set: run `cargo xtask pg` in another terminal"))?;
        let name = format!("federation_{:016x}", RandomState::new().hash_one(std::process::id()));
        psql(&cluster, &format!("CREATE DATABASE {name}"))?;
        Ok(Self::Postgres { cluster, name })
    }

    /// What `storage.database_url` is set to; "" means the file in the data folder.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite => String::new(),
            Self::Postgres { cluster, name } => match cluster.rsplit_once('/') {
                Some((server, _)) => format!("{server}/{name}"),
                None => format!("{cluster}/{name}"),
            },
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Self::Postgres { cluster, name } = self {
            // The cluster is thrown away at the end anyway.
            let _ = psql(cluster, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

pub(crate) fn psql(url: &str, statement: &str) -> anyhow::Result<()> {
    let program = programs::installed("psql")?;
    let output =
        Command::new(program).args(["-qX", "-v", "ON_ERROR_STOP=1", url, "-c", statement]).output()?;
    ensure!(output.status.success(), "psql: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
