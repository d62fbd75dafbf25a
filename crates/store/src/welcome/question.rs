//! What groups ask those who want to join.

use guildhall_domain::{GroupId, welcome::JoinQuestion};

use crate::{
    StoreError,
    db::{Db, Tx},
};

const LIST: &str = "SELECT text, required FROM join_questions WHERE group_id = $1 ORDER BY position";

/// The questions of a group in order.
pub async fn list(db: &Db, group: GroupId) -> Result<Vec<JoinQuestion>, StoreError> {
    let rows: Vec<(String, bool)> = db.query(LIST).bind(group.0).all().await?;
    Ok(rows.into_iter().map(from_row).collect())
}

/// The same inside a transaction.
pub async fn list_in(tx: &mut Tx, group: GroupId) -> Result<Vec<JoinQuestion>, StoreError> {
    let rows: Vec<(String, bool)> = tx.query(LIST).bind(group.0).all().await?;
    Ok(rows.into_iter().map(from_row).collect())
}

/// Replaces the questions of a group.
pub async fn set(tx: &mut Tx, group: GroupId, questions: &[JoinQuestion]) -> Result<(), StoreError> {
    tx.query("DELETE FROM join_questions WHERE group_id = $1").bind(group.0).execute().await?;
    for (position, question) in (1_i64..).zip(questions) {
        tx.query("INSERT INTO join_questions (group_id, position, text, required) VALUES ($1, $2, $3, $4)")
            .bind(group.0)
            .bind(position)
            .bind(question.text.as_str())
            .bind(question.required)
            .execute()
            .await?;
    }
    Ok(())
}

fn from_row((text, required): (String, bool)) -> JoinQuestion {
    JoinQuestion { text, required }
}
