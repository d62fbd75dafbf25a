//! Each act takes its permission: whoever has all others is refused, and whoever has that one alone is not.

use guildhall_app::{
    appeal::{self, DecideAppeal, MakeAppeal},
    case::{self, Act, CaseAction, EntryAction, PersonAction, Report},
    entry::{self, Annotate, Annotation, Delete, MoveThread},
    group::{self, ChangeGroup, SetBan, SetSanction, SetTrust, Warn},
    partner::{self, ClearPartner, Judge, SetPartner},
    peering::{self, By, ClearPeering, SetPeering},
    queue,
    read::{CaseFilter, PageRequest, cases, queue as waiting},
    rulebook::{self, Replace},
    staff::{self, SetStaff, StaffWish},
    welcome::{self, Invite},
};
use guildhall_domain::{
    ActorId, EntryId, GroupId,
    admission::{End, Sanction},
    event::Cause,
    group::{Admission, Policy, Posting, Review, Visibility, Votes},
    moderation::{AppealOutcome, DecisionAction, Signed, Target},
    partner::PartnerPolicy,
    peering::PeeringAction,
    staff::{Permission, StaffRole, needed_for},
    trust::Trust,
    welcome::Invites,
};
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::json;

use crate::support::{
    Here,
    people::{reviewing, viewer},
};

/// What leaves no decision behind, with what it takes.
const OTHERS: &[(&str, Permission)] = &[
    ("settings", Permission::Settings),
    ("written rules", Permission::Rules),
    ("questions", Permission::Rules),
    ("prepared texts", Permission::Rules),
    ("note on a person", Permission::Cases),
    ("sight of the queue", Permission::Cases),
    ("sight of the cases", Permission::Cases),
    ("invitation", Permission::Invite),
    ("appeal", Permission::Appeals),
];

/// A group with something to do in it for everybody who looks after it.
struct Stage {
    here: Here,
    group: GroupId,
    /// Looks after the group, as each act wants it.
    mona: ActorId,
    /// Wrote all that is there.
    bob: ActorId,
    /// Helps.
    hal: ActorId,
    /// Published.
    post: EntryId,
    /// Removed.
    gone: EntryId,
    /// Waits.
    held: EntryId,
    /// A partner of the group.
    books: GroupId,
}

impl Stage {
    async fn new(db: Db) -> Self {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let owner = here.owner(group).await;
        let (mona, bob, hal) =
            (here.person("mona").await, here.person("bob").await, here.person("hal").await);
        here.make(group, hal, StaffWish::Role(StaffRole::Helper)).await;
        let post = here.post(group, bob, "Tulips").await;
        let gone = here.post(group, bob, "Casino").await;
        here.take_away(gone, owner).await;
        let review = Policy { review: Review::All, ..Policy::default() }.review;
        let change = ChangeGroup { review: Some(review), ..ChangeGroup::default() };
        group::change(&here.app, group, owner, change).await.unwrap();
        let held = here.post(group, bob, "Roses").await;
        let open = ChangeGroup { review: Some(reviewing(Review::None).review), ..ChangeGroup::default() };
        group::change(&here.app, group, owner, open).await.unwrap();
        let books = here.far_group("books").await;
        Self { here, group, mona, bob, hal, post, gone, held, books }
    }

    /// Mona as somebody who may do nothing but this; or, with `is_all_but`, everything but this.
    async fn mona_may(&self, permission: Permission, is_all_but: bool) {
        let (here, group, mona) = (&self.here, self.group, self.mona);
        here.make(group, mona, StaffWish::Nothing).await;
        here.make(group, mona, StaffWish::Role(StaffRole::Helper)).await;
        for one in Permission::ALL.iter().copied() {
            let has = (one == permission) != is_all_but;
            here.make(group, mona, if has { StaffWish::Grant(one) } else { StaffWish::Withdraw(one) }).await;
        }
    }

    async fn note(&self, annotation: Annotation) -> Result<(), String> {
        let (entry, by, reason) = (self.post, self.mona, None);
        said(
            entry::annotate(&self.here.app, Annotate { entry, by, annotation, reason, cause: Cause::Local })
                .await,
        )
    }

