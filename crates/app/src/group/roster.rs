//! The moderators of a group elsewhere, which its own server lists.

use guildhall_domain::{ActorId, GroupId};
use guildhall_store::{StoreError, group, moderator};

use crate::App;

/// Whom a group's server lists as its moderators.
#[derive(Debug, Clone)]
pub struct ListedModerators {
    /// Those of them who are known.
    pub actors: Vec<ActorId>,
    /// Whether the list was read to its end: only then are those who are not on it dismissed.
    pub is_whole: bool,
}

/// Sets the moderators of a group elsewhere to those whom its server lists. Nobody's decision here, so no record is made,
/// and nobody is told. A group hosted here is left as it is.
pub async fn take_listed_moderators(
    app: &App,
    id: GroupId,
    listed: &ListedModerators,
) -> Result<(), StoreError> {
    let mut tx = app.begin().await?;
    if group::lock(&mut tx, id).await?.is_none_or(|group| group.is_local) {
        return Ok(());
    }
    for actor in &listed.actors {
        moderator::insert(&mut tx, id, *actor, app.now()).await?;
    }
    if listed.is_whole {
        moderator::delete_others(&mut tx, id, &listed.actors).await?;
    }
    tx.commit().await
}
