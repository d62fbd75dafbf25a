//! Acting on a case: one request, one transaction, however many actions it names. Each leaves its decision.

use guildhall_domain::{
    ActorId, CaseId, DecisionId, EntryId, GroupId, Timestamp,
    admission::{End, Sanction},
    content::MoveOutcome,
    event::Cause,
    moderation::{
        DecisionAction, Target, WrittenRule,
        case::{Home, Lane, Subject},
    },
};
use guildhall_store::{
    StoreError, Tx,
    acquaintance::{self, More},
    actor::Actor,
    case,
    entry::{self, Entry},
    group::{self, Group},
    removal::Removal,
    standing,
};

use super::{CaseError, Desk, open::open_lanes, prepared, wave};
use crate::{
    App, Viewer,
    decision::{Grounds, News, Record, keep},
    entry::{
        Annotate, Annotation, Delete, Hosts, Mark, Promise, ask_change, bring_back, carry_out, mark, note,
        promise_removal, relocate, take_away,
    },
    facts,
    group::{Acting, Imposed, action_of, impose},
    queue::{Word, decide_waiting},
    staff,
};

/// The most posts and comments that one request is about, where the case is no wave.
const MAX_ENTRIES: usize = 50;

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseAction {
    /// Lets in what waits.
    Admit,
    /// Turns away what waits.
    Refuse,
    /// Takes the post or comment out.
    Remove,
    /// Brings it back.
    Restore,
    /// Takes no more comments.
    Lock,
    /// Takes comments again.
    Unlock,
    /// Takes it off the lists: who has its address may read it.
    Limit,
    /// Shows it in lists again.
    Unlimit,
    /// Shows it behind a warning.
    MarkSensitive,
    /// Shows it without.
    UnmarkSensitive,
    /// Takes it out of sight until its author has changed it.
    AskChange,
    /// Moves the thread to another group.
    Move(GroupId),
    /// Tells the person not to do that again.
    Warn,
    /// Lets in what the person writes only after a look, until then; `None` without end.
    Probation(Option<Timestamp>),
    /// No longer.
    EndProbation,
    /// Takes nothing of the person, who stays a member, until then.
    Mute(Option<Timestamp>),
    /// No longer.
    Unmute,
    /// Puts the person out, until then.
    Ban {
        /// `None`: without end.
        until: Option<Timestamp>,
        /// Whether what they wrote goes too.
        removes_content: bool,
    },
    /// Lets the person in again.
    Unban,
    /// Finds that there is nothing in it.
    Dismiss,
    /// Leaves it to those who run the instance.
    HandOver,
}

impl CaseAction {
    /// What it goes on record as, which says which permission it takes.
    pub fn decision(&self) -> DecisionAction {
        match self {
            Self::Admit => DecisionAction::Admit,
            Self::Refuse => DecisionAction::Refuse,
            Self::Remove => DecisionAction::Remove,
            Self::Restore => DecisionAction::Restore,
            Self::Lock => DecisionAction::Lock,
            Self::Unlock => DecisionAction::Unlock,
            Self::Limit => DecisionAction::Limit,
            Self::Unlimit => DecisionAction::Unlimit,
            Self::MarkSensitive => DecisionAction::MarkSensitive,
            Self::UnmarkSensitive => DecisionAction::UnmarkSensitive,
            Self::AskChange => DecisionAction::AskChange,
            Self::Move(_) => DecisionAction::Move,
            Self::Warn => DecisionAction::Warn,
            Self::Probation(_) => DecisionAction::Probation,
            Self::EndProbation => DecisionAction::EndProbation,
            Self::Mute(_) => DecisionAction::Mute,
            Self::Unmute => DecisionAction::Unmute,
            Self::Ban { .. } => DecisionAction::Ban,
            Self::Unban => DecisionAction::Unban,
            Self::Dismiss => DecisionAction::DismissReport,
            Self::HandOver => DecisionAction::HandOver,
        }
    }
}

/// What is to be done in a case, and on which grounds.
#[derive(Debug, Clone, Default)]
pub struct Act {
    /// In this order.
    pub actions: Vec<CaseAction>,
    /// Which of the posts and comments of the case; all where none is named.
    pub entries: Vec<EntryId>,
    /// The reason shown to the person concerned.
    pub reason: Option<String>,
    /// Instead of a reason: the name of a prepared text, and its language; the group's where that is left out.
    pub prepared: Option<(String, Option<String>)>,
    /// The number of the group's rule it rests on.
    pub rule_number: Option<i64>,
    /// For moderators alone.
    pub note: Option<String>,
    /// Whether the case stays open.
    pub stays_open: bool,
}

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Acted {
    /// Posts and comments decided about.
    pub entries: usize,
    /// How many of a wave are left: the request is to be sent again.
    pub left: usize,
    /// Whether the case is closed for those who acted.
    pub is_closed: bool,
}

