//! What came to the moderators and what became of it, and how long that took.

use super::{Span, Took, TookRow, both, ids};
use crate::{StoreError, db::Db};

/// Reports that came in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reports {
    /// All.
    pub received: i64,
    /// Those taken back by whoever made them.
    pub withdrawn: i64,
}

/// Cases, as far as they are looked at here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cases {
    /// Opened, or opened again.
    pub opened: i64,
    /// Closed, by what became of them: `decided`, `dismissed` …
    pub closed: Vec<CaseCount>,
    /// Still open at the end.
    pub open: i64,
    /// From opening to closing.
    pub took: Took,
}

/// Cases that ended in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseCount {
    /// How.
    pub outcome: String,
    /// How many.
    pub count: i64,
}

/// Appeals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Appeals {
    /// Made.
    pub received: i64,
    /// Decided, and the decision stands.
    pub upheld: i64,
    /// Decided, and the decision was taken back.
    pub reversed: i64,
    /// Decided, and another decision took its place.
    pub changed: i64,
    /// Still open at the end.
    pub open: i64,
    /// From making to deciding.
    pub took: Took,
}

/// Reports that came in.
pub async fn reports(db: &Db, span: &Span) -> Result<Reports, StoreError> {
    let sql = both!(
        "SELECT count(*), count(r.withdrawn_at) FROM reports r WHERE (r.group_id ",
        " OR ($2 = 1 AND r.group_id IS NULL)) AND r.id >= $3 AND r.id < $4 AND r.created_at >= $5 AND r.created_at < $6"
    );
    let bounds = span.bounds();
    let query = db
        .query(sql)
        .bind(ids(&span.groups))
        .bind(i64::from(span.instance))
        .bind(bounds.first_id)
        .bind(bounds.last_id)
        .bind(bounds.from)
        .bind(bounds.to);
    let (received, withdrawn) = query.slow().one().await?;
    Ok(Reports { received, withdrawn })
}

/// What waited in queues and was decided: how long it had waited.
pub async fn queue(db: &Db, span: &Span) -> Result<Took, StoreError> {
    let sql = both!(
        "SELECT t.total, min(CASE WHEN t.place * 2 >= t.total THEN t.took END),
            min(CASE WHEN t.place * 10 >= t.total * 9 THEN t.took END)
         FROM (SELECT q.decided_at - q.received_at AS took, count(*) OVER () AS total,
                row_number() OVER (ORDER BY q.decided_at - q.received_at) AS place
            FROM queue_items q WHERE q.group_id ",
        " AND q.is_judged AND q.decided_at >= $2 AND q.decided_at < $3) t GROUP BY t.total"
    );
    let query = db.query(sql).bind(ids(&span.groups)).bind(span.from.0).bind(span.to.0);
    Ok(query.slow().optional::<TookRow>().await?.into())
}

/// Cases: of a group those its moderators look at, of the instance those that the people who run it do.
pub async fn cases(db: &Db, span: &Span) -> Result<Cases, StoreError> {
    let counts = both!(
        "SELECT CASE WHEN l.closed_at IS NULL OR l.closed_at >= $4 THEN '' ELSE coalesce(l.outcome, 'closed') END AS ended,
            count(*), CAST(sum(CASE WHEN l.opened_at >= $3 THEN 1 ELSE 0 END) AS BIGINT)
         FROM case_lanes l JOIN cases c ON c.id = l.case_id
         WHERE ((l.lane = 'group' AND c.group_id ",
        ") OR ($2 = 1 AND l.lane <> 'group' AND l.is_ours)) AND l.opened_at < $4
            AND (l.closed_at IS NULL OR l.closed_at >= $3)
         GROUP BY ended ORDER BY ended"
    );
    let took = both!(
        "SELECT t.total, min(CASE WHEN t.place * 2 >= t.total THEN t.took END),
            min(CASE WHEN t.place * 10 >= t.total * 9 THEN t.took END)
         FROM (SELECT l.closed_at - l.opened_at AS took, count(*) OVER () AS total,
                row_number() OVER (ORDER BY l.closed_at - l.opened_at) AS place
            FROM case_lanes l JOIN cases c ON c.id = l.case_id
            WHERE ((l.lane = 'group' AND c.group_id ",
        ") OR ($2 = 1 AND l.lane <> 'group' AND l.is_ours)) AND l.closed_at >= $3 AND l.closed_at < $4) t GROUP BY t.total"
    );
    let bound = |sql| {
        let query = db.query(sql).bind(ids(&span.groups)).bind(i64::from(span.instance));
        query.bind(span.from.0).bind(span.to.0).slow()
    };
    let rows: Vec<(String, i64, i64)> = bound(counts).all().await?;
    let took = bound(took).optional::<TookRow>().await?.into();
    let mut found = Cases { took, ..Cases::default() };
    for (outcome, count, opened) in rows {
        found.opened += opened;
        if outcome.is_empty() {
            found.open = count;
        } else {
            found.closed.push(CaseCount { outcome, count });
        }
    }
    Ok(found)
}

/// Appeals and their results.
pub async fn appeals(db: &Db, span: &Span) -> Result<Appeals, StoreError> {
    let counts = both!(
        "SELECT CASE WHEN a.decided_at IS NULL OR a.decided_at >= $4 THEN '' ELSE coalesce(a.outcome, '') END AS ended,
            count(*), CAST(sum(CASE WHEN a.created_at >= $3 THEN 1 ELSE 0 END) AS BIGINT)
         FROM appeals a WHERE (a.group_id ",
        " OR ($2 = 1 AND a.group_id IS NULL)) AND a.created_at < $4 AND (a.decided_at IS NULL OR a.decided_at >= $3)
         GROUP BY ended"
    );
    let took = both!(
        "SELECT t.total, min(CASE WHEN t.place * 2 >= t.total THEN t.took END),
            min(CASE WHEN t.place * 10 >= t.total * 9 THEN t.took END)
         FROM (SELECT a.decided_at - a.created_at AS took, count(*) OVER () AS total,
                row_number() OVER (ORDER BY a.decided_at - a.created_at) AS place
            FROM appeals a WHERE (a.group_id ",
        " OR ($2 = 1 AND a.group_id IS NULL)) AND a.decided_at >= $3 AND a.decided_at < $4) t GROUP BY t.total"
    );
    let bound = |sql| {
        let query = db.query(sql).bind(ids(&span.groups)).bind(i64::from(span.instance));
        query.bind(span.from.0).bind(span.to.0).slow()
    };
    let rows: Vec<(String, i64, i64)> = bound(counts).all().await?;
    let of =
        |outcome: &str| rows.iter().find(|(ended, ..)| ended == outcome).map_or(0, |(_, count, _)| *count);
    Ok(Appeals {
        received: rows.iter().map(|(_, _, made)| made).sum(),
        upheld: of("upheld"),
        reversed: of("reversed"),
        changed: of("changed"),
        open: of(""),
        took: bound(took).optional::<TookRow>().await?.into(),
    })
}