    async fn ban(&self, banned: bool) -> Result<(), String> {
        let command = SetBan {
            group: self.group,
            actor: self.bob,
            by: self.mona,
            banned,
            until: None,
            reason: None,
            remove_content: false,
            cause: Cause::Local,
        };
        said(group::set_ban(&self.here.app, command).await)
    }

    async fn sanction(&self, sanction: Sanction, end: Option<End>) -> Result<(), String> {
        let (group, actor, by, reason) = (self.group, self.bob, self.mona, None);
        said(
            group::set_sanction(&self.here.app, SetSanction { group, actor, by, sanction, end, reason })
                .await,
        )
    }

    /// In a case, which takes the sight of it too.
    async fn in_case(&self, action: CaseAction) -> Result<(), String> {
        let (here, owner) = (&self.here, self.group.actor());
        let report = Report { entries: vec![self.post], ..Report::by(self.hal, "Look".to_owned()) };
        case::report(&here.app, report).await.unwrap();
        let powers = staff::powers_of(&here.app, &viewer(self.mona), self.group).await.unwrap();
        let had_sight = powers.may(Permission::Cases);
        here.make(self.group, self.mona, StaffWish::Grant(Permission::Cases)).await;
        let filter = CaseFilter { is_open: true, assignee: None };
        let reader = viewer(self.mona);
        let open = cases::of_group(&here.app, &reader, self.group, filter, PageRequest::default())
            .await
            .unwrap()
            .items;
        let takes_sight = needed_for(action.decision()) == Some(Permission::Cases);
        if takes_sight && !had_sight {
            here.make(self.group, self.mona, StaffWish::Withdraw(Permission::Cases)).await;
        }
        let reason = Some("No adverts.".to_owned());
        let command = Act { actions: vec![action], reason, stays_open: true, ..Act::default() };
        let done = case::act(&here.app, &reader, open[0].id, command).await;
        assert_ne!(owner, self.mona);
        if takes_sight && !had_sight {
            // Who may not see a case does not learn that there is one.
            return done.map(|_| ()).map_err(|error| format!("{error} \"cases\""));
        }
        said(done)
    }

    async fn set(&self, actor: ActorId, wish: StaffWish) -> Result<(), String> {
        let (group, by, cause) = (self.group, self.mona, Cause::Local);
        said(staff::set_staff(&self.here.app, SetStaff { group, actor, by, wish, reason: None, cause }).await)
    }

    async fn trust(&self, given: Option<Trust>) -> Result<(), String> {
        let given = given.map(|level| (level, "Known".to_owned()));
        let command = SetTrust { group: self.group, actor: self.bob, by: self.mona, given };
        said(group::set_trust(&self.here.app, command).await)
    }

    async fn host(&self, action: PeeringAction) -> Result<(), String> {
        let by = By::Person { actor: self.mona, is_admin: false };
        said(
            peering::set(&self.here.app, &by, SetPeering::new(Some(self.group), "bad.example", action)).await,
        )
    }

