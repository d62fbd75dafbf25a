//! What the admission rules need to know about an author in a group.

use std::collections::HashMap;

use guildhall_domain::{
    ActorId, GroupId,
    admission::{Role, Standing},
    group::Policy,
    membership::MembershipState,
    staff::{Office, StaffRole},
    trust::{Seen, Trust, TrustFacts},
};

use crate::{
    StoreError, convert,
    db::{Db, List, Sql, Tx},
    staff, standing,
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
    /// What they are on the staff of the group.
    pub office: Option<Office>,
    /// Their membership, or request for one.
    pub membership: Option<MembershipState>,
    /// What was decided about them.
    pub standing: Standing,
    /// What the group has seen of them.
    pub trust: TrustFacts,
    /// The revision of the instance's rulebook, and of the group's; `0` where there is none.
    pub rulebooks: (i64, i64),
}

// `$asked` gives the rows `(group_id, author_id)`.
macro_rules! select {
    ($asked:literal) => {
        concat!(
            "WITH asked (group_id, author_id) AS (",
            $asked,
            ") SELECT a.group_id, a.author_id, g.is_local, g.admission, g.posting, g.review, g.visibility,
                    m.state AS membership, o.role AS office, o.granted, o.withdrawn,
                    i.banned_until AS i_ban, i.muted_until AS i_mute, i.watched_until AS i_probation,
                    s.banned_until AS g_ban, s.muted_until AS g_mute, s.watched_until AS g_probation,
                    q.accepted, q.answered, q.days, q.refused, q.upheld, q.dismissed, q.struck_at, q.first_at, q.given,
                    (SELECT revision FROM rulebooks WHERE group_id = 0) AS instance_rulebook, r.revision AS group_rulebook
             FROM asked a
             JOIN groups g ON g.id = a.group_id
             LEFT JOIN memberships m ON m.group_id = a.group_id AND m.actor_id = a.author_id
             LEFT JOIN staff o ON o.group_id = a.group_id AND o.actor_id = a.author_id
             LEFT JOIN standings i ON i.group_id = 0 AND i.actor_id = a.author_id
             LEFT JOIN standings s ON s.group_id = a.group_id AND s.actor_id = a.author_id
             LEFT JOIN acquaintances q ON q.group_id = a.group_id AND q.actor_id = a.author_id
             LEFT JOIN rulebooks r ON r.group_id = a.group_id"
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

/// The same outside of a transaction: for telling somebody what would come of what they might do, not for deciding it.
pub async fn find_author_facts_now(
    db: &Db,
    group: GroupId,
    author: ActorId,
) -> Result<Option<AuthorFacts>, StoreError> {
    const ONE: Sql = Sql {
        sqlite: select!("SELECT $1, $2"),
        postgres: select!("SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT)"),
    };
    let row: Option<Row> = db.query(ONE).bind(group.0).bind(author.0).optional().await?;
    Ok(row.map(Row::into_facts).transpose()?.map(|(_, facts)| facts))
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
        visibility: String,
        membership: Option<String>,
        office: Option<String>,
        granted: Option<String>,
        withdrawn: Option<String>,
        i_ban: Option<i64>,
        i_mute: Option<i64>,
        i_probation: Option<i64>,
        g_ban: Option<i64>,
        g_mute: Option<i64>,
        g_probation: Option<i64>,
        accepted: Option<i64>,
        answered: Option<i64>,
        days: Option<i64>,
        refused: Option<i64>,
        upheld: Option<i64>,
        dismissed: Option<i64>,
        struck_at: Option<i64>,
        first_at: Option<i64>,
        given: Option<String>,
        instance_rulebook: Option<i64>,
        group_rulebook: Option<i64>,
    }
}

impl Row {
    fn into_facts(self) -> Result<((GroupId, ActorId), AuthorFacts), StoreError> {
        let group = GroupId(self.group_id);
        let membership =
            self.membership.map(|state| convert::word("membership", group, &state)).transpose()?;
        let office = match (self.office, self.granted, self.withdrawn) {
            (Some(role), Some(granted), Some(withdrawn)) => {
                Some(staff::office(group, &role, &granted, &withdrawn)?)
            }
            _ => None,
        };
        let staff_role = office.map(|office| office.role);
        let role = match (staff_role, membership) {
            (Some(StaffRole::Owner | StaffRole::Moderator), _) => Role::Moderator,
            (Some(StaffRole::Helper) | None, Some(MembershipState::Member)) => Role::Member,
            (Some(StaffRole::Helper) | None, Some(MembershipState::Pending) | None) => Role::Outsider,
        };
        let seen = Seen {
            accepted: self.accepted.unwrap_or_default(),
            answered: self.answered.unwrap_or_default(),
            days: self.days.unwrap_or_default(),
            refused: self.refused.unwrap_or_default(),
            upheld: self.upheld.unwrap_or_default(),
            dismissed: self.dismissed.unwrap_or_default(),
            struck_at: convert::time(self.struck_at),
            first_at: convert::time(self.first_at),
        };
        let given = match staff_role {
            Some(StaffRole::Helper) => Some(Trust::Helper),
            _ => self.given.map(|level| convert::word("acquaintance", group, &level)).transpose()?,
        };
        let facts = AuthorFacts {
            group_is_local: self.is_local,
            policy: Policy {
                admission: convert::word("group", group, &self.admission)?,
                posting: convert::word("group", group, &self.posting)?,
                review: convert::word("group", group, &self.review)?,
                visibility: convert::word("group", group, &self.visibility)?,
            },
            role,
            office,
            membership,
            standing: Standing {
                instance: standing::from_columns((self.i_ban, self.i_mute, self.i_probation)),
                group: standing::from_columns((self.g_ban, self.g_mute, self.g_probation)),
            },
            trust: TrustFacts { seen, given, is_moderator: role == Role::Moderator },
            rulebooks: (self.instance_rulebook.unwrap_or_default(), self.group_rulebook.unwrap_or_default()),
        };
        Ok(((group, ActorId(self.author_id)), facts))
    }
}
