//! How far people were trusted at each moment of a replay: from what their group had counted before it began, and from what
//! it saw since.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use guildhall_domain::{
    ActorId, EntryId, GroupId, Timestamp,
    actor::ActorKind,
    trust::{Seen, Thresholds, Trust, TrustFacts, decide_trust},
};
use guildhall_store::{
    IdGenerator, StoreError, acquaintance,
    actor::{self, Actor},
    entry::{self, Came, Counted},
    membership, staff,
};

use super::fate::{Act, Fate, First};
use crate::{App, facts};

/// Somebody, as rules look at them.
#[derive(Debug)]
pub(super) struct Author {
    pub(super) handle: String,
    pub(super) kind: ActorKind,
    pub(super) hosts: Vec<String>,
    pub(super) account_since: Timestamp,
}

/// Somebody in a group.
type Of = (GroupId, ActorId);

#[derive(Debug, Default)]
struct Known {
    seen: Seen,
    given: Option<Trust>,
    /// The last day on which something was let in.
    last_day: i64,
    /// What was removed since the start and is away, and when. The strike before that is the one of `before`.
    strikes: Vec<(EntryId, Timestamp)>,
    before: Option<Timestamp>,
}

/// An act of a moderator that is still to come in the replay; by the key of its record, which grows with time.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Coming {
    id: i64,
    act: Act,
    author: Of,
    answered: Option<ActorId>,
    entry: EntryId,
}

/// Everybody who wrote, by what is known so far.
#[derive(Debug)]
pub(super) struct People {
    group: Option<GroupId>,
    start: Timestamp,
    authors: HashMap<ActorId, Author>,
    known: HashMap<Of, Known>,
    /// What was counted since the start: what there was before is the rest.
    counted: HashMap<Of, Counted>,
    moderators: HashSet<Of>,
    /// Members, and since when: those who left are taken for people who never were.
    members: HashMap<Of, Timestamp>,
    /// Groups whose moderators are known.
    groups: HashSet<GroupId>,
    coming: BinaryHeap<Reverse<Coming>>,
}

impl People {
    /// Of a group, or of all, as they were at `start`.
    pub(super) async fn at(app: &App, group: Option<GroupId>, start: Timestamp) -> Result<Self, StoreError> {
        let since = EntryId(IdGenerator::first_at(start.0));
        let mut counted: HashMap<Of, Counted> = HashMap::new();
        for (of, more) in entry::list_counted(&app.store, group, since).await? {
            let sum = counted.entry(of).or_default();
            sum.accepted += more.accepted;
            sum.answered += more.answered;
            sum.days += more.days;
            sum.refused += more.refused;
        }
        Ok(Self {
            group,
            start,
            authors: HashMap::new(),
            known: HashMap::new(),
            counted,
            moderators: HashSet::new(),
            members: HashMap::new(),
            groups: HashSet::new(),
            coming: BinaryHeap::new(),
        })
    }

    /// Reads those who are not known yet.
    pub(super) async fn meet(&mut self, app: &App, items: &[Came]) -> Result<(), StoreError> {
        let mut new: Vec<ActorId> = items.iter().map(|item| item.author).collect();
        new.retain(|author| !self.authors.contains_key(author));
        new.sort_unstable();
        new.dedup();
        if !new.is_empty() {
            self.members.extend(membership::list_of_people(&app.store, self.group, &new).await?);
            for actor in actor::list_by_ids(&app.store, &new).await? {
                self.authors.insert(actor.id, author_of(&actor));
            }
            for (of, (seen, given)) in acquaintance::list_of_people(&app.store, self.group, &new).await? {
                let known = self.before(of, seen);
                self.known.insert(of, Known { given: given.map(|given| given.level), ..known });
            }
        }
        for group in items.iter().map(|item| item.group) {
            if self.groups.insert(group) {
                for one in staff::list(&app.store, group).await? {
                    if one.office.role.is_listed() {
                        self.moderators.insert((group, one.actor));
                    } else {
                        self.known.entry((group, one.actor)).or_default().given = Some(Trust::Helper);
                    }
                }
            }
        }
        Ok(())
    }

