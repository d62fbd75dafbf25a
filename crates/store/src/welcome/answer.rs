//! What people said who want to join, or did when they joined. Gone when they leave, or are turned away.

use guildhall_domain::{ActorId, ApId, GroupId, welcome::Answer};

use crate::{
    StoreError,
    db::{Db, Tx},
};

const LIST: &str =
    "SELECT question, text FROM join_answers WHERE group_id = $1 AND actor_id = $2 ORDER BY position";

/// What somebody said, in order.
pub async fn list(db: &Db, group: GroupId, actor: ActorId) -> Result<Vec<Answer>, StoreError> {
    let rows: Vec<(Option<String>, String)> = db.query(LIST).bind(group.0).bind(actor.0).all().await?;
    Ok(rows.into_iter().map(from_row).collect())
}

/// The same inside a transaction that has locked the group.
pub async fn list_in(tx: &mut Tx, group: GroupId, actor: ActorId) -> Result<Vec<Answer>, StoreError> {
    let rows: Vec<(Option<String>, String)> = tx.query(LIST).bind(group.0).bind(actor.0).all().await?;
    Ok(rows.into_iter().map(from_row).collect())
}

/// Replaces what somebody said.
pub async fn set(tx: &mut Tx, group: GroupId, actor: ActorId, answers: &[Answer]) -> Result<(), StoreError> {
    delete(tx, group, actor).await?;
    for (position, answer) in (1_i64..).zip(answers) {
        insert(tx, group, actor, position, answer, None).await?;
    }
    Ok(())
}

/// Adds what a message says, or changes it where the message has come before. `false`: there are `most` already.
pub async fn add(
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
    message: &ApId,
    text: &str,
    most: usize,
) -> Result<bool, StoreError> {
    let changed = tx
        .query("UPDATE join_answers SET text = $4 WHERE group_id = $1 AND actor_id = $2 AND ap_id = $3")
        .bind(group.0)
        .bind(actor.0)
        .bind(message.as_str())
        .bind(text)
        .execute()
        .await?;
    if changed > 0 {
        return Ok(true);
    }
    let (last, count): (i64, i64) = tx
        .query(
            "SELECT coalesce(max(position), 0), count(*) FROM join_answers WHERE group_id = $1 AND actor_id = $2",
        )
        .bind(group.0)
        .bind(actor.0)
        .one()
        .await?;
    if usize::try_from(count).unwrap_or(usize::MAX) >= most {
        return Ok(false);
    }
    let answer = Answer { question: None, text: text.to_owned() };
    insert(tx, group, actor, last + 1, &answer, Some(message)).await?;
    Ok(true)
}

/// Forgets what somebody said.
pub async fn delete(tx: &mut Tx, group: GroupId, actor: ActorId) -> Result<(), StoreError> {
    tx.query("DELETE FROM join_answers WHERE group_id = $1 AND actor_id = $2")
        .bind(group.0)
        .bind(actor.0)
        .execute()
        .await?;
    Ok(())
}

async fn insert(
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
    position: i64,
    answer: &Answer,
    message: Option<&ApId>,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO join_answers (group_id, actor_id, position, question, text, ap_id)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(group.0)
    .bind(actor.0)
    .bind(position)
    .bind(answer.question.clone())
    .bind(answer.text.as_str())
    .bind(message.map(|id| id.as_str().to_owned()))
    .execute()
    .await?;
    Ok(())
}

fn from_row((question, text): (Option<String>, String)) -> Answer {
    Answer { question, text }
}