    /// Does what leaves this decision behind. `None`: nobody does it.
    async fn attempt(&self, action: DecisionAction) -> Option<Result<(), String>> {
        use DecisionAction as Action;
        let (app, group, by, cause) = (&self.here.app, self.group, self.mona, Cause::Local);
        let delete = |entry| Delete { entry, by, reason: None, cause };
        let item = async || self.here.queue(group).await.first().unwrap().id;
        Some(match action {
            Action::Hold | Action::TakeIntoCare | Action::EndCare => return None,
            Action::Admit => said(queue::admit(app, item().await, by).await),
            Action::Refuse => said(queue::refuse(app, item().await, by, "No").await),
            Action::Remove => said(entry::delete(app, delete(self.post)).await),
            Action::Restore => said(entry::restore(app, delete(self.gone)).await),
            Action::Move => {
                said(entry::move_thread(app, MoveThread { thread: self.post, by, to: None, cause }).await)
            }
            Action::AskChange => self.in_case(EntryAction::AskChange.into()).await,
            Action::Lock => self.note(Annotation::Locked(true)).await,
            Action::Unlock => self.note(Annotation::Locked(false)).await,
            Action::Feature => self.note(Annotation::Featured(true)).await,
            Action::Unfeature => self.note(Annotation::Featured(false)).await,
            Action::Limit => self.in_case(EntryAction::Limit.into()).await,
            Action::Unlimit => self.in_case(EntryAction::Unlimit.into()).await,
            Action::MarkSensitive => self.in_case(EntryAction::MarkSensitive.into()).await,
            Action::UnmarkSensitive => self.in_case(EntryAction::UnmarkSensitive.into()).await,
            Action::Ban => self.ban(true).await,
            Action::Unban => self.ban(false).await,
            Action::Mute => self.sanction(Sanction::Mute, Some(End::Open)).await,
            Action::Unmute => self.sanction(Sanction::Mute, None).await,
            Action::Probation => self.sanction(Sanction::Probation, Some(End::Open)).await,
            Action::EndProbation => self.sanction(Sanction::Probation, None).await,
            Action::Warn => {
                let target = Target::Actor(self.bob);
                said(group::warn(app, Warn { group, target, by, reason: None, cause }).await)
            }
            Action::DismissReport => self.in_case(CaseAction::Dismiss).await,
            Action::HandOver => self.in_case(CaseAction::HandOver).await,
            Action::Appoint => self.set(self.bob, StaffWish::Role(StaffRole::Helper)).await,
            Action::Dismiss => self.set(self.hal, StaffWish::Nothing).await,
            Action::ChangeRole => self.set(self.hal, StaffWish::Role(StaffRole::Moderator)).await,
            Action::GrantPermission => self.set(self.hal, StaffWish::Grant(Permission::Appoint)).await,
            Action::WithdrawPermission => self.set(self.hal, StaffWish::Withdraw(Permission::Lock)).await,
            Action::BlockHost => self.host(PeeringAction::Block).await,
            Action::LimitHost => self.host(PeeringAction::Limit).await,
            Action::AllowHost => self.host(PeeringAction::Allow).await,
            Action::MuteHost => self.host(PeeringAction::MuteMedia).await,
            Action::ClearHost => {
                let by = By::Person { actor: by, is_admin: false };
                let clear = ClearPeering { group: Some(group), host: "bad.example".to_owned(), reason: None };
                said(peering::clear(app, &by, clear).await)
            }
            Action::LinkPartner => {
                let by = By::Person { actor: by, is_admin: false };
                let (partner, policy) = (self.books, PartnerPolicy::List);
                let link = SetPartner { group, partner, policy, reason: None, public_comment: None };
                said(partner::set(app, &by, link).await)
            }
            Action::UnlinkPartner => {
                let by = By::Person { actor: by, is_admin: false };
                let unlink = ClearPartner { group, partner: self.books, reason: None };
                said(partner::clear(app, &by, unlink).await)
            }
            Action::AdmitMirror => {
                said(partner::admit(app, Judge { group, entry: self.post, by, reason: None }).await)
            }
            Action::RemoveMirror => {
                said(partner::take_away(app, Judge { group, entry: self.post, by, reason: None }).await)
            }
            Action::ChangeRules => {
                let before = rulebook::current(app, &viewer(group.actor()), None)
                    .await
                    .map_or(0, |book| book.revision);
                let command = Replace { group: Some(group), before, body: json!({ "rules": [] }) };
                said(rulebook::replace(app, &viewer(by), command).await)
            }
            Action::GiveTrust => self.trust(Some(Trust::Known)).await,
            Action::UngiveTrust => self.trust(None).await,
        })
    }

    async fn attempt_other(&self, name: &str) -> Result<(), String> {
        let (app, group, by) = (&self.here.app, self.group, self.mona);
        let change = |change| async { said(group::change(app, group, by, change).await) };
        match name {
            "settings" => {
                change(ChangeGroup { title: Some("Mine".to_owned()), ..ChangeGroup::default() }).await
            }
            "written rules" => {
                change(ChangeGroup { rules: Some(Vec::new()), ..ChangeGroup::default() }).await
            }
            "questions" => said(welcome::set_questions(app, group, by, Vec::new()).await),
            "prepared texts" => said(case::set_prepared_texts(app, group, by, Vec::new()).await),
            "note on a person" => said(group::note_on_person(app, group, by, self.bob, "Shouts.").await),
            "sight of the queue" => {
                said(waiting::list(app, &viewer(by), group, PageRequest::default()).await)
            }
            "sight of the cases" => {
                let filter = CaseFilter { is_open: true, assignee: None };
                said(cases::of_group(app, &viewer(by), group, filter, PageRequest::default()).await)
            }
            "invitation" => {
                let (max_uses, until, note, only_for) = (None, None, String::new(), None);
                said(welcome::invite(app, Invite { group, by, max_uses, until, note, only_for }).await)
            }
            "appeal" => self.decide_appeal().await,
            other => panic!("no way to try {other:?}"),
        }
    }