/// Acts on a case, and closes it for those who act.
///
/// # Errors
/// [`CaseError`]; nothing is written then.
pub async fn act(app: &App, viewer: &Viewer, id: CaseId, command: Act) -> Result<Acted, CaseError> {
    let desk = Desk::open(app, viewer, id).await?;
    if desk.open_lanes().is_empty() {
        return Err(CaseError::Closed);
    }
    if command.actions.is_empty() {
        return Err(CaseError::NotApplicable("name at least one action"));
    }
    if let Some(action) = wave::action_of(&desk.case.subject, &command)? {
        return wave::act(app, &desk, &command, action).await;
    }
    let scene = Scene::find(app, &desk, &command).await?;
    let mut tx = app.begin().await?;
    let done = scene.play(app, &mut tx, &desk, &command).await?;
    tx.commit().await?;
    app.signals.event.notify_one();
    app.signals.received.notify_one();
    for removal in &done.removals {
        carry_out(app, removal).await;
    }
    Ok(Acted { entries: scene.entries.len(), left: 0, is_closed: done.is_closed })
}

/// What the actions are about, and what they rest on; read before the transaction.
struct Scene {
    entries: Vec<EntryId>,
    person: Option<Actor>,
    /// Who acts: whether they are of this server.
    is_ours: bool,
    by: Actor,
    hosts: Option<Hosts>,
    grounds: Grounds,
    reason: Option<String>,
}

struct Done {
    is_closed: bool,
    removals: Vec<Removal>,
}

/// One action on its way.
struct Step<'a> {
    scene: &'a Scene,
    desk: &'a Desk,
    group: Option<&'a Group>,
}

impl Scene {
    async fn find(app: &App, desk: &Desk, command: &Act) -> Result<Self, CaseError> {
        let by = facts::actor(app, desk.by).await?;
        let person = match desk.case.person {
            Some(person) => Some(facts::actor(app, person).await?),
            None => None,
        };
        let entries = if command.actions.iter().any(is_about_entries) {
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

    async fn play(&self, app: &App, tx: &mut Tx, desk: &Desk, command: &Act) -> Result<Done, CaseError> {
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
            removals.extend(step.take(app, tx, action).await?);
        }
        let outcome = outcome_of(&command.actions);
        let stays_open = command.stays_open && outcome != HANDED_OVER;
        let is_closed = !stays_open && desk.close_lanes(app, tx, outcome).await?;
        if is_closed {
            step.count(app, tx, outcome).await?;
        }
        Ok(Done { is_closed, removals })
    }

    fn delete(&self, entry: EntryId) -> Delete {
        Delete { entry, by: self.by.id, reason: self.reason.clone(), cause: Cause::Local }
    }
}

const HANDED_OVER: &str = "handed-over";

fn outcome_of(actions: &[CaseAction]) -> &'static str {
    let all = |wanted: fn(&CaseAction) -> bool| actions.iter().all(wanted);
    match actions {
        _ if actions.contains(&CaseAction::HandOver) => HANDED_OVER,
        _ if all(|action| *action == CaseAction::Dismiss) => "dismissed",
        _ if all(takes_back) => "taken-back",
        _ => "decided",
    }
}

fn takes_back(action: &CaseAction) -> bool {
    matches!(
        action,
        CaseAction::Admit
            | CaseAction::Restore
            | CaseAction::Unlock
            | CaseAction::Unlimit
            | CaseAction::UnmarkSensitive
            | CaseAction::EndProbation
            | CaseAction::Unmute
            | CaseAction::Unban
            | CaseAction::Dismiss
    )
}

