//! The posts of partners that a group shows, in the orders of its own.

use guildhall_domain::{EntryId, GroupId, content::Sort};

use crate::{
    StoreError,
    db::{Db, Sql},
    entry::{self, Entry},
};

/// Up to so many posts all of them are put in order, above it the posts of each partner are walked in theirs: what is rare
/// among a partner's posts would be looked for long, and of what is not a page is found soon.
const FEW: i64 = 500;

macro_rules! few {
    ($after:literal) => {
        concat!(
            // Crossed: the planner of SQLite keeps to the order.
            "SELECT e.id FROM group_mirrors m CROSS JOIN entries e
             WHERE m.group_id = $1 AND m.state = 'shown' AND e.id = m.entry_id AND e.group_id = m.partner_id
                AND e.kind = 'post' AND e.state = 'published' AND NOT e.limited AND ",
            $after
        )
    };
}

macro_rules! walked {
    ($key:literal) => {
        concat!(
            "SELECT x.id FROM entries x
             WHERE x.group_id = p.partner_id AND x.kind = 'post' AND x.state = 'published' AND NOT x.limited
                AND (x.", $key, ", x.id) < ($4, $2)
                AND EXISTS (SELECT 1 FROM group_mirrors m WHERE m.group_id = $1 AND m.entry_id = x.id
                    AND m.state = 'shown' AND m.partner_id = x.group_id)
             ORDER BY x.", $key, " DESC, x.id DESC LIMIT $3"
        )
    };
}

macro_rules! many {
    ($key:literal) => {
        Sql {
            sqlite: concat!(
                "SELECT e.id FROM group_partners p CROSS JOIN entries e
                 WHERE p.group_id = $1 AND p.policy <> 'list' AND e.id IN (",
                walked!($key),
                ")
                 ORDER BY e.",
                $key,
                " DESC, e.id DESC LIMIT $3"
            ),
            postgres: concat!(
                "SELECT e.id FROM group_partners p
                 CROSS JOIN LATERAL (",
                walked!($key),
                ") found JOIN entries e ON e.id = found.id
                 WHERE p.group_id = $1 AND p.policy <> 'list'
                 ORDER BY e.",
                $key,
                " DESC, e.id DESC LIMIT $3"
            ),
        }
    };
}

// Both keys bounded: PostgreSQL may walk the two tables side by side.
const NEW: &str = few!("m.entry_id < $2 AND e.id < $2 ORDER BY m.entry_id DESC LIMIT $3");
const FEW_ACTIVE: &str =
    few!("(e.last_activity_at, e.id) < ($4, $2) ORDER BY e.last_activity_at DESC, e.id DESC LIMIT $3");
const FEW_TOP: &str = few!("(e.score, e.id) < ($4, $2) ORDER BY e.score DESC, e.id DESC LIMIT $3");
const MANY_ACTIVE: Sql = many!("last_activity_at");
const MANY_TOP: Sql = many!("score");

/// Published posts of partners that are shown in a group, as [`crate::entry::list_posts`] gives the group's own, but in no
/// fixed order: those that come first in `sort`. What went to another group meanwhile is left out.
pub async fn list_posts(
    db: &Db,
    group: GroupId,
    sort: Sort,
    after: Option<(i64, EntryId)>,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    let (key, id) = after.map_or((i64::MAX, i64::MAX), |(key, id)| (key, id.0));
    let is_few = sort != Sort::New && has_few(db, group).await?;
    let sql = match (sort, is_few) {
        (Sort::New, _) => NEW.into(),
        (Sort::Active, true) => FEW_ACTIVE.into(),
        (Sort::Active, false) => MANY_ACTIVE,
        (Sort::Top, true) => FEW_TOP.into(),
        (Sort::Top, false) => MANY_TOP,
    };
    let keys = db.query(sql).bind(group.0).bind(id).bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let keys = if sort == Sort::New { keys } else { keys.bind(key) };
    let keys: Vec<(i64,)> = keys.all().await?;
    let keys: Vec<EntryId> = keys.into_iter().map(|(id,)| EntryId(id)).collect();
    entry::list_by_ids(db, &keys).await
}

async fn has_few(db: &Db, group: GroupId) -> Result<bool, StoreError> {
    let (shown,): (i64,) = db
        .query(
            "SELECT count(*) FROM (SELECT 1 FROM group_mirrors WHERE group_id = $1 AND state = 'shown' LIMIT $2) shown",
        )
        .bind(group.0)
        .bind(FEW + 1)
        .one()
        .await?;
    Ok(shown <= FEW)
}