    /// What was seen of somebody before the start.
    fn before(&self, of: Of, now: Seen) -> Known {
        if now.first_at.is_some_and(|first| first >= self.start) {
            return Known { seen: Seen { first_at: now.first_at, ..Seen::default() }, ..Known::default() };
        }
        let since = self.counted.get(&of).copied().unwrap_or_default();
        let was_struck = now.struck_at.is_none_or(|at| self.start.is_after(at));
        let seen = Seen {
            accepted: (now.accepted - since.accepted).max(0),
            answered: (now.answered - since.answered).max(0),
            days: (now.days - since.days).max(0),
            refused: (now.refused - since.refused).max(0),
            upheld: if was_struck { now.upheld } else { 0 },
            struck_at: now.struck_at.filter(|_| was_struck),
            ..now
        };
        Known { seen, before: seen.struck_at, ..Known::default() }
    }

    /// Somebody who wrote.
    pub(super) fn author(&self, id: ActorId) -> Option<&Author> {
        self.authors.get(&id)
    }

    pub(super) fn is_moderator(&self, item: &Came) -> bool {
        self.moderators.contains(&(item.group, item.author))
    }

    /// Whether an author was a member when something came.
    pub(super) fn is_member(&self, item: &Came) -> bool {
        self.members.get(&(item.group, item.author)).is_some_and(|since| !since.is_after(item.at))
    }

    /// How far an author is trusted, and since when the group knows them.
    pub(super) fn trust(&self, item: &Came, thresholds: &Thresholds) -> (Trust, Option<Timestamp>) {
        let Some(known) = self.known.get(&(item.group, item.author)) else {
            return (Trust::New, None);
        };
        let facts = TrustFacts { seen: known.seen, given: known.given, is_moderator: false };
        (decide_trust(&facts, thresholds, item.at), known.seen.first_at)
    }

    /// Does what moderators did before something came.
    pub(super) fn catch_up(&mut self, with: EntryId) {
        while self.coming.peek().is_some_and(|Reverse(next)| next.id < with.0) {
            if let Some(Reverse(next)) = self.coming.pop() {
                self.follow(&next);
            }
        }
    }

    /// What something did to the trust in its author, and in whom it answers.
    pub(super) fn see(&mut self, item: &Came, fate: &Fate) {
        let author = (item.group, item.author);
        let answered = item.answered.filter(|answered| *answered != item.author);
        self.known.entry(author).or_default().seen.first_at.get_or_insert(item.at);
        match fate.first {
            First::Admitted => self.let_in(author, answered, item.at),
            First::Held => {}
            First::Refused { .. } => self.known.entry(author).or_default().seen.refused += 1,
        }
        for (id, act) in &fate.acts {
            self.coming.push(Reverse(Coming { id: id.0, act: *act, author, answered, entry: item.id }));
        }
    }

    fn follow(&mut self, Coming { id, act, author, answered, entry }: &Coming) {
        let at = Timestamp(IdGenerator::unix_ms(*id));
        let known = self.known.entry(*author).or_default();
        match act {
            Act::Admit => self.let_in(*author, *answered, at),
            Act::Refuse => known.seen.refused += 1,
            Act::Remove => {
                known.seen.accepted -= 1;
                known.seen.refused += 1;
                known.strikes.push((*entry, at));
                known.settle_strike();
            }
            Act::Restore => {
                known.accept(at);
                known.seen.refused -= 1;
                known.strikes.retain(|(struck, _)| struck != entry);
                known.settle_strike();
            }
        }
    }

    fn let_in(&mut self, author: Of, answered: Option<ActorId>, at: Timestamp) {
        self.known.entry(author).or_default().accept(at);
        if let Some(answered) = answered {
            self.known.entry((author.0, answered)).or_default().seen.answered += 1;
        }
    }
}

impl Known {
    /// The last strike that stands.
    fn settle_strike(&mut self) {
        self.seen.struck_at = self.strikes.last().map(|(_, at)| *at).or(self.before);
    }

    fn accept(&mut self, at: Timestamp) {
        self.seen.accepted += 1;
        if at.day() > self.last_day {
            self.seen.days += 1;
            self.last_day = at.day();
        }
    }
}

fn author_of(actor: &Actor) -> Author {
    let hosts =
        if actor.is_local { Vec::new() } else { facts::authorities_of(actor).map(str::to_owned).collect() };
    Author {
        handle: format!("@{}@{}", actor.username, actor.host),
        kind: actor.kind,
        hosts,
        account_since: actor.published_at.unwrap_or(actor.created_at),
    }
}
