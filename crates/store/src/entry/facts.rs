//! What the admission rules need to know about an author in a group.

use std::collections::HashMap;

use guildhall_domain::{
    ActorId, GroupId, Timestamp,
    admission::{Role, Standing},
    group::Policy,
    membership::MembershipState,
};

use crate::{
    StoreError, convert,
    db::{List, Tx},
};

/// An author in a group.
#[derive(Debug, Clone)]
pub struct AuthorFacts {
    /// Whether the group is hosted here; elsewhere its own server decides.
    pub group_is_local: bool,
    /// The group's door settings.
    pub policy: Policy,
    /// What the author is here.
    pub role: Role,
    /// Their membership, or request for one.
    pub membership: Option<MembershipState>,
    /// Their bans.
    pub standing: Standing,
    /// Whether something of theirs was admitted here before.
    pub admitted_before: bool,
}

// `$asked` gives the rows `(group_id, author_id)`.
macro_rules! select {
    ($asked:literal) => {
        concat!(
            "WITH asked (group_id, author_id) AS (",
            $asked,
            ") SELECT a.group_id, a.author_id, g.is_local, g.admission, g.posting, g.review,
                    m.state AS membership, o.actor_id AS moderator, ib.actor_id AS instance_ban,
                    ib.until AS instance_until, gb.actor_id AS group_ban, gb.until AS group_until,
                    (SELECT e.id FROM entries e WHERE e.author_id = a.author_id AND e.group_id = a.group_id
                        AND e.state = 'published' LIMIT 1) AS admitted
             FROM asked a
             JOIN groups g ON g.id = a.group_id
             LEFT JOIN memberships m ON m.group_id = a.group_id AND m.actor_id = a.author_id
             LEFT JOIN moderators o ON o.group_id = a.group_id AND o.actor_id = a.author_id
             LEFT JOIN bans ib ON ib.group_id = 0 AND ib.actor_id = a.author_id
             LEFT JOIN bans gb ON gb.group_id = a.group_id AND gb.actor_id = a.author_id"
        )
    };
}

/// Reads what the rules need about an author in a group. `None`: no such group.
pub async fn find_author_facts(
    tx: &mut Tx,
    group: GroupId,
    author: ActorId,
) -> Result<Option<AuthorFacts>, StoreError> {
    Ok(list_author_facts(tx, &[(group, author)]).await?.remove(&(group, author)))
}

/// The same for several authors, each in a group; who asks for a group that is not there gets nothing.
pub async fn list_author_facts(
    tx: &mut Tx,
    asked: &[(GroupId, ActorId)],
) -> Result<HashMap<(GroupId, ActorId), AuthorFacts>, StoreError> {
    let rows: Vec<Row> = if tx.pays_per_statement() {
        let groups: List<i64> = asked.iter().map(|(group, _)| group.0).collect();
        let authors: List<i64> = asked.iter().map(|(_, author)| author.0).collect();
        tx.query(select!("SELECT * FROM unnest($1, $2)")).bind(groups).bind(authors).all().await?
    } else {
        let mut rows = Vec::with_capacity(asked.len());
        for (group, author) in asked {
            let query = tx.query(select!("SELECT $1, $2")).bind(group.0).bind(author.0);
            rows.extend(query.optional::<Row>().await?);
        }
        rows
    };
    rows.into_iter().map(Row::into_facts).collect()
}

crate::record! {
    struct Row {
        group_id: i64,
        author_id: i64,
        is_local: bool,
        admission: String,
        posting: String,
        review: String,
        membership: Option<String>,
        moderator: Option<i64>,
        instance_ban: Option<i64>,
        instance_until: Option<i64>,
        group_ban: Option<i64>,
        group_until: Option<i64>,
        admitted: Option<i64>,
    }
}

impl Row {
    fn into_facts(self) -> Result<((GroupId, ActorId), AuthorFacts), StoreError> {
        let group = GroupId(self.group_id);
        let membership =
            self.membership.map(|state| convert::word("membership", group, &state)).transpose()?;
        let role = match (self.moderator, membership) {
            (Some(_), _) => Role::Moderator,
            (None, Some(MembershipState::Member)) => Role::Member,
            (None, Some(MembershipState::Pending) | None) => Role::Outsider,
        };
        let ban = |actor: Option<i64>, until: Option<i64>| actor.map(|_| until.map(Timestamp));
        let facts = AuthorFacts {
            group_is_local: self.is_local,
            policy: Policy {
                admission: convert::word("group", group, &self.admission)?,
                posting: convert::word("group", group, &self.posting)?,
                review: convert::word("group", group, &self.review)?,
            },
            role,
            membership,
            standing: Standing {
                instance_ban: ban(self.instance_ban, self.instance_until),
                group_ban: ban(self.group_ban, self.group_until),
            },
            admitted_before: self.admitted.is_some(),
        };
        Ok(((group, ActorId(self.author_id)), facts))
    }
}
