//! What the actions are about, and what they rest on.

use guildhall_domain::{
    EntryId,
    content::MoveOutcome,
    event::Cause,
    moderation::case::{CaseAction, Subject},
};
use guildhall_store::{Tx, actor::Actor, case, entry, group, removal::Removal};

use super::{Act, step::Step};
use crate::{
    App,
    case::{CaseError, Desk, prepared},
    decision::{Grounds, News, find_written_rule},
    entry::{Delete, Hosts, relocate},
    facts,
};

/// The most posts and comments that one request is about, where the case is no wave.
const MAX_ENTRIES: usize = 50;

/// What the actions are about, and what they rest on; read before the transaction.
pub(super) struct Scene {
    pub(super) entries: Vec<EntryId>,
    pub(super) person: Option<Actor>,
    /// Who acts: whether they are of this server.
    pub(super) is_ours: bool,
    pub(super) by: Actor,
    hosts: Option<Hosts>,
    pub(super) grounds: Grounds,
    pub(super) reason: Option<String>,
}

/// What came of it.
pub(super) struct Done {
    pub(super) is_closed: bool,
    /// To be carried out after the commit.
    pub(super) removals: Vec<Removal>,
}

impl Scene {
    /// # Errors
    /// [`CaseError::NotApplicable`] where the actions do not fit together, or are about what is not in the case.
    pub(super) async fn find(app: &App, desk: &Desk, command: &Act) -> Result<Self, CaseError> {
        let by = facts::actor(app, desk.by).await?;
        let person = match desk.case.person {
            Some(person) => Some(facts::actor(app, person).await?),
            None => None,
        };
        let entries = if command.actions.iter().any(|action| action.is_about_entries()) {
            entries_of(app, desk, command).await?
        } else {
            Vec::new()
        };
        let hosts = match command.actions.as_slice() {
            [CaseAction::Move(to)] if entries.len() == 1 => {
                Some(Hosts::find(app, entries[0], Some(*to)).await?)
            }
            actions if actions.iter().any(|action| matches!(action, CaseAction::Move(_))) => {
                return Err(CaseError::NotApplicable("a move is the only action, and about one post"));
            }
            _ => None,
        };
        let grounds = grounds(app, desk, command).await?;
        let reason =
            prepared::reason(app, desk, command, person.as_ref(), grounds.written_rule.as_ref()).await?;
        Ok(Self { entries, person, is_ours: by.is_local, by, hosts, grounds, reason })
    }

    /// Does everything that was asked for.
    pub(super) async fn play(
        &self,
        app: &App,
        tx: &mut Tx,
        desk: &Desk,
        command: &Act,
    ) -> Result<Done, CaseError> {
        // In the order of all transactions: entries, the group, the case.
        for entry in &self.entries {
            entry::lock_in_thread(tx, *entry).await?;
        }
        if let (Some(hosts), [entry]) = (&self.hosts, self.entries.as_slice()) {
            let command = self.delete(*entry);
            let moved = relocate(app, tx, &command, hosts, self.is_ours, &self.grounds).await?;
            if moved != MoveOutcome::Moved {
                return Err(CaseError::NotApplicable(
                    "a thread moves between groups here that the moderator moderates",
                ));
            }
        }
        desk.lock(app, tx).await?;
        for action in &command.actions {
            desk.demand(app, tx, action.decision()).await?;
        }
        if !desk.has_open_lane(tx).await? {
            // Somebody was faster, or the same was sent twice.
            return Err(CaseError::Closed);
        }
        let group = match desk.scope() {
            Some(group) => group::lock(tx, group).await?,
            None => None,
        };
        let step = Step { scene: self, desk, group: group.as_ref() };
        let mut removals = Vec::new();
        for action in &command.actions {
            removals.extend(step.take(app, tx, *action).await?);
        }
        let outcome = outcome_of(&command.actions);
        let stays_open = command.stays_open && outcome != HANDED_OVER;
        let is_closed = !stays_open && desk.close_lanes(app, tx, outcome).await?;
        if is_closed {
            step.count(app, tx, outcome).await?;
        }
        Ok(Done { is_closed, removals })
    }

    pub(super) fn delete(&self, entry: EntryId) -> Delete {
        Delete { entry, by: self.by.id, reason: self.reason.clone(), cause: Cause::Local }
    }
}

const HANDED_OVER: &str = "handed-over";

fn outcome_of(actions: &[CaseAction]) -> &'static str {
    let all = |wanted: fn(CaseAction) -> bool| actions.iter().copied().all(wanted);
    match actions {
        _ if actions.contains(&CaseAction::HandOver) => HANDED_OVER,
        _ if all(|action| action == CaseAction::Dismiss) => "dismissed",
        _ if all(CaseAction::takes_back) => "taken-back",
        _ => "decided",
    }
}

/// The entries of the case that are meant, in the order in which they are locked.
async fn entries_of(app: &App, desk: &Desk, command: &Act) -> Result<Vec<EntryId>, CaseError> {
    let items = case::list_items(&app.store, desk.case.id, None, 10 * MAX_ENTRIES).await?;
    let mut attached: Vec<EntryId> = items.iter().map(|item| item.entry).collect();
    if let Subject::Entry(entry) = desk.case.subject {
        attached.push(entry);
    }
    if command.entries.iter().any(|entry| !attached.contains(entry)) {
        return Err(CaseError::NotApplicable("a post or comment that is not in this case"));
    }
    let meant = if command.entries.is_empty() { attached } else { command.entries.clone() };
    let mut found = entry::list_by_ids(&app.store, &meant).await?;
    found.sort_unstable_by_key(|entry| (entry.thread_id, entry.id));
    let mut meant: Vec<EntryId> = found.into_iter().map(|entry| entry.id).collect();
    meant.dedup();
    match meant.len() {
        0 => Err(CaseError::NotApplicable("there is no post or comment in this case")),
        count if count > MAX_ENTRIES => Err(CaseError::NotApplicable("name at most 50 posts and comments")),
        _ => Ok(meant),
    }
}

/// What the decisions rest on.
pub(in crate::case) async fn grounds(app: &App, desk: &Desk, command: &Act) -> Result<Grounds, CaseError> {
    let written_rule = match (command.rule_number, desk.case.group) {
        (None, _) => None,
        (Some(number), None) => return Err(CaseError::UnknownRule(number)),
        (Some(number), Some(group)) => {
            let rule = find_written_rule(app, group, number).await?;
            Some(rule.ok_or(CaseError::UnknownRule(number))?)
        }
    };
    let rule = match &desk.case.subject {
        Subject::Rule(rule) => Some(rule.clone()),
        _ => None,
    };
    let note = command.note.clone();
    Ok(Grounds { case: Some(desk.case.id), written_rule, rule, note, with_ban: None, news: News::Told })
}
