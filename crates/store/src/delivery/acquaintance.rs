//! Servers that know an actor of ours by its key, though they follow no group of that name: one inbox each.

use guildhall_domain::ActorId;

use crate::{StoreError, db::Db};

/// Inboxes where something signed by a person of ours has gone: on the servers of the groups elsewhere that they are in
/// or wrote for, and of the people whom they answered.
pub async fn list_of_person(db: &Db, person: ActorId) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = db
        .query(
            "SELECT min(coalesce(shared_inbox, inbox)) FROM actors
             WHERE NOT is_local AND deleted_at IS NULL AND id IN (
                SELECT group_id FROM memberships WHERE actor_id = $1
                UNION SELECT group_id FROM entries WHERE author_id = $1
                UNION SELECT p.author_id FROM entries e JOIN entries p ON p.id = e.parent_id WHERE e.author_id = $1)
             GROUP BY host",
        )
        .bind(person.0)
        .slow()
        .all()
        .await?;
    Ok(sorted(rows))
}

/// Inboxes where what is signed by the instance itself has been seen: on all servers that follow a group here, or have
/// one that somebody here follows.
pub async fn list_of_instance(db: &Db) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = db
        .query(
            "SELECT min(inbox) FROM (
                SELECT host, inbox FROM delivery_subscriptions
                UNION ALL
                SELECT a.host, coalesce(a.shared_inbox, a.inbox) AS inbox FROM groups g JOIN actors a ON a.id = g.id
                WHERE NOT g.is_local AND a.deleted_at IS NULL) AS known
             GROUP BY host",
        )
        .slow()
        .all()
        .await?;
    Ok(sorted(rows))
}

/// Here rather than by the database, whose order depends on its locale.
fn sorted(rows: Vec<(String,)>) -> Vec<String> {
    let mut inboxes: Vec<String> = rows.into_iter().map(|(inbox,)| inbox).collect();
    inboxes.sort_unstable();
    inboxes
}
