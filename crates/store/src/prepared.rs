//! Texts that a group keeps at hand for what it tells people.

use guildhall_domain::GroupId;

use crate::{
    StoreError,
    db::{Db, Tx},
};

/// A prepared text in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedText {
    /// By which it is chosen: `off-topic`.
    pub name: String,
    /// A BCP 47 tag.
    pub language: String,
    /// With `{person}`, `{title}`, `{rule}`, `{group}` and `{until}` for what is filled in.
    pub text: String,
}

/// The texts of a group, by name and language.
pub async fn list(db: &Db, group: GroupId) -> Result<Vec<PreparedText>, StoreError> {
    let rows: Vec<(String, String, String)> = db
        .query("SELECT name, language, text FROM prepared_texts WHERE group_id = $1 ORDER BY name, language")
        .bind(group.0)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(name, language, text)| PreparedText { name, language, text }).collect())
}

/// Replaces the texts of a group.
pub async fn set_all(tx: &mut Tx, group: GroupId, texts: &[PreparedText]) -> Result<(), StoreError> {
    tx.query("DELETE FROM prepared_texts WHERE group_id = $1").bind(group.0).execute().await?;
    for text in texts {
        tx.query("INSERT INTO prepared_texts (group_id, name, language, text) VALUES ($1, $2, $3, $4)")
            .bind(group.0)
            .bind(text.name.as_str())
            .bind(text.language.as_str())
            .bind(text.text.as_str())
            .execute()
            .await?;
    }
    Ok(())
}
