//! One action on its way.

use guildhall_domain::{
    ActorId, DecisionId, EntryId, GroupId,
    admission::{End, Sanction},
    event::Cause,
    moderation::{
        DecisionAction, Target,
        case::{CaseAction, EntryAction, Home, Lane, PersonAction, Subject},
    },
    peering::Peering,
};
use guildhall_store::{
    StoreError, Tx,
    acquaintance::{self, More},
    actor::Actor,
    entry::{self, Entry},
    group::Group,
    removal::Removal,
    standing,
};

use super::scene::Scene;
use crate::{
    App,
    case::{CaseError, Desk, open::open_lanes},
    decision::{Grounds, News, Record, keep},
    entry::{
        Annotate, Annotation, Delete, Mark, Promise, ask_change, bring_back, mark, note, promise_removal,
        take_away,
    },
    group::{Acting, Imposed, action_of, impose},
    queue::{Word, decide_waiting},
    staff,
};

/// One action on its way.
pub(super) struct Step<'a> {
    pub(super) scene: &'a Scene,
    pub(super) desk: &'a Desk,
    /// The group they act for, locked; `None`: the whole instance.
    pub(super) group: Option<&'a Group>,
}

impl Step<'_> {
    /// Does it; gives what is to be removed after the commit.
    pub(super) async fn take(
        &self,
        app: &App,
        tx: &mut Tx,
        action: CaseAction,
    ) -> Result<Option<Removal>, CaseError> {
        match action {
            CaseAction::Entry(action) => {
                for entry in &self.scene.entries {
                    self.on_entry(app, tx, action, *entry).await?;
                }
            }
            // Made by now, before the group was locked.
            CaseAction::Move(_) => {}
            CaseAction::Person(action) => return self.on_person(app, tx, action).await,
            CaseAction::Dismiss => self.record(app, tx, DecisionAction::DismissReport, self.target()).await?,
            CaseAction::HandOver => self.hand_over(app, tx).await?,
        }
        Ok(None)
    }

    async fn on_person(
        &self,
        app: &App,
        tx: &mut Tx,
        action: PersonAction,
    ) -> Result<Option<Removal>, CaseError> {
        let (sanction, end) = match action {
            PersonAction::Warn => {
                let person = self.person()?.id;
                self.record(app, tx, DecisionAction::Warn, Target::Actor(person)).await?;
                return Ok(None);
            }
            PersonAction::Ban { until, removes_content: true } => {
                let lasting = (Sanction::Ban, Some(End::at(until)));
                let ban = self.sanction(app, tx, lasting, News::WithContent).await?;
                return self.removal(app, tx, ban).await.map(Some);
            }
            PersonAction::Ban { until, removes_content: false } => (Sanction::Ban, Some(End::at(until))),
            PersonAction::Unban => (Sanction::Ban, None),
            PersonAction::Mute(until) => (Sanction::Mute, Some(End::at(until))),
            PersonAction::Unmute => (Sanction::Mute, None),
            PersonAction::Probation(until) => (Sanction::Probation, Some(End::at(until))),
            PersonAction::EndProbation => (Sanction::Probation, None),
        };
        self.sanction(app, tx, (sanction, end), News::Told).await?;
        Ok(None)
    }

    async fn on_entry(
        &self,
        app: &App,
        tx: &mut Tx,
        action: EntryAction,
        id: EntryId,
    ) -> Result<(), CaseError> {
        let Scene { is_ours, by, grounds, .. } = self.scene;
        let entry = entry::find_in(tx, id).await?.ok_or(CaseError::NotFound)?;
        let is_moved = self.desk.scope().is_some_and(|group| group != entry.group_id);
        if is_moved {
            return Err(CaseError::NotApplicable(
                "this is in another group by now, whose moderators decide about it",
            ));
        }
        let said = (self.as_moderator_of(&entry), self.scene.reason.as_deref());
        match action {
            EntryAction::Admit => self.decide(app, tx, &entry, Word::Admit).await?,
            EntryAction::Refuse => {
                let reason = self.scene.reason.clone().unwrap_or_default();
                self.decide(app, tx, &entry, Word::Refuse(reason)).await?;
            }
            EntryAction::Remove => {
                take_away(app, tx, &self.delete_in(&entry), *is_ours, false, grounds).await?;
            }
            EntryAction::Restore => {
                let open = Peering::Open;
                bring_back(app, tx, &self.delete_in(&entry), (by, (open, open)), grounds).await?;
            }
            EntryAction::Lock(until) => {
                let lock = self.annotate(&entry, Annotation::lock_until(until));
                note(app, tx, &lock, *is_ours, grounds).await?;
            }
            EntryAction::Unlock => {
                note(app, tx, &self.annotate(&entry, Annotation::Locked(false)), *is_ours, grounds).await?;
            }
            EntryAction::Limit => mark(app, tx, &entry, Mark::Limited(true), said, grounds).await?,
            EntryAction::Unlimit => mark(app, tx, &entry, Mark::Limited(false), said, grounds).await?,
            EntryAction::MarkSensitive => mark(app, tx, &entry, Mark::Sensitive(true), said, grounds).await?,
            EntryAction::UnmarkSensitive => {
                mark(app, tx, &entry, Mark::Sensitive(false), said, grounds).await?;
            }
            EntryAction::AskChange if self.group_here().is_some() => {
                ask_change(app, tx, &entry, said, grounds).await?;
            }
            EntryAction::AskChange => {
                return Err(CaseError::NotApplicable("only a group hosted here can ask for a change"));
            }
        }
        Ok(())
    }

    async fn decide(&self, app: &App, tx: &mut Tx, entry: &Entry, word: Word) -> Result<(), CaseError> {
        let (author, by) = (self.person()?, self.as_moderator_of(entry));
        Ok(decide_waiting(app, tx, (entry, author), by, &word, &self.scene.grounds).await?)
    }

    /// Those who run the instance act on an entry as its group does.
    fn as_moderator_of(&self, entry: &Entry) -> ActorId {
        if self.desk.scope().is_some() { self.scene.by.id } else { entry.group_id.actor() }
    }

    fn annotate(&self, entry: &Entry, annotation: Annotation) -> Annotate {
        let (by, reason) = (self.as_moderator_of(entry), self.scene.reason.clone());
        Annotate { entry: entry.id, by, annotation, reason, cause: Cause::Local }
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

    /// Imposes a sanction, or lifts it where no end is given.
    async fn sanction(
        &self,
        app: &App,
        tx: &mut Tx,
        (sanction, end): (Sanction, Option<End>),
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
    pub(super) async fn count(&self, app: &App, tx: &mut Tx, outcome: &str) -> Result<(), StoreError> {
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
