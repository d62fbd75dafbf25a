//! What is known of other servers: their software, how to talk to it, how to sign for it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use guildhall_domain::{
    Timestamp,
    audience::{Profile, profile_of_software},
};

use crate::{
    StoreError, convert,
    db::{Db, List, Sql, Tx},
};

/// How to sign requests to a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SignatureScheme {
    /// draft-cavage-http-signatures-12 with RSA: what everybody takes, so what strangers get.
    #[default]
    Cavage,
    /// RFC 9421 with RSA.
    Rfc9421,
    /// RFC 9421 with Ed25519, 25 times cheaper to make.
    Rfc9421Ed25519,
}

impl SignatureScheme {
    /// The spelling in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cavage => "cavage",
            Self::Rfc9421 => "rfc9421",
            Self::Rfc9421Ed25519 => "rfc9421-ed25519",
        }
    }

    /// What to try once when a host turned this one down with 401 or 403.
    #[must_use]
    pub fn second_knock(self) -> Self {
        match self {
            Self::Cavage => Self::Rfc9421,
            Self::Rfc9421 | Self::Rfc9421Ed25519 => Self::Cavage,
        }
    }
}

impl fmt::Display for SignatureScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SignatureScheme {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Cavage, Self::Rfc9421, Self::Rfc9421Ed25519]
            .into_iter()
            .find(|scheme| scheme.as_str() == text)
            .ok_or(())
    }
}

/// What a host says it runs (`NodeInfo`'s `software`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Software {
    /// `lemmy`
    pub name: String,
    /// `0.19.11`
    pub version: Option<String>,
}

/// How long an answer of `NodeInfo` is believed.
const LEARNED_FOR: Duration = Duration::from_hours(7 * 24);
/// How long a host that gave none is left alone.
const UNKNOWN_FOR: Duration = Duration::from_hours(24);

/// Another server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Its authority.
    pub host: String,
    /// What it runs; `None`: not known.
    pub software: Option<Software>,
    /// What it understands; `None`: not known.
    pub profile: Option<Profile>,
    /// Whether an admin set the profile.
    pub profile_fixed: bool,
    /// How to sign for it.
    pub signature: SignatureScheme,
    /// When its `NodeInfo` was last asked for, with or without success.
    pub nodeinfo_at: Option<Timestamp>,
    /// When it was first heard of.
    pub first_seen_at: Timestamp,
}

impl Instance {
    /// What it understands, unless it is time to ask (again).
    pub fn profile_at(&self, now: Timestamp) -> Option<Profile> {
        if self.profile_fixed {
            return self.profile;
        }
        let asked_at = self.nodeinfo_at?;
        let (profile, lasts) = match (self.profile, &self.software) {
            (Some(profile), Some(_)) => (profile, LEARNED_FOR),
            (Some(profile), None) => (profile, UNKNOWN_FOR),
            (None, _) => (Profile::Microblog, UNKNOWN_FOR),
        };
        (now.since(asked_at) < lasts).then_some(profile)
    }
}

/// A host, if it was ever heard of.
pub async fn find(db: &Db, host: &str) -> Result<Option<Instance>, StoreError> {
    let row: Option<Row> = db
        .query(
            "SELECT host, software, version, profile, profile_fixed, signature, nodeinfo_at, first_seen_at
             FROM instances WHERE host = $1",
        )
        .bind(host)
        .optional()
        .await?;
    row.map(Instance::try_from).transpose()
}

/// Those of `hosts` that were ever heard of.
pub async fn list_of(db: &Db, hosts: Vec<String>) -> Result<Vec<Instance>, StoreError> {
    let rows: Vec<Row> = db
        .query(Sql {
            sqlite:
                "SELECT host, software, version, profile, profile_fixed, signature, nodeinfo_at, first_seen_at
                     FROM instances WHERE host IN (SELECT value FROM json_each($1))",
            postgres:
                "SELECT host, software, version, profile, profile_fixed, signature, nodeinfo_at, first_seen_at
                       FROM instances WHERE host = ANY($1)",
        })
        .bind(List(hosts))
        .all()
        .await?;
    convert::all(rows)
}