    async fn decide_appeal(&self) -> Result<(), String> {
        let app = &self.here.app;
        let mute = SetSanction {
            group: self.group,
            actor: self.bob,
            by: self.group.actor(),
            sanction: Sanction::Mute,
            end: Some(End::Open),
            reason: None,
        };
        group::set_sanction(app, mute).await.unwrap();
        let decision = self.here.notices(self.bob).await.last().unwrap().decision.unwrap();
        let object = MakeAppeal { decision, actor: self.bob, text: "No.".to_owned(), cause: Cause::Local };
        let appeal = appeal::make(app, object).await.unwrap();
        // Who may not see the desk is not told what it would take.
        self.here.make(self.group, self.mona, StaffWish::Grant(Permission::Cases)).await;
        let (outcome, reason, until) = (AppealOutcome::Upheld, "It stays.".to_owned(), None);
        said(appeal::decide(app, &viewer(self.mona), DecideAppeal { appeal, outcome, reason, until }).await)
    }
}

fn said<T, E: std::fmt::Display>(result: Result<T, E>) -> Result<(), String> {
    result.map(|_| ()).map_err(|error| error.to_string())
}

fn names(result: &Result<(), String>, permission: Permission) -> bool {
    result.as_ref().err().is_some_and(|said| said.contains(&format!("{:?}", permission.as_str())))
}

