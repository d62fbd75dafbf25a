//! What the log has for a host, read in pages.

use crate::{
    StoreError,
    db::{Db, List},
};

crate::record! {
    /// One item for one inbox.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Piece {
        /// The item.
        pub seq: i64,
        /// Where it goes.
        pub inbox: String,
    }
}

/// Everything up to here has been read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    seq: i64,
    inbox: String,
}

impl Position {
    /// Behind every inbox of `seq`.
    pub fn after(seq: i64) -> Self {
        Self { seq: seq.saturating_add(1), inbox: String::new() }
    }

    /// The item up to which, and including which, nothing is left to read.
    pub fn passed(&self) -> i64 {
        self.seq - 1
    }
}

/// What one read of the log found for a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What to send, in order.
    pub pieces: Vec<Piece>,
    /// Where to read on.
    pub position: Position,
    /// Whether this was the end of the log.
    pub is_end: bool,
}

/// What is wished of the log for a host.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The host.
    pub host: String,
    /// Where to read on.
    pub position: Position,
    /// Rows of the log to look at, at most.
    pub span: u32,
    /// Pieces to read, at most.
    pub limit: u32,
}

/// Reads what is to go to hosts, one page for each wish.
///
/// That is what was published for a group after one of the host's inboxes began to follow it, and what names an inbox
/// of the host. An empty page that is not the end is no mistake: read on from its position.
pub async fn read_all(db: &Db, wishes: &[Wish]) -> Result<Vec<Page>, StoreError> {
    let mut founds = Vec::with_capacity(wishes.len());
    if db.pays_per_statement() {
        founds = find_all(db, wishes).await?;
    } else {
        for wish in wishes {
            founds.push(find(db, wish).await?);
        }
    }
    Ok(wishes.iter().zip(founds).map(|(wish, found)| found.into_page(wish)).collect())
}

/// The same for one host.
pub async fn read(
    db: &Db,
    host: &str,
    position: &Position,
    span: u32,
    limit: u32,
) -> Result<Page, StoreError> {
    let wish = Wish { host: host.to_owned(), position: position.clone(), span, limit };
    read_all(db, &[wish]).await?.pop().ok_or(StoreError::RowNotFound)
}

/// What a statement found for a wish.
#[derive(Debug, Default)]
struct Found {
    /// The last row that was looked at, where there are more.
    cut: Option<i64>,
    /// The last row of the log.
    last: i64,
    pieces: Vec<Piece>,
}

impl Found {
    fn into_page(self, wish: &Wish) -> Page {
        let Self { cut, last, pieces } = self;
        // A full page may have stopped in the middle of an item's inboxes.
        let full = pieces.last().filter(|_| pieces.len() >= wish.limit as usize);
        let next = match full {
            Some(piece) => Position { seq: piece.seq, inbox: piece.inbox.clone() },
            None => Position::after(cut.unwrap_or(last)).max(wish.position.clone()),
        };
        Page { is_end: full.is_none() && cut.is_none(), pieces, position: next }
    }
}

/// Up to so many rows it is cheaper to ask of each row who follows its group than of each group what there is: the span
/// is short where the host follows many groups, and few of them are among the rows.
const SHORT_SPAN: u32 = 100;

macro_rules! for_groups {
    ($from:literal) => {
        concat!(
            "SELECT l.seq, s.inbox FROM ",
            $from,
            " WHERE s.host = $1 AND l.seq >= $2 AND l.seq <= $4 AND (l.seq > $2 OR s.inbox > $3)
              ORDER BY l.seq, s.inbox LIMIT $5"
        )
    };
}

/// By the groups that the host follows.
const BY_GROUP: &str = for_groups!(
    "delivery_subscriptions s CROSS JOIN delivery_log l ON l.group_id = s.group_id AND l.seq > s.since_seq"
);

/// By the rows of the log. SQLite joins in the order that is written.
const BY_ROW: &str = for_groups!(
    "delivery_log l CROSS JOIN delivery_subscriptions s ON s.group_id = l.group_id AND s.since_seq < l.seq"
);

/// What names an inbox of the host.
const BY_NAME: &str = "SELECT seq, inbox FROM delivery_targets
     WHERE host = $1 AND seq >= $2 AND seq <= $4 AND (seq > $2 OR inbox > $3)
     ORDER BY seq, inbox LIMIT $5";