/// The hosts after one in the order of their names; start with `""`.
pub async fn list(db: &Db, after: &str, limit: u32) -> Result<Vec<Instance>, StoreError> {
    let rows: Vec<Row> = db
        .query(
            "SELECT host, software, version, profile, profile_fixed, signature, nodeinfo_at, first_seen_at
             FROM instances WHERE host > $1 ORDER BY host LIMIT $2",
        )
        .bind(after)
        .bind(i64::from(limit))
        .all()
        .await?;
    convert::all(rows)
}

/// Notes that there is such a host.
pub async fn insert(tx: &mut Tx, host: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.query("INSERT INTO instances (host, first_seen_at) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(host)
        .bind(now.0)
        .execute()
        .await?;
    Ok(())
}

/// Keeps what `NodeInfo` said. `None`, it could not be asked, keeps what was known before. A profile fixed by an admin stays.
pub async fn set_software(
    tx: &mut Tx,
    host: &str,
    software: Option<&Software>,
    now: Timestamp,
) -> Result<(), StoreError> {
    insert(tx, host, now).await?;
    let profile = software.map(|software| profile_of_software(&software.name).as_str());
    tx.query(
        "UPDATE instances SET nodeinfo_at = $2, software = COALESCE($3, software),
            version = CASE WHEN $3 IS NULL THEN version ELSE $4 END,
            profile = CASE WHEN profile_fixed THEN profile ELSE COALESCE($5, profile) END
         WHERE host = $1",
    )
    .bind(host)
    .bind(now.0)
    .bind(software.map(|software| software.name.clone()))
    .bind(software.and_then(|software| software.version.clone()))
    .bind(profile)
    .execute()
    .await?;
    Ok(())
}

/// Fixes what a host is taken to understand, or (`None`) leaves it to `NodeInfo` again.
pub async fn fix_profile(
    tx: &mut Tx,
    host: &str,
    profile: Option<Profile>,
    now: Timestamp,
) -> Result<(), StoreError> {
    insert(tx, host, now).await?;
    tx.query(
        "UPDATE instances SET profile = $2, profile_fixed = $3,
            nodeinfo_at = CASE WHEN $3 THEN nodeinfo_at ELSE NULL END
         WHERE host = $1",
    )
    .bind(host)
    .bind(profile.map(Profile::as_str))
    .bind(profile.is_some())
    .execute()
    .await?;
    Ok(())
}

/// Remembers how requests to a host are to be signed.
pub async fn set_signature(
    tx: &mut Tx,
    host: &str,
    scheme: SignatureScheme,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO instances (host, signature, first_seen_at) VALUES ($1, $2, $3)
         ON CONFLICT (host) DO UPDATE SET signature = excluded.signature",
    )
    .bind(host)
    .bind(scheme.as_str())
    .bind(now.0)
    .execute()
    .await?;
    Ok(())
}

/// Notes that a host has shown a scheme itself, unless something was learned by asking it.
pub async fn note_signature(
    tx: &mut Tx,
    host: &str,
    scheme: SignatureScheme,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO instances (host, signature, first_seen_at) VALUES ($1, $2, $3)
         ON CONFLICT (host) DO UPDATE SET signature = excluded.signature WHERE instances.signature IS NULL",
    )
    .bind(host)
    .bind(scheme.as_str())
    .bind(now.0)
    .execute()
    .await?;
    Ok(())
}

crate::record! {
    struct Row {
        host: String,
        software: Option<String>,
        version: Option<String>,
        profile: Option<String>,
        profile_fixed: bool,
        signature: Option<String>,
        nodeinfo_at: Option<i64>,
        first_seen_at: i64,
    }
}

impl TryFrom<Row> for Instance {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let word = |text: &str| convert::word("instance", &row.host, text);
        let profile = row.profile.as_deref().map(word).transpose()?;
        let signature = match row.signature.as_deref() {
            Some(text) => convert::word("instance", &row.host, text)?,
            None => SignatureScheme::default(),
        };
        Ok(Self {
            software: row.software.map(|name| Software { name, version: row.version }),
            profile,
            profile_fixed: row.profile_fixed,
            signature,
            nodeinfo_at: convert::time(row.nodeinfo_at),
            first_seen_at: Timestamp(row.first_seen_at),
            host: row.host,
        })
    }
}