on_both_engines! {
    async fn every_decision_takes_its_permission(db: Db) {
        let stage = Stage::new(db).await;
        for action in DecisionAction::ALL.iter().copied() {
            let Some(permission) = needed_for(action) else { continue };
            stage.mona_may(permission, true).await;
            let Some(refused) = stage.attempt(action).await else { continue };
            assert!(names(&refused, permission), "{action} with all but {permission}: {refused:?}");
            assert_eq!(stage.here.state(stage.post).await.as_str(), "published", "{action}");
        }
    }

    async fn every_permission_is_enough_for_its_decisions(db: Db) {
        let stage = Stage::new(db).await;
        // What takes the post away comes last.
        let last = |action: &DecisionAction| matches!(action, DecisionAction::Remove | DecisionAction::Move | DecisionAction::AskChange);
        let (late, early): (Vec<_>, Vec<_>) = DecisionAction::ALL.iter().copied().partition(last);
        for action in early.into_iter().chain(late) {
            let Some(permission) = needed_for(action) else { continue };
            if action == DecisionAction::Refuse {
                // The one that waits was let in; another.
                continue;
            }
            stage.mona_may(permission, false).await;
            if permission == Permission::Appoint {
                // Nobody gives or takes what they do not have, nor makes anybody more than they are.
                stage.here.make(stage.group, stage.mona, StaffWish::Role(StaffRole::Moderator)).await;
                stage.here.make(stage.group, stage.mona, StaffWish::Grant(permission)).await;
            }
            match stage.attempt(action).await {
                None => {}
                Some(done) => assert!(!names(&done, permission), "{action} with {permission}: {done:?}"),
            }
        }
        assert_eq!(stage.here.state(stage.held).await.as_str(), "published");
        assert_ne!(stage.here.state(stage.post).await.as_str(), "published");
    }

    async fn what_leaves_no_decision_takes_its_permission_too(db: Db) {
        let stage = Stage::new(db).await;
        for (name, permission) in OTHERS {
            stage.mona_may(*permission, true).await;
            let refused = stage.attempt_other(name).await;
            assert!(names(&refused, *permission), "{name} with all but {permission}: {refused:?}");
            stage.mona_may(*permission, false).await;
            assert_eq!(stage.attempt_other(name).await, Ok(()), "{name} with {permission}");
        }
        let of_decisions = DecisionAction::ALL.iter().filter_map(|action| needed_for(*action));
        let tried: Vec<Permission> = of_decisions.chain(OTHERS.iter().map(|(_, permission)| *permission)).collect();
        for permission in Permission::ALL {
            assert!(tried.contains(permission), "nothing here takes {permission}");
        }
    }

    async fn every_setting_takes_its_permission_beside_the_written_rules_too(db: Db) {
        let stage = Stage::new(db).await;
        stage.mona_may(Permission::Settings, true).await;
        let none = ChangeGroup::default;
        for (name, change) in [
            ("title", ChangeGroup { title: Some("Mine".to_owned()), ..none() }),
            ("description", ChangeGroup { description: Some("Mine".to_owned()), ..none() }),
            ("language", ChangeGroup { language: Some(None), ..none() }),
            ("picture", ChangeGroup { picture_url: Some(None), ..none() }),
            ("admission", ChangeGroup { admission: Some(Admission::Open), ..none() }),
            ("posting", ChangeGroup { posting: Some(Posting::Everyone), ..none() }),
            ("review", ChangeGroup { review: Some(Review::None), ..none() }),
            ("visibility", ChangeGroup { visibility: Some(Visibility::Public), ..none() }),
            ("signed", ChangeGroup { signed: Some(Signed::Name), ..none() }),
            ("votes", ChangeGroup { votes: Some(Votes::Public), ..none() }),
            ("appeal days", ChangeGroup { appeal_days: Some(0), ..none() }),
            ("invites", ChangeGroup { invites: Some(Invites::Nobody), ..none() }),
            ("vouches", ChangeGroup { vouches_needed: Some(0), ..none() }),
        ] {
            let change = ChangeGroup { rules: Some(Vec::new()), ..change };
            let refused = said(group::change(&stage.here.app, stage.group, stage.mona, change).await);
            assert!(names(&refused, Permission::Settings), "{name}: {refused:?}");
        }
    }

    async fn in_a_case_each_action_takes_its_permission(db: Db) {
        let stage = Stage::new(db).await;
        let far = stage.here.group("boats").await;
        let on_entries = [
            EntryAction::Remove,
            EntryAction::Lock(None),
            EntryAction::Unlock,
            EntryAction::Limit,
            EntryAction::Unlimit,
            EntryAction::MarkSensitive,
            EntryAction::UnmarkSensitive,
            EntryAction::AskChange,
            EntryAction::Admit,
            EntryAction::Refuse,
            EntryAction::Restore,
        ];
        let on_person = [
            PersonAction::Warn,
            PersonAction::Probation(None),
            PersonAction::EndProbation,
            PersonAction::Mute(None),
            PersonAction::Unmute,
            PersonAction::Ban { until: None, removes_content: true },
            PersonAction::Unban,
        ];
        let on_entries = on_entries.map(CaseAction::Entry).into_iter();
        for action in on_entries.chain([CaseAction::Move(far)]).chain(on_person.map(CaseAction::Person)) {
            let permission = needed_for(action.decision()).unwrap();
            stage.mona_may(permission, true).await;
            let refused = stage.in_case(action).await;
            assert!(names(&refused, permission), "{action:?} with all but {permission}: {refused:?}");
        }
    }

    async fn nobody_puts_those_out_who_stand_above_them(db: Db) {
        let stage = Stage::new(db).await;
        let (here, group) = (&stage.here, stage.group);
        let owner = here.owner(group).await;
        stage.mona_may(Permission::Ban, true).await;
        here.make(group, stage.mona, StaffWish::Grant(Permission::Ban)).await;
        let ban = |actor, by| SetBan {
            group,
            actor,
            by,
            banned: true,
            until: None,
            reason: None,
            remove_content: false,
            cause: Cause::Local,
        };
        let error = group::set_ban(&here.app, ban(owner, stage.mona)).await.unwrap_err();
        assert!(error.to_string().contains("stands above you"), "{error}");
        // And who is banned may do nothing, whatever they were.
        group::set_ban(&here.app, ban(stage.mona, owner)).await.unwrap();
        let refused = stage.note(Annotation::Locked(true)).await;
        assert!(names(&refused, Permission::Lock), "{refused:?}");
    }
}