/// On SQLite; [`find_all`] is for PostgreSQL, whose planner knows how many rows there are.
async fn find(db: &Db, wish: &Wish) -> Result<Found, StoreError> {
    let (cut, last): (Option<i64>, i64) = db
        .query(
            "SELECT (SELECT seq FROM delivery_log WHERE seq > $1 ORDER BY seq LIMIT 1 OFFSET $2),
                    (SELECT COALESCE(max(seq), 0) FROM delivery_log)",
        )
        .bind(wish.position.seq)
        .bind(i64::from(wish.span))
        .one()
        .await?;
    let pieces = async |sql: &'static str| {
        db.query(sql)
            .bind(wish.host.as_str())
            .bind(wish.position.seq)
            .bind(wish.position.inbox.as_str())
            .bind(cut.unwrap_or(last))
            .bind(i64::from(wish.limit))
            .all::<Piece>()
            .await
    };
    // Two statements: as one, with a UNION, SQLite would make a table for each of them.
    let for_groups = pieces(if wish.span <= SHORT_SPAN { BY_ROW } else { BY_GROUP }).await?;
    let pieces = merge(for_groups, pieces(BY_NAME).await?, wish.limit as usize);
    Ok(Found { cut, last, pieces })
}

/// The first `limit` of two lists, in the order of the log; what is in both once.
fn merge(mut one: Vec<Piece>, other: Vec<Piece>, limit: usize) -> Vec<Piece> {
    if !other.is_empty() {
        one.extend(other);
        one.sort_unstable_by(|a, b| (a.seq, &a.inbox).cmp(&(b.seq, &b.inbox)));
        one.dedup();
        one.truncate(limit);
    }
    one
}

/// The number of a wish; where the log ends for it; a piece of it, where there is any.
type Row = (i64, Option<i64>, i64, Option<i64>, Option<String>);

/// As [`find`], in one statement: at least one row for each wish, with its pieces beside where the log ends for it.
async fn find_all(db: &Db, wishes: &[Wish]) -> Result<Vec<Found>, StoreError> {
    let rows: Vec<Row> = db
        .query(
            // Materialised: otherwise the end of each stretch is looked for once more for every piece in it.
            "WITH w AS MATERIALIZED (
                SELECT asked.*,
                    (SELECT seq FROM delivery_log WHERE seq > asked.seq ORDER BY seq LIMIT 1 OFFSET asked.span) AS cut,
                    (SELECT COALESCE(max(seq), 0) FROM delivery_log) AS last
                FROM unnest($1, $2, $3, $4, $5, $6) AS asked (number, host, seq, inbox, span, page)
             )
             SELECT w.number, w.cut, w.last, due.seq, due.inbox
             FROM w LEFT JOIN LATERAL (
                SELECT * FROM (
                    SELECT l.seq, s.inbox
                    FROM delivery_subscriptions s JOIN delivery_log l ON l.group_id = s.group_id AND l.seq > s.since_seq
                    WHERE s.host = w.host AND l.seq >= w.seq AND l.seq <= COALESCE(w.cut, w.last)
                    UNION
                    SELECT t.seq, t.inbox FROM delivery_targets t
                    WHERE t.host = w.host AND t.seq >= w.seq AND t.seq <= COALESCE(w.cut, w.last)
                ) AS one
                WHERE one.seq > w.seq OR one.inbox > w.inbox
                ORDER BY one.seq, one.inbox LIMIT w.page
             ) AS due ON true
             ORDER BY w.number, due.seq, due.inbox",
        )
        .bind((0_i64..).take(wishes.len()).collect::<List<_>>())
        .bind(wishes.iter().map(|wish| wish.host.clone()).collect::<List<_>>())
        .bind(wishes.iter().map(|wish| wish.position.seq).collect::<List<_>>())
        .bind(wishes.iter().map(|wish| wish.position.inbox.clone()).collect::<List<_>>())
        .bind(wishes.iter().map(|wish| i64::from(wish.span)).collect::<List<_>>())
        .bind(wishes.iter().map(|wish| i64::from(wish.limit)).collect::<List<_>>())
        .all()
        .await?;
    let mut founds: Vec<Found> = wishes.iter().map(|_| Found::default()).collect();
    for (number, cut, last, seq, inbox) in rows {
        let found = usize::try_from(number).ok().and_then(|number| founds.get_mut(number));
        let found = found.ok_or(StoreError::RowNotFound)?;
        (found.cut, found.last) = (cut, last);
        found.pieces.extend(seq.zip(inbox).map(|(seq, inbox)| Piece { seq, inbox }));
    }
    Ok(founds)
}
