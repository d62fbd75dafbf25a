//! Figures of a period, counted from the same records that say what was decided.

mod decisions;
mod handling;

pub use decisions::{Counted, InForce, RuleCount, count_actions, count_rules, sanctions_in_force};
pub use handling::{Appeals, CaseCount, Cases, Reports, appeals, cases, queue, reports};

use guildhall_domain::{GroupId, Timestamp, group::Visibility};

use crate::{
    StoreError,
    db::{Db, List, Sql},
    log::Bounds,
};

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Span {
    /// What was decided for the whole instance by those who run it, and handled by them.
    pub instance: bool,
    /// What was decided in these groups.
    pub groups: Vec<GroupId>,
    /// Not before.
    pub from: Timestamp,
    /// Before.
    pub to: Timestamp,
}

/// How long something took. Nearest rank: each is the time that one of them really took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Took {
    /// How many there were.
    pub count: i64,
    /// Half of them took no longer, in milliseconds.
    pub median_ms: Option<i64>,
    /// Nine of ten took no longer.
    pub p90_ms: Option<i64>,
}

/// The groups hosted here that are read by so many, or are one of some.
pub async fn list_groups(
    db: &Db,
    visibilities: &[Visibility],
    groups: &[GroupId],
) -> Result<Vec<GroupId>, StoreError> {
    let sql = Sql {
        sqlite: "SELECT id FROM groups WHERE is_local AND (visibility IN (SELECT value FROM json_each($1))
                    OR id IN (SELECT value FROM json_each($2))) ORDER BY id",
        postgres: "SELECT id FROM groups WHERE is_local AND (visibility = ANY($1) OR id = ANY($2)) ORDER BY id",
    };
    let visibilities: List<&str> = visibilities.iter().map(|visibility| visibility.as_str()).collect();
    let rows: Vec<(i64,)> = db.query(sql).bind(visibilities).bind(ids(groups)).all().await?;
    Ok(rows.into_iter().map(|(id,)| GroupId(id)).collect())
}

fn ids(groups: &[GroupId]) -> List<i64> {
    groups.iter().map(|group| group.0).collect()
}

impl Span {
    fn bounds(&self) -> Bounds {
        Bounds::of(Some(self.from), Some(self.to))
    }
}

/// The same text for both engines but for how a list is taken: `{}` in `$before` and `$after` has none.
macro_rules! both {
    ($before:literal, $after:literal) => {
        crate::db::Sql {
            sqlite: concat!($before, "IN (SELECT value FROM json_each($1))", $after),
            postgres: concat!($before, "= ANY($1)", $after),
        }
    };
}
use both;

type TookRow = (i64, Option<i64>, Option<i64>);

impl From<Option<TookRow>> for Took {
    fn from(row: Option<TookRow>) -> Self {
        row.map_or_else(Self::default, |(count, median_ms, p90_ms)| Self { count, median_ms, p90_ms })
    }
}
