//! How groups hosted here let people in beside their moderators: questions and answers, invitations, vouches.

pub mod answer;
pub mod invitation;
pub mod question;
pub mod vouch;

use guildhall_domain::{GroupId, welcome::Welcome};

use crate::{
    StoreError, convert,
    db::{Db, Tx},
};

const FIND: &str = "SELECT invites, vouches_needed FROM welcomes WHERE group_id = $1";

/// What a group sets; the defaults where it has set nothing.
pub async fn find(db: &Db, group: GroupId) -> Result<Welcome, StoreError> {
    let row: Option<(String, i64)> = db.query(FIND).bind(group.0).optional().await?;
    row.map_or_else(|| Ok(Welcome::default()), |row| from_row(group, row))
}

/// The same inside a transaction.
pub async fn find_in(tx: &mut Tx, group: GroupId) -> Result<Welcome, StoreError> {
    let row: Option<(String, i64)> = tx.query(FIND).bind(group.0).optional().await?;
    row.map_or_else(|| Ok(Welcome::default()), |row| from_row(group, row))
}

/// Writes what a group sets.
pub async fn set(tx: &mut Tx, group: GroupId, welcome: Welcome) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO welcomes (group_id, invites, vouches_needed) VALUES ($1, $2, $3)
         ON CONFLICT (group_id) DO UPDATE SET invites = excluded.invites, vouches_needed = excluded.vouches_needed",
    )
    .bind(group.0)
    .bind(welcome.invites.as_str())
    .bind(i64::from(welcome.vouches_needed))
    .execute()
    .await?;
    Ok(())
}

fn from_row(group: GroupId, (invites, needed): (String, i64)) -> Result<Welcome, StoreError> {
    Ok(Welcome {
        invites: convert::word("welcome", group, &invites)?,
        vouches_needed: u8::try_from(needed).map_err(|_| StoreError::corrupt("welcome", group))?,
    })
}
