//! Whom and what a decision about hosts concerns.

use std::collections::{HashMap, HashSet};

use guildhall_domain::{GroupId, peering::covering_names};

use super::entry::scope;
use crate::{
    StoreError,
    db::{Db, List, Sql},
};

/// What there is here of a host and those below it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effects {
    /// Memberships of its people in groups hosted here.
    pub members: i64,
    /// Groups hosted there that people here are in.
    pub followed_groups: i64,
    /// Published posts and comments by its people.
    pub posts: i64,
}

impl Effects {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            members: self.members + other.members,
            followed_groups: self.followed_groups + other.followed_groups,
            posts: self.posts + other.posts,
        }
    }
}

const HOSTS: &str = "SELECT DISTINCT host FROM actors WHERE NOT is_local";

const MEMBERS: Sql = Sql {
    sqlite: "SELECT a.host, count(*) FROM actors a JOIN memberships m ON m.actor_id = a.id
                 JOIN groups g ON g.id = m.group_id
             WHERE a.host IN (SELECT value FROM json_each($1)) AND NOT a.is_local AND g.is_local
                 AND m.state = 'member' AND ($2 = 0 OR m.group_id = $2) GROUP BY a.host",
    postgres: "SELECT a.host, count(*) FROM actors a JOIN memberships m ON m.actor_id = a.id
                   JOIN groups g ON g.id = m.group_id
               WHERE a.host = ANY($1) AND NOT a.is_local AND g.is_local
                   AND m.state = 'member' AND ($2 = 0 OR m.group_id = $2) GROUP BY a.host",
};

const GROUPS: Sql = Sql {
    sqlite: "SELECT a.host, count(*) FROM actors a JOIN groups g ON g.id = a.id
             WHERE a.host IN (SELECT value FROM json_each($1)) AND NOT a.is_local AND $2 = 0 AND EXISTS (
                 SELECT 1 FROM memberships m JOIN actors p ON p.id = m.actor_id
                 WHERE m.group_id = g.id AND p.is_local) GROUP BY a.host",
    postgres: "SELECT a.host, count(*) FROM actors a JOIN groups g ON g.id = a.id
               WHERE a.host = ANY($1) AND NOT a.is_local AND $2 = 0 AND EXISTS (
                   SELECT 1 FROM memberships m JOIN actors p ON p.id = m.actor_id
                   WHERE m.group_id = g.id AND p.is_local) GROUP BY a.host",
};

const POSTS: Sql = Sql {
    sqlite: "SELECT a.host, count(*) FROM actors a JOIN entries e ON e.author_id = a.id
             WHERE a.host IN (SELECT value FROM json_each($1)) AND NOT a.is_local
                 AND e.state = 'published' AND ($2 = 0 OR e.group_id = $2) GROUP BY a.host",
    postgres: "SELECT a.host, count(*) FROM actors a JOIN entries e ON e.author_id = a.id
               WHERE a.host = ANY($1) AND NOT a.is_local
                   AND e.state = 'published' AND ($2 = 0 OR e.group_id = $2) GROUP BY a.host",
};

/// A count as the effect that it is.
type Effect = fn(i64) -> Effects;

/// What decisions about `hosts` concern, in one group or in all: by the most specific of them that covers it. Hosts of
/// which there is nothing here are left out.
///
/// Goes by the hosts of handles. Off the writers' path, but not cheap: for previews.
pub async fn effects_of(
    db: &Db,
    group: Option<GroupId>,
    hosts: &[&str],
) -> Result<HashMap<String, Effects>, StoreError> {
    let wanted: HashSet<&str> = hosts.iter().copied().collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let known: Vec<(String,)> = db.query(HOSTS).slow().all().await?;
    let covered = |host: &str| covering_names(host).find(|name| wanted.contains(name)).map(str::to_owned);
    let covering: HashMap<String, String> =
        known.into_iter().filter_map(|(host,)| covered(&host).map(|name| (host, name))).collect();
    let counted: [(Sql, Effect); 3] = [
        (MEMBERS, |members| Effects { members, ..Effects::default() }),
        (GROUPS, |followed_groups| Effects { followed_groups, ..Effects::default() }),
        (POSTS, |posts| Effects { posts, ..Effects::default() }),
    ];
    let mut effects: HashMap<String, Effects> = HashMap::new();
    for (sql, effect) in counted {
        let names: List<String> = covering.keys().cloned().collect();
        let rows: Vec<(String, i64)> = db.query(sql).bind(names).bind(scope(group)).slow().all().await?;
        for (host, count) in rows {
            if let Some(name) = covering.get(&host) {
                let sum = effects.entry(name.clone()).or_default();
                *sum = sum.plus(effect(count));
            }
        }
    }
    Ok(effects)
}
