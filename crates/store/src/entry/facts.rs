//! What the admission rules need to know about an author in a group.

use guildhall_domain::{
    ActorId, GroupId, Timestamp,
    admission::{Role, Standing},
    group::Policy,
    membership::MembershipState,
};

use crate::{StoreError, convert, db::Tx};

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

/// Reads what the rules need about an author in a group. `None`: no such group.
pub async fn find_author_facts(
    tx: &mut Tx,
    group: GroupId,
    author: ActorId,
) -> Result<Option<AuthorFacts>, StoreError> {
    let row: Option<Row> = tx
        .query(
            "SELECT g.is_local, g.admission, g.posting, g.review, m.state AS membership,
                    o.actor_id AS moderator, ib.actor_id AS instance_ban, ib.until AS instance_until,
                    gb.actor_id AS group_ban, gb.until AS group_until,
                    (SELECT e.id FROM entries e WHERE e.author_id = $2 AND e.group_id = $1
                        AND e.state = 'published' LIMIT 1) AS admitted
             FROM groups g
             LEFT JOIN memberships m ON m.group_id = g.id AND m.actor_id = $2
             LEFT JOIN moderators o ON o.group_id = g.id AND o.actor_id = $2
             LEFT JOIN bans ib ON ib.group_id = 0 AND ib.actor_id = $2
             LEFT JOIN bans gb ON gb.group_id = g.id AND gb.actor_id = $2
             WHERE g.id = $1",
        )
        .bind(group.0)
        .bind(author.0)
        .optional()
        .await?;
    row.map(|row| row.into_facts(group)).transpose()
}

crate::record! {
    struct Row {
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
    fn into_facts(self, group: GroupId) -> Result<AuthorFacts, StoreError> {
        let membership =
            self.membership.map(|state| convert::word("membership", group, &state)).transpose()?;
        let role = match (self.moderator, membership) {
            (Some(_), _) => Role::Moderator,
            (None, Some(MembershipState::Member)) => Role::Member,
            (None, Some(MembershipState::Pending) | None) => Role::Outsider,
        };
        let ban = |actor: Option<i64>, until: Option<i64>| actor.map(|_| until.map(Timestamp));
        Ok(AuthorFacts {
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
        })
    }
}
