//! What was decided, counted.

use guildhall_domain::{
    admission::{Layer, Sanction},
    moderation::{DecisionAction, WrittenRule},
};

use super::{Span, both, ids};
use crate::{StoreError, convert, db::Db};

/// The most rules that are counted one by one.
const MAX_RULES: i64 = 100;

/// How often something was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// What.
    pub action: DecisionAction,
    /// Whether a rule decided, and nobody else.
    pub is_automatic: bool,
    /// How often.
    pub count: i64,
}

/// How often something was decided by a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleCount {
    /// What.
    pub action: DecisionAction,
    /// Which layer decided.
    pub layer: Layer,
    /// Of what decided by itself: its fixed name; `automatic` for all automatic rules together.
    pub rule: Option<String>,
    /// Of what people decided: the rule that the group has written down, as it was then.
    pub written: Option<WrittenRule>,
    /// How often.
    pub count: i64,
}

/// How many are under a sanction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InForce {
    /// May not take part.
    pub banned: i64,
    /// May neither post nor vote.
    pub muted: i64,
    /// What they write waits.
    pub on_probation: i64,
}

/// Decisions by what was decided.
pub async fn count_actions(db: &Db, span: &Span) -> Result<Vec<Counted>, StoreError> {
    let sql = both!(
        "SELECT d.action, CASE WHEN d.by_actor_id IS NULL THEN 1 ELSE 2 END AS decided, count(*)
         FROM decisions d WHERE (d.group_id ",
        " OR ($2 = 1 AND d.group_id IS NULL AND NOT EXISTS (
                SELECT 1 FROM actors b WHERE b.id = d.by_actor_id AND NOT b.is_local))) AND d.id >= $3 AND d.id < $4 AND d.created_at >= $5 AND d.created_at < $6
         GROUP BY d.action, decided ORDER BY d.action, decided"
    );
    let rows: Vec<(String, i32, i64)> = bound(db.query(sql), span).slow().all().await?;
    let counted = |(action, decided, count): (String, i32, i64)| {
        Ok(Counted {
            action: convert::word("decision", &action, &action)?,
            is_automatic: decided == 1,
            count,
        })
    };
    rows.into_iter().map(counted).collect()
}

/// Decisions by the rule that they rest on, most frequent first: the first hundred.
pub async fn count_rules(db: &Db, span: &Span) -> Result<Vec<RuleCount>, StoreError> {
    let sql = both!(
        "SELECT d.action, d.layer, CASE WHEN d.by_actor_id IS NOT NULL THEN NULL
                WHEN d.layer = 'rule' THEN 'automatic' ELSE d.rule END AS by_rule, d.rule_number, d.rule_title,
            count(*) AS times
         FROM decisions d WHERE (d.group_id ",
        " OR ($2 = 1 AND d.group_id IS NULL AND NOT EXISTS (
                SELECT 1 FROM actors b WHERE b.id = d.by_actor_id AND NOT b.is_local))) AND d.id >= $3 AND d.id < $4 AND d.created_at >= $5 AND d.created_at < $6
            AND (d.rule_number IS NOT NULL OR (d.by_actor_id IS NULL AND d.rule IS NOT NULL))
         GROUP BY d.action, d.layer, by_rule, d.rule_number, d.rule_title
         ORDER BY times DESC, d.action, d.layer, by_rule, d.rule_number, d.rule_title LIMIT $7"
    );
    let query = bound(db.query(sql), span).bind(MAX_RULES).slow();
    let rows: Vec<RuleRow> = query.all().await?;
    convert::all(rows)
}

crate::record! {
    struct RuleRow {
        action: String,
        layer: String,
        by_rule: Option<String>,
        rule_number: Option<i64>,
        rule_title: Option<String>,
        times: i64,
    }
}

impl TryFrom<RuleRow> for RuleCount {
    type Error = StoreError;

    fn try_from(row: RuleRow) -> Result<Self, StoreError> {
        let title = row.rule_title.unwrap_or_default();
        Ok(Self {
            action: convert::word("decision", &row.action, &row.action)?,
            layer: convert::word("decision", &row.action, &row.layer)?,
            rule: row.by_rule,
            written: row.rule_number.map(|number| WrittenRule { number, title }),
            count: row.times,
        })
    }
}

/// Who was under which sanction at the end of the span, as the records say: the last word about each of them.
pub async fn sanctions_in_force(db: &Db, span: &Span) -> Result<InForce, StoreError> {
    let sql = both!(
        "SELECT l.action, count(*) FROM (
            SELECT d.action, d.until, row_number() OVER (
                PARTITION BY coalesce(d.group_id, 0), d.actor_id, CASE
                    WHEN d.action IN ('ban', 'unban') THEN 'ban' WHEN d.action IN ('mute', 'unmute') THEN 'mute'
                    ELSE 'probation' END
                ORDER BY d.id DESC) AS place
            FROM decisions d WHERE (d.group_id ",
        " OR ($2 = 1 AND d.group_id IS NULL AND NOT EXISTS (
                SELECT 1 FROM actors b WHERE b.id = d.by_actor_id AND NOT b.is_local))) AND d.created_at < $3
              AND d.action IN ('ban', 'unban', 'mute', 'unmute', 'probation', 'end-probation')) l
         WHERE l.place = 1 AND l.action IN ('ban', 'mute', 'probation') AND (l.until IS NULL OR l.until > $3)
         GROUP BY l.action"
    );
    let query = db.query(sql).bind(ids(&span.groups)).bind(i64::from(span.instance)).bind(span.to.0).slow();
    let rows: Vec<(String, i64)> = query.all().await?;
    let of = |sanction: Sanction| {
        let name = sanction.as_str();
        rows.iter().find(|(action, _)| action == name).map_or(0, |(_, count)| *count)
    };
    Ok(InForce {
        banned: of(Sanction::Ban),
        muted: of(Sanction::Mute),
        on_probation: of(Sanction::Probation),
    })
}

fn bound<'c>(query: crate::db::Query<'c>, span: &Span) -> crate::db::Query<'c> {
    let bounds = span.bounds();
    query
        .bind(ids(&span.groups))
        .bind(i64::from(span.instance))
        .bind(bounds.first_id)
        .bind(bounds.last_id)
        .bind(bounds.from)
        .bind(bounds.to)
}
