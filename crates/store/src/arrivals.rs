//! Received activities, several at a time: kept, and ended. What each of them is, and the same for one, is in
//! [`received`].

use std::collections::HashSet;

use guildhall_domain::{ReceivedId, Timestamp};

use crate::{
    StoreError,
    db::{List, Tx},
    received::{self, NewReceived, Outcome},
};

/// Keeps activities to be processed; gives those whose id was not known, and of two with one id one.
pub async fn insert_all(
    tx: &mut Tx,
    activities: &[&NewReceived],
    now: Timestamp,
) -> Result<HashSet<ReceivedId>, StoreError> {
    if !tx.pays_per_statement() || activities.len() == 1 {
        let mut kept = HashSet::new();
        for activity in activities {
            if received::insert(tx, activity, now).await? {
                kept.insert(activity.id);
            }
        }
        return Ok(kept);
    }
    let mut rows = activities.to_vec();
    // In one order: two transactions that keep the same must not wait for each other.
    rows.sort_by(|one, other| one.ap_id.as_str().cmp(other.ap_id.as_str()));
    let text = |of: fn(&NewReceived) -> &str| rows.iter().map(|row| of(row).to_owned()).collect::<List<_>>();
    let kept: Vec<(i64,)> = tx
        .query(
            "INSERT INTO received_activities (id, ap_id, actor_ap_id, host, verb, via_ap_id, body, shard, state, due_at,
                received_at)
             SELECT r.*, 'queued', 0, $9
             FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
                AS r (id, ap_id, actor_ap_id, host, verb, via_ap_id, body, shard)
             ON CONFLICT DO NOTHING RETURNING id",
        )
        .bind(rows.iter().map(|row| row.id.0).collect::<List<_>>())
        .bind(text(|row| row.ap_id.as_str()))
        .bind(text(|row| row.actor.as_str()))
        .bind(text(|row| &row.host))
        .bind(text(|row| &row.verb))
        .bind(rows.iter().map(|row| row.via.as_ref().map(ToString::to_string)).collect::<List<_>>())
        .bind(rows.iter().map(|row| row.body.clone()).collect::<List<_>>())
        .bind(rows.iter().map(|row| i64::from(row.shard())).collect::<List<_>>())
        .bind(now.0)
        .all()
        .await?;
    Ok(kept.into_iter().map(|(id,)| ReceivedId(id)).collect())
}

/// How the processing of an activity ends.
#[derive(Debug, Clone, Copy)]
pub struct End<'a> {
    /// The activity.
    pub id: ReceivedId,
    /// What became of it.
    pub outcome: Outcome,
    /// Why.
    pub reason: Option<&'a str>,
}

/// As [`received::finish`]; gives those that had not ended before.
pub async fn finish_all(
    tx: &mut Tx,
    ends: &[End<'_>],
    now: Timestamp,
) -> Result<HashSet<ReceivedId>, StoreError> {
    if !tx.pays_per_statement() || ends.len() < 2 {
        let mut ended = HashSet::new();
        for end in ends {
            if received::finish(tx, end.id, end.outcome, end.reason, now).await? {
                ended.insert(end.id);
            }
        }
        return Ok(ended);
    }
    let ended: Vec<(i64,)> = tx
        .query(
            "UPDATE received_activities r
             SET state = 'done', outcome = e.outcome, reason = e.reason, finished_at = $4
             FROM unnest($1, $2, $3) AS e (id, outcome, reason)
             WHERE r.id = e.id AND r.state = 'queued' RETURNING r.id",
        )
        .bind(ends.iter().map(|end| end.id.0).collect::<List<_>>())
        .bind(ends.iter().map(|end| end.outcome.as_str().to_owned()).collect::<List<_>>())
        .bind(ends.iter().map(|end| end.reason.map(str::to_owned)).collect::<List<_>>())
        .bind(now.0)
        .all()
        .await?;
    Ok(ended.into_iter().map(|(id,)| ReceivedId(id)).collect())
}
