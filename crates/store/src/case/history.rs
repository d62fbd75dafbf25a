//! What happened to a case besides reports and decisions, which keep their own records; and the private notes on it.

use guildhall_domain::{ActorId, CaseId, Timestamp, moderation::case::Lane, text::UnknownName};

use crate::{
    StoreError, convert,
    db::{Db, Tx},
};

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HappeningKind {
    /// It was opened.
    Opened,
    /// A lane was opened, or opened again.
    LaneOpened,
    /// A lane was closed.
    LaneClosed,
    /// Somebody looks after it from now on.
    Claimed,
    /// Nobody does any more.
    Released,
    /// A moderator noted something, for moderators alone.
    Note,
    /// Somebody looked at who voted; the text names what on.
    VotersSeen,
}

impl HappeningKind {
    const ALL: [Self; 7] = [
        Self::Opened,
        Self::LaneOpened,
        Self::LaneClosed,
        Self::Claimed,
        Self::Released,
        Self::Note,
        Self::VotersSeen,
    ];

    /// The fixed spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::LaneOpened => "lane-opened",
            Self::LaneClosed => "lane-closed",
            Self::Claimed => "claimed",
            Self::Released => "released",
            Self::Note => "note",
            Self::VotersSeen => "voters-seen",
        }
    }
}

impl std::str::FromStr for HappeningKind {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        const KNOWN: &[&str] =
            &["opened", "lane-opened", "lane-closed", "claimed", "released", "note", "voters-seen"];
        let unknown = || UnknownName { given: text.to_owned(), known: KNOWN };
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(unknown)
    }
}

/// Something that happened to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// Our key.
    pub id: i64,
    /// What.
    pub kind: HappeningKind,
    /// In which lane.
    pub lane: Option<Lane>,
    /// Who did it.
    pub by: Option<ActorId>,
    /// A note, or how a lane ended.
    pub text: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Notes that something happened.
pub async fn add(tx: &mut Tx, case: CaseId, happening: &Happening) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO case_history (id, case_id, kind, lane, by_actor_id, text, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(happening.id)
    .bind(case.0)
    .bind(happening.kind.as_str())
    .bind(happening.lane.map(Lane::as_str))
    .bind(happening.by.map(|actor| actor.0))
    .bind(happening.text.clone())
    .bind(happening.at.0)
    .execute()
    .await?;
    Ok(())
}

/// The latest that happened to a case, oldest first.
pub async fn list(db: &Db, case: CaseId, limit: usize) -> Result<Vec<Happening>, StoreError> {
    let rows: Vec<Row> = db
        .query(
            "SELECT id, kind, lane, by_actor_id, text, created_at FROM case_history WHERE case_id = $1
             ORDER BY id DESC LIMIT $2",
        )
        .bind(case.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    convert::all(rows.into_iter().rev().collect())
}

crate::record! {
    struct Row {
        id: i64,
        kind: String,
        lane: Option<String>,
        by_actor_id: Option<i64>,
        text: Option<String>,
        created_at: i64,
    }
}

impl TryFrom<Row> for Happening {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            kind: convert::word("case", row.id, &row.kind)?,
            lane: row.lane.map(|lane| convert::word("case", row.id, &lane)).transpose()?,
            by: row.by_actor_id.map(ActorId),
            text: row.text,
            at: Timestamp(row.created_at),
        })
    }
}