fn is_about_entries(action: &CaseAction) -> bool {
    matches!(
        action,
        CaseAction::Admit
            | CaseAction::Refuse
            | CaseAction::Remove
            | CaseAction::Restore
            | CaseAction::Lock
            | CaseAction::Unlock
            | CaseAction::Limit
            | CaseAction::Unlimit
            | CaseAction::MarkSensitive
            | CaseAction::UnmarkSensitive
            | CaseAction::AskChange
            | CaseAction::Move(_)
    )
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

pub(super) async fn grounds(app: &App, desk: &Desk, command: &Act) -> Result<Grounds, CaseError> {
    let written_rule = match (command.rule_number, desk.case.group) {
        (None, _) => None,
        (Some(number), None) => return Err(CaseError::UnknownRule(number)),
        (Some(number), Some(group)) => {
            let rules = group::list_rules(&app.store, group).await?;
            let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
            let rule = place.and_then(|place| rules.into_iter().nth(place));
            let title = rule.ok_or(CaseError::UnknownRule(number))?.rule.title;
            Some(WrittenRule { number, title })
        }
    };
    let rule = match &desk.case.subject {
        Subject::Rule(rule) => Some(rule.clone()),
        _ => None,
    };
    let note = command.note.clone();
    Ok(Grounds { case: Some(desk.case.id), written_rule, rule, note, with_ban: None, news: News::Told })
}

impl Step<'_> {
    async fn take(&self, app: &App, tx: &mut Tx, action: &CaseAction) -> Result<Option<Removal>, CaseError> {
        if is_about_entries(action) {
            for entry in &self.scene.entries {
                self.on_entry(app, tx, action, *entry).await?;
            }
            return Ok(None);
        }
        match action {
            CaseAction::Probation(until) => {
                self.sanction(app, tx, Sanction::Probation, Some(End::at(*until))).await?;
            }
            CaseAction::EndProbation => self.sanction(app, tx, Sanction::Probation, None).await?,
            CaseAction::Mute(until) => self.sanction(app, tx, Sanction::Mute, Some(End::at(*until))).await?,
            CaseAction::Unmute => self.sanction(app, tx, Sanction::Mute, None).await?,
            CaseAction::Unban => self.sanction(app, tx, Sanction::Ban, None).await?,
            CaseAction::Ban { until, removes_content } => {
                let news = if *removes_content { News::WithContent } else { News::Told };
                let ban = self.sanction_with(app, tx, Sanction::Ban, Some(End::at(*until)), news).await?;
                return if *removes_content { self.removal(app, tx, ban).await.map(Some) } else { Ok(None) };
            }
            CaseAction::Warn => {
                let person = self.person()?.id;
                self.record(app, tx, DecisionAction::Warn, Target::Actor(person)).await?;
            }
            CaseAction::Dismiss => self.record(app, tx, DecisionAction::DismissReport, self.target()).await?,
            CaseAction::HandOver => self.hand_over(app, tx).await?,
            // About entries.
            _ => {}
        }
        Ok(None)
    }

    async fn on_entry(
        &self,
        app: &App,
        tx: &mut Tx,
        action: &CaseAction,
        id: EntryId,
    ) -> Result<(), CaseError> {
        let Scene { is_ours, by, grounds, .. } = self.scene;
        let entry = entry::find_in(tx, id).await?.ok_or(CaseError::NotFound)?;
        let is_moved = self.desk.scope().is_some_and(|group| group != entry.group_id);
        // A move was made by now, before the group was locked.
        if is_moved && !matches!(action, CaseAction::Move(_)) {
            return Err(CaseError::NotApplicable(
                "this is in another group by now, whose moderators decide about it",
            ));
        }
        let said = (self.as_moderator_of(&entry), self.scene.reason.as_deref());
        match action {
            CaseAction::Admit | CaseAction::Refuse => self.decide(app, tx, action, &entry).await?,
            CaseAction::Remove => {
                take_away(app, tx, &self.delete_in(&entry), *is_ours, false, grounds).await?;
            }
            CaseAction::Restore => {
                let open = guildhall_domain::peering::Peering::Open;
                bring_back(app, tx, &self.delete_in(&entry), (by, (open, open)), grounds).await?;
            }
            CaseAction::Lock | CaseAction::Unlock => {
                let command = Annotate {
                    entry: id,
                    by: self.as_moderator_of(&entry),
                    annotation: Annotation::Locked(*action == CaseAction::Lock),
                    reason: self.scene.reason.clone(),
                    cause: Cause::Local,
                };
                note(app, tx, &command, *is_ours, grounds).await?;
            }
            CaseAction::Limit => mark(app, tx, &entry, Mark::Limited(true), said, grounds).await?,
            CaseAction::Unlimit => mark(app, tx, &entry, Mark::Limited(false), said, grounds).await?,
            CaseAction::MarkSensitive => mark(app, tx, &entry, Mark::Sensitive(true), said, grounds).await?,
            CaseAction::UnmarkSensitive => {
                mark(app, tx, &entry, Mark::Sensitive(false), said, grounds).await?;
            }
            CaseAction::AskChange if self.group_here().is_some() => {
                ask_change(app, tx, &entry, said, grounds).await?;
            }
            CaseAction::AskChange => {
                return Err(CaseError::NotApplicable("only a group hosted here can ask for a change"));
            }
            // Moved before the group was locked; the others are about persons.
            _ => {}
        }
        Ok(())
    }

    async fn decide(
        &self,
        app: &App,
        tx: &mut Tx,
        action: &CaseAction,
        entry: &Entry,
    ) -> Result<(), CaseError> {
        let reason = self.scene.reason.clone().unwrap_or_default();
        let word = if *action == CaseAction::Admit { Word::Admit } else { Word::Refuse(reason) };
        let author = self.person()?;
        let by = self.as_moderator_of(entry);
        Ok(decide_waiting(app, tx, (entry, author), by, &word, &self.scene.grounds).await?)
    }

    /// Those who run the instance act on an entry as its group does.
    fn as_moderator_of(&self, entry: &Entry) -> ActorId {
        if self.desk.scope().is_some() { self.scene.by.id } else { entry.group_id.actor() }
    }

    fn delete_in(&self, entry: &Entry) -> Delete {
        Delete { by: self.as_moderator_of(entry), ..self.scene.delete(entry.id) }
    }

    fn person(&self) -> Result<&Actor, CaseError> {
        self.scene.person.as_ref().ok_or(CaseError::NotApplicable("this case is about nobody in particular"))
    }

    fn group_here(&self) -> Option<&Group> {
        self.group.filter(|group| group.is_local)
    }

    async fn sanction(
        &self,
        app: &App,
        tx: &mut Tx,
        sanction: Sanction,
        end: Option<End>,
    ) -> Result<(), CaseError> {
        self.sanction_with(app, tx, sanction, end, News::Told).await.map(|_| ())
    }

    async fn sanction_with(
        &self,
        app: &App,
        tx: &mut Tx,
        sanction: Sanction,
        end: Option<End>,
        news: News,
    ) -> Result<Option<DecisionId>, CaseError> {
        let (person, grounds) = (self.person()?, &Grounds { news, ..self.scene.grounds.clone() });
        let (by, reason) = (self.scene.by.id, self.scene.reason.clone());
        if let Some(group) = self.group {
            if !group.is_local && sanction != Sanction::Ban {
                return Err(CaseError::NotApplicable("a group on another server knows bans alone"));
            }
            staff::may_decide_over(app, tx, group, by, (action_of(sanction, end.is_some()), person.id))
                .await??;
            let acting = Acting { group, by, is_ours: self.scene.is_ours, cause: Cause::Local };
            let kept = impose(app, tx, person, &Imposed { sanction, end, reason }, acting, grounds).await?;
            return Ok(kept.map(|kept| kept.id));
        }
        match end {
            Some(end) => standing::set(tx, None, person.id, sanction, end).await?,
            None => {
                standing::lift(tx, None, person.id, sanction).await?;
            }
        }
        let record = Record::by_hand(None, by, action_of(sanction, end.is_some()), Target::Actor(person.id));
        let until = end.and_then(End::moment);
        Ok(Some(keep(app, tx, grounds.of(Record { reason, until, ..record })).await?.id))
    }

    async fn removal(&self, app: &App, tx: &mut Tx, ban: Option<DecisionId>) -> Result<Removal, CaseError> {
        let (group, by) = (self.group.map(|group| group.id), self.scene.by.id);
        let reason = self.scene.reason.clone().unwrap_or_default();
        let promise = Promise { group, author: self.person()?.id, by, ban };
        Ok(promise_removal(app, tx, promise, &reason).await?)
    }

    async fn hand_over(&self, app: &App, tx: &mut Tx) -> Result<(), CaseError> {
        if self.group_here().is_none() {
            return Err(CaseError::NotApplicable(
                "only a group hosted here hands over to those who run this server",
            ));
        }
        self.record(app, tx, DecisionAction::HandOver, self.target()).await?;
        open_lanes(app, tx, self.desk.case.id, &[(Lane::Instance, Home::Here)]).await?;
        Ok(())
    }

    fn target(&self) -> Target {
        let case = &self.desk.case;
        match &case.subject {
            Subject::Entry(entry) => Target::Entry(*entry),
            Subject::Person(person) => Target::Actor(*person),
            Subject::Group(group) => Target::Actor(group.actor()),
            Subject::Host(host) => Target::Host(host.clone()),
            // All that the group took in by it.
            Subject::Rule(_) => Target::Actor(case.group.map_or(self.scene.by.id, GroupId::actor)),
        }
    }

    async fn record(
        &self,
        app: &App,
        tx: &mut Tx,
        action: DecisionAction,
        target: Target,
    ) -> Result<(), StoreError> {
        let record = Record::by_hand(self.desk.scope(), self.scene.by.id, action, target);
        let record = Record { reason: self.scene.reason.clone(), ..record };
        keep(app, tx, self.scene.grounds.of(record)).await?;
        Ok(())
    }

    /// What the group remembers of the person when the case is closed.
    async fn count(&self, app: &App, tx: &mut Tx, outcome: &str) -> Result<(), StoreError> {
        let (Some(group), Some(person)) = (self.group_here(), &self.scene.person) else {
            return Ok(());
        };
        let more = match outcome {
            "decided" => More { upheld: 1, is_strike: true, ..More::default() },
            "dismissed" => More { dismissed: 1, ..More::default() },
            _ => return Ok(()),
        };
        acquaintance::add(tx, &[((group.id, person.id), more)].into(), app.now()).await
    }
}
