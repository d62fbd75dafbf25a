//! Cases: reports come together, evidence stays, and actions leave their decisions.

use std::time::Duration;

use guildhall_app::{
    Viewer,
    case::{
        self, Act, Acted, CaseAction, CaseError, EntryAction, FlagAnswer, PersonAction, Report, ReportError,
    },
    entry::{self, Edited, Submit},
    group::{self, ChangeGroup},
    read::{CaseFilter, CaseLine, CaseView, CasesError, PageRequest, Past, cases},
};
use guildhall_domain::{
    ActorId, ApId, CaseId, EntryId, GroupId,
    admission::{End, Refusal, Sanction},
    content::EntryState,
    event::{Cause, EventKind},
    group::Rule,
    moderation::{DecisionAction, Target, case::SubjectKind},
};
use guildhall_store::{
    Db, acquaintance, decision, entry as entries,
    rulebook::{self, StoredRulebook},
    standing,
    testing::on_both_engines,
};
use serde_json::json;

use crate::support::{
    Here,
    people::viewer,
    write::{posting, said},
};

const OPEN: CaseFilter = CaseFilter { is_open: true, assignee: None };
const CLOSED: CaseFilter = CaseFilter { is_open: false, assignee: None };

fn admin() -> Viewer {
    Viewer { is_admin: true, ..Viewer::anonymous() }
}

async fn of_group(here: &Here, reader: &Viewer, group: GroupId, filter: CaseFilter) -> Vec<CaseLine> {
    cases::of_group(&here.app, reader, group, filter, PageRequest::default()).await.unwrap().items
}

async fn of_instance(here: &Here, filter: CaseFilter) -> Vec<CaseLine> {
    cases::of_instance(&here.app, &admin(), filter, PageRequest::default()).await.unwrap().items
}

pub(crate) async fn only(here: &Here, reader: &Viewer, group: GroupId) -> CaseId {
    let open = of_group(here, reader, group, OPEN).await;
    assert_eq!(open.len(), 1, "{open:?}");
    open[0].id
}

async fn file(here: &Here, reader: &Viewer, id: CaseId) -> CaseView {
    cases::find(&here.app, reader, id).await.unwrap()
}

async fn report(here: &Here, entry: EntryId, by: ActorId, text: &str) {
    let report = Report { entries: vec![entry], ..Report::by(by, text) };
    case::report(&here.app, report).await.unwrap();
}

pub(crate) async fn act(
    here: &Here,
    by: &Viewer,
    id: CaseId,
    actions: Vec<CaseAction>,
) -> Result<Acted, CaseError> {
    let reason = Some("No adverts.".to_owned());
    case::act(&here.app, by, id, Act { actions, reason, ..Act::default() }).await
}

/// Automatic rules of a group, or of the instance.
pub(crate) async fn rules(here: &Here, group: Option<GroupId>, rules: serde_json::Value) {
    let new = StoredRulebook { revision: 1, body: json!({ "rules": rules }), updated_at: here.now() };
    let mut tx = here.app.begin().await.unwrap();
    assert!(rulebook::set(&mut tx, group, 0, &new).await.unwrap());
    tx.commit().await.unwrap();
}

pub(crate) fn on_casinos(then: &[&str]) -> serde_json::Value {
    json!([{ "name": "casinos", "title": "No casinos.", "mode": "on", "when": { "words": ["casino"] }, "then": then }])
}

/// A group, its moderator, a reported post by bob, and its case.
pub(crate) async fn reported(here: &Here) -> (GroupId, Viewer, ActorId, EntryId, CaseId) {
    let group = here.group("garden").await;
    let (moderator, bob) = (viewer(here.moderator(group).await), here.person("bob").await);
    let post = here.post(group, bob, "Cheap seeds").await;
    let ann = here.person("ann").await;
    report(here, post, ann, "An advertisement.").await;
    here.told().await;
    let id = only(here, &moderator, group).await;
    (group, moderator, bob, post, id)
}

on_both_engines! {
    async fn reports_about_one_post_are_one_case_and_a_closed_one_is_not_joined(db: Db) {
        let here = Here::new(db);
        let (group, moderator, bob, post, id) = reported(&here).await;
        let carol = here.person("carol").await;
        report(&here, post, carol, "Again.").await;
        let seen = file(&here, &moderator, id).await;
        assert_eq!((seen.line.kind, seen.line.reports, seen.line.title.as_str()), (SubjectKind::Entry, 2, "Cheap seeds"));
        assert_eq!(seen.line.person.as_ref().map(|person| person.id), Some(bob));
        assert_eq!(seen.evidence.len(), 1, "the same version once");

        case::close(&here.app, &moderator, id).await.unwrap();
        assert!(matches!(case::close(&here.app, &moderator, id).await, Err(CaseError::Closed)));
        assert_eq!(of_group(&here, &moderator, group, CLOSED).await[0].id, id);
        report(&here, post, carol, "Once more.").await;
        let next = only(&here, &moderator, group).await;
        assert_ne!(next, id);
        assert!(matches!(case::reopen(&here.app, &moderator, id).await, Err(CaseError::OpenElsewhere)));
        case::close(&here.app, &moderator, next).await.unwrap();
        case::reopen(&here.app, &moderator, id).await.unwrap();
        assert_eq!(only(&here, &moderator, group).await, id);
    }

    async fn evidence_outlives_edits_and_deletion(db: Db) {
        let here = Here::new(db);
        let (_, moderator, bob, post, id) = reported(&here).await;
        here.minute();
        assert_eq!(entry::edit(&here.app, here.retitling(post, bob, "Nice seeds")).await.unwrap(), Edited::Changed);
        report(&here, post, here.person("carol").await, "Still.").await;
        here.take_away(post, bob).await;
        let evidence = file(&here, &moderator, id).await.evidence;
        let titles: Vec<_> = evidence.iter().map(|item| item.title.as_deref().unwrap()).collect();
        assert_eq!(titles, ["Cheap seeds", "Nice seeds"]);
        assert!(evidence[0].content_html.contains("About Cheap seeds."), "{}", evidence[0].content_html);
        assert_eq!(evidence[0].handle, "@bob@here.example");
    }

    async fn five_hundred_posts_that_one_rule_reports_are_one_case_decided_together(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let moderator = viewer(here.moderator(group).await);
        rules(&here, Some(group), on_casinos(&["hold", "report"])).await;
        let bob = here.remote("bob").await;
        let spam = |number: usize| Submit { texts: said(&format!("casino {number}")), ..posting(group, bob, "Casino") };
        let mut posts = Vec::new();
        for number in 0..500 {
            posts.push(entry::submit(&here.app, spam(number)).await.unwrap().entry.unwrap());
        }
        let id = only(&here, &moderator, group).await;
        let wave = file(&here, &moderator, id).await;
        assert_eq!((wave.line.kind, wave.line.name.as_deref()), (SubjectKind::Rule, Some("casinos")));
        assert_eq!((wave.line.counts.entries, wave.line.counts.held, wave.line.reports), (500, 500, 0));

        let ban = PersonAction::Ban { until: None, removes_content: false };
        let refused = act(&here, &moderator, id, vec![ban.into()]).await;
        assert!(matches!(refused, Err(CaseError::NotApplicable(_))), "{refused:?}");
        let done = act(&here, &moderator, id, vec![EntryAction::Refuse.into()]).await.unwrap();
        assert_eq!(done, Acted { entries: 500, left: 0, is_closed: true });
        assert!(here.queue(group).await.is_empty());
        assert_eq!(here.state(posts[499]).await, EntryState::Refused);
        let last = decision::list_of_entry(&here.app.store, posts[0], None, 9).await.unwrap().pop().unwrap();
        assert_eq!((last.action, last.case, last.reason.as_deref()), (DecisionAction::Refuse, Some(id), Some("No adverts.")));
        assert!(of_group(&here, &moderator, group, OPEN).await.is_empty());
    }

    async fn a_rule_of_the_instance_reports_to_those_who_run_it(db: Db) {
        let here = Here::new(db);
        let (garden, boats) = (here.group("garden").await, here.group("boats").await);
        let moderator = viewer(here.moderator(garden).await);
        rules(&here, None, on_casinos(&["report"])).await;
        let bob = here.remote("bob").await;
        let mut posts = Vec::new();
        for group in [garden, boats] {
            let spam = Submit { texts: said("casino"), ..posting(group, bob, "Casino") };
            posts.push(entry::submit(&here.app, spam).await.unwrap().entry.unwrap());
        }
        assert!(of_group(&here, &moderator, garden, OPEN).await.is_empty());
        let open = of_instance(&here, OPEN).await;
        assert_eq!((open.len(), open[0].counts.shown), (1, 2));
        let id = open[0].id;
        assert!(matches!(cases::find(&here.app, &moderator, id).await, Err(CaseError::NotFound)));
        assert_eq!(act(&here, &admin(), id, vec![EntryAction::Remove.into()]).await.unwrap().entries, 2);
        assert_eq!(here.state(posts[1]).await, EntryState::Removed);
        assert!(of_instance(&here, OPEN).await.is_empty());
        here.counts(garden).await;
    }

    async fn several_actions_are_one_step_and_each_leaves_its_decision(db: Db) {
        let here = Here::new(db);
        let (group, moderator, bob, post, id) = reported(&here).await;
        let rule = Rule { title: "No adverts".to_owned(), text: String::new() };
        let change = ChangeGroup { rules: Some(vec![rule]), ..ChangeGroup::default() };
        group::change(&here.app, group, moderator.actor.unwrap(), change).await.unwrap();
        here.told().await;
        let until = Some(here.now().plus(Duration::from_hours(24)));
        let command = Act {
            actions: vec![
                EntryAction::Remove.into(),
                PersonAction::Probation(until).into(),
                PersonAction::Warn.into(),
            ],
            prepared: Some(("warning".to_owned(), Some("fr".to_owned()))),
            rule_number: Some(1),
            note: Some("Third time.".to_owned()),
            ..Act::default()
        };
        let wrong = Act { rule_number: Some(2), ..command.clone() };
        assert!(matches!(case::act(&here.app, &moderator, id, wrong).await, Err(CaseError::UnknownRule(2))));
        let wrong = Act { prepared: Some(("nothing".to_owned(), None)), ..command.clone() };
        assert!(matches!(case::act(&here.app, &moderator, id, wrong).await, Err(CaseError::UnknownText(_))));
        assert_eq!(here.state(post).await, EntryState::Published, "nothing of it was done");

        let done = case::act(&here.app, &moderator, id, command.clone()).await.unwrap();
        assert_eq!(done, Acted { entries: 1, left: 0, is_closed: true });
        let said = "@bob@here.example, merci de respecter les règles de The garden : 1. No adverts. \
            La prochaine fois, vos messages pourraient attendre la modération.";
        let made = decision::list_of_case(&here.app.store, id, None, 9).await.unwrap();
        let what: Vec<_> = made.iter().map(|one| (one.action, one.target.clone(), one.until)).collect();
        assert_eq!(what, [
            (DecisionAction::Remove, Target::Entry(post), None),
            (DecisionAction::Probation, Target::Actor(bob), until),
            (DecisionAction::Warn, Target::Actor(bob), None),
        ]);
        for one in &made {
            assert_eq!((one.reason.as_deref(), one.note.as_deref()), (Some(said), Some("Third time.")));
            assert_eq!(one.written_rule.as_ref().map(|rule| rule.title.as_str()), Some("No adverts"));
            assert_eq!(one.by, moderator.actor);
        }
        assert_eq!(here.state(post).await, EntryState::Removed);
        let sanctions = standing::find(&here.app.store, Some(group), bob).await.unwrap();
        assert_eq!(sanctions.end_of(Sanction::Probation, here.now()).and_then(End::moment), until);
        let (seen, _) = acquaintance::find(&here.app.store, group, bob).await.unwrap().unwrap();
        assert_eq!((seen.upheld, seen.dismissed, seen.struck_at), (1, 0, Some(here.now())));
        assert!(matches!(case::act(&here.app, &moderator, id, command).await, Err(CaseError::Closed)));
        assert!(matches!(
            here.told().await.as_slice(),
            [EventKind::EntryGone { .. }, EventKind::Warned { .. }, EventKind::CaseSettled { .. }]
        ));
    }

    async fn nothing_of_a_step_is_done_when_one_action_of_it_cannot_be(db: Db) {
        let here = Here::new(db);
        let (_, moderator, _, post, id) = reported(&here).await;
        let refused = act(&here, &moderator, id, vec![EntryAction::Remove.into(), EntryAction::Admit.into()]).await;
        assert!(matches!(refused, Err(CaseError::NotApplicable(_))), "{refused:?}");
        assert_eq!(here.state(post).await, EntryState::Published);
        assert!(decision::list_of_case(&here.app.store, id, None, 9).await.unwrap().is_empty());
    }

    async fn every_action_can_be_taken_back_from_the_case(db: Db) {
        let here = Here::new(db);
        let (group, moderator, bob, post, id) = reported(&here).await;
        let open = async |actions| {
            let command = Act { actions, stays_open: true, ..Act::default() };
            case::act(&here.app, &moderator, id, command).await.unwrap();
        };
        let take_away = [EntryAction::Lock(None), EntryAction::Limit, EntryAction::MarkSensitive].map(CaseAction::Entry);
        open([&take_away[..], &[PersonAction::Mute(None).into()]].concat()).await;
        let marked = here.entry(post).await;
        assert!(marked.locked && marked.limited && marked.sensitive);
        let verdict = entry::submit(&here.app, posting(group, bob, "More")).await.unwrap().decided.verdict;
        assert_eq!(verdict.reason(), Some(Refusal::Muted.as_str()));
        let give_back = [EntryAction::Unlock, EntryAction::Unlimit, EntryAction::UnmarkSensitive].map(CaseAction::Entry);
        open([&give_back[..], &[PersonAction::Unmute.into()]].concat()).await;
        open(vec![PersonAction::Ban { until: None, removes_content: true }.into()]).await;
        assert_eq!(here.state(post).await, EntryState::Removed, "with all that they wrote");
        open(vec![EntryAction::Restore.into(), PersonAction::Unban.into()]).await;
        let marked = here.entry(post).await;
        assert!(!marked.locked && !marked.limited && !marked.sensitive && marked.state == EntryState::Published);
        let verdict = entry::submit(&here.app, posting(group, bob, "More")).await.unwrap().decided.verdict;
        assert!(verdict.is_admitted());
        here.counts(group).await;
    }

    async fn an_author_who_is_asked_for_a_change_brings_the_post_back_by_it(db: Db) {
        let here = Here::new(db);
        let (group, moderator, bob, post, id) = reported(&here).await;
        act(&here, &moderator, id, vec![EntryAction::AskChange.into()]).await.unwrap();
        assert_eq!(here.state(post).await, EntryState::Held);
        assert!(matches!(
            here.told().await.as_slice(),
            [EventKind::EntryGone { removal: Some(_), .. }, EventKind::CaseSettled { .. }]
        ));
        assert_eq!(here.waiting(group).await.reason, "change-asked");
        here.minute();
        entry::edit(&here.app, here.retitling(post, bob, "Seeds to swap")).await.unwrap();
        let item = here.waiting(group).await;
        assert_eq!(item.title, "Seeds to swap");
        guildhall_app::queue::admit(&here.app, item.id, moderator.actor.unwrap()).await.unwrap();
        assert_eq!(here.state(post).await, EntryState::Published);
        let told = here.told().await;
        assert!(matches!(told.as_slice(), [EventKind::EntryRestored { .. }, EventKind::EntryEdited { .. }]), "{told:?}");
        here.counts(group).await;
    }

    async fn a_dismissed_case_counts_for_the_person(db: Db) {
        let here = Here::new(db);
        let (group, moderator, bob, post, id) = reported(&here).await;
        act(&here, &moderator, id, vec![CaseAction::Dismiss]).await.unwrap();
        let (seen, _) = acquaintance::find(&here.app.store, group, bob).await.unwrap().unwrap();
        assert_eq!((seen.upheld, seen.dismissed, seen.struck_at), (0, 1, None));
        let made = decision::list_of_case(&here.app.store, id, None, 9).await.unwrap();
        assert_eq!((made[0].action, &made[0].target), (DecisionAction::DismissReport, &Target::Entry(post)));
    }

    async fn what_is_handed_over_is_for_those_who_run_the_instance(db: Db) {
        let here = Here::new(db);
        let (group, moderator, bob, _, id) = reported(&here).await;
        assert!(of_instance(&here, OPEN).await.is_empty());
        act(&here, &moderator, id, vec![CaseAction::HandOver]).await.unwrap();
        assert!(of_group(&here, &moderator, group, OPEN).await.is_empty());
        assert_eq!(of_instance(&here, OPEN).await[0].id, id);
        let ban = PersonAction::Ban { until: None, removes_content: false };
        act(&here, &admin(), id, vec![ban.into()]).await.unwrap();
        let everywhere = standing::find(&here.app.store, None, bob).await.unwrap();
        assert!(everywhere.ban.is_some(), "from the whole instance");
        assert!(of_instance(&here, OPEN).await.is_empty());
        let lanes = file(&here, &moderator, id).await.line.lanes;
        let outcomes: Vec<_> = lanes.iter().map(|lane| (lane.lane.as_str(), lane.outcome.as_deref().unwrap())).collect();
        assert_eq!(outcomes, [("group", "handed-over"), ("instance", "decided")]);
    }

    async fn a_thread_moves_from_the_case(db: Db) {
        let here = Here::new(db);
        let (_, moderator, _, post, id) = reported(&here).await;
        let boats = here.group("boats").await;
        here.appoint(boats, moderator.actor.unwrap()).await;
        act(&here, &moderator, id, vec![CaseAction::Move(boats)]).await.unwrap();
        assert_eq!(here.entry(post).await.group_id, boats);
        let made = decision::list_of_case(&here.app.store, id, None, 9).await.unwrap();
        assert_eq!(made[0].action, DecisionAction::Move);
        here.counts(boats).await;
    }

    async fn claims_and_notes_are_in_the_history_in_their_order(db: Db) {
        let here = Here::new(db);
        let (group, moderator, _, _, id) = reported(&here).await;
        here.minute();
        case::claim(&here.app, &moderator, id).await.unwrap();
        let mine = CaseFilter { assignee: moderator.actor, ..OPEN };
        assert_eq!(of_group(&here, &moderator, group, mine).await.len(), 1);
        here.minute();
        case::note(&here.app, &moderator, id, "Asked them.").await.unwrap();
        case::release(&here.app, &moderator, id).await.unwrap();
        assert!(of_group(&here, &moderator, group, mine).await.is_empty());
        here.minute();
        act(&here, &moderator, id, vec![PersonAction::Warn.into()]).await.unwrap();
        let history = file(&here, &moderator, id).await.history;
        let kinds: Vec<_> = history
            .iter()
            .map(|past| match past {
                Past::Report(_) => "report",
                Past::Decision(made) => made.action.as_str(),
                Past::Happening { kind, .. } => kind.as_str(),
            })
            .collect();
        assert_eq!(kinds, ["opened", "lane-opened", "report", "claimed", "note", "released", "warn", "lane-closed"]);
    }

    async fn who_may_not_see_a_case_learns_nothing_of_it(db: Db) {
        let here = Here::new(db);
        let (group, moderator, bob, _, id) = reported(&here).await;
        let other = here.group("boats").await;
        let stranger = viewer(here.moderator(other).await);
        for reader in [&stranger, &viewer(bob), &Viewer::anonymous()] {
            assert!(matches!(cases::find(&here.app, reader, id).await, Err(CaseError::NotFound)));
            assert!(matches!(case::claim(&here.app, reader, id).await, Err(CaseError::NotFound)));
            assert!(matches!(act(&here, reader, id, vec![EntryAction::Remove.into()]).await, Err(CaseError::NotFound)));
            let listed = cases::of_group(&here.app, reader, group, OPEN, PageRequest::default()).await;
            assert!(matches!(listed, Err(CasesError::NotPermitted(_))));
            let listed = cases::of_instance(&here.app, reader, OPEN, PageRequest::default()).await;
            assert!(matches!(listed, Err(CasesError::NotAdmin)));
        }
        assert_eq!(file(&here, &admin(), id).await.line.id, file(&here, &moderator, id).await.line.id);
    }

    async fn a_report_passes_the_pipeline(db: Db) {
        let here = Here::new(db);
        let (group, moderator, bob, post, _) = reported(&here).await;
        here.ban(group, bob).await;
        let own = Report { entries: vec![post], ..Report::by(bob, "Not mine.") };
        let refused = case::report(&here.app, own).await;
        assert!(matches!(refused, Err(ReportError::Refused(Refusal::Banned, _))), "{refused:?}");
        assert_eq!(of_group(&here, &moderator, group, OPEN).await[0].reports, 1);
        let nothing = case::report(&here.app, Report::by(bob, "Everything.")).await;
        assert!(matches!(nothing, Err(ReportError::AboutNothing)));
    }

    async fn several_posts_of_one_person_are_a_case_about_them(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (moderator, ann, bob) = (viewer(here.moderator(group).await), here.person("ann").await, here.remote("bob").await);
        let posts = vec![here.post(group, bob, "One").await, here.post(group, bob, "Two").await];
        let by_ann = here.post(group, ann, "Three").await;
        let entries = posts.iter().copied().chain([by_ann]).collect();
        case::report(&here.app, Report { entries, ..Report::by(ann, "All of it.") }).await.unwrap();
        let open = of_group(&here, &moderator, group, OPEN).await;
        let about: Vec<_> = open.iter().map(|line| (line.kind, line.counts.entries)).collect();
        assert!(about.contains(&(SubjectKind::Person, 2)) && about.contains(&(SubjectKind::Entry, 1)), "{about:?}");
        let person = open.iter().find(|line| line.kind == SubjectKind::Person).unwrap();
        act(&here, &moderator, person.id, vec![EntryAction::Remove.into()]).await.unwrap();
        for post in posts {
            assert_eq!(here.state(post).await, EntryState::Removed);
        }
        assert_eq!(here.state(by_ann).await, EntryState::Published);
    }

    async fn groups_and_servers_are_reported_to_those_who_run_the_instance(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (moderator, ann) = (viewer(here.moderator(group).await), here.person("ann").await);
        case::report(&here.app, Report { person: Some(group.actor()), ..Report::by(ann, "Bad moderators.") }).await.unwrap();
        case::report(&here.app, Report { host: Some("Spam.example".into()), ..Report::by(ann, "Spam.") }).await.unwrap();
        let open = of_instance(&here, OPEN).await;
        let about: Vec<_> = open.iter().map(|line| (line.kind, line.name.as_deref())).collect();
        assert_eq!(about, [(SubjectKind::Host, Some("spam.example")), (SubjectKind::Group, None)]);
        assert!(of_group(&here, &moderator, group, OPEN).await.is_empty(), "not to those it is about");
    }

    async fn moderators_elsewhere_are_told_and_their_word_closes_their_lane(db: Db) {
        let here = Here::new(db);
        let (group, moderator, _, post, id) = reported(&here).await;
        let far = here.remote("mona").await;
        here.appoint(group, far).await;
        here.told().await;
        let (carol, bob) = (here.person("carol").await, here.remote("rob").await);
        report(&here, post, carol, "Look.").await;
        let told = here.told().await;
        let [EventKind::Reported { group: Some(to), by: None, is_forwarded: false, .. }] = told.as_slice() else {
            panic!("{told:?}")
        };
        assert_eq!(*to, group);
        let event: (String,) = here.app.store
            .query("SELECT ap_id FROM reports WHERE reporter_id = $1").bind(carol.0).one().await.unwrap();
        let answer = |by, cause| FlagAnswer { flag: ApId::new(event.0.as_str()), by, outcome: "resolved", cause };
        let cause = here.activity().await;
        assert!(!case::flag_answered(&here.app, answer(bob, cause)).await.unwrap());
        assert_eq!(here.outcome(cause).await, "refused");
        assert!(case::flag_answered(&here.app, answer(far, Cause::Local)).await.unwrap());
        assert!(of_group(&here, &moderator, group, OPEN).await.is_empty());
        assert_eq!(file(&here, &moderator, id).await.line.lanes[0].outcome.as_deref(), Some("resolved"));
    }

    async fn a_report_about_a_group_elsewhere_has_a_lane_here_that_closes_by_itself(db: Db) {
        let here = Here::new(db);
        let far = here.far_group("boats").await;
        let (ann, bob) = (here.person("ann").await, here.person("bob").await);
        let post = here.post(far, bob, "Boat").await;
        let mut tx = here.app.begin().await.unwrap();
        entries::set_state(&mut tx, post, EntryState::Published, None).await.unwrap();
        tx.commit().await.unwrap();
        here.told().await;
        report(&here, post, ann, "Look.").await;
        assert!(matches!(here.told().await.as_slice(), [EventKind::Reported { .. }]));
        let open = of_instance(&here, OPEN).await;
        let lanes: Vec<_> = open[0].lanes.iter().map(|lane| (lane.lane.as_str(), lane.is_ours)).collect();
        assert!(lanes.contains(&("group", false)) && lanes.contains(&("home", true)) && lanes.contains(&("target", true)));
        case::close(&here.app, &admin(), open[0].id).await.unwrap();
        let closed = &of_instance(&here, CLOSED).await[0];
        assert!(closed.closed_at.is_some() && closed.lanes.iter().any(|lane| lane.closed_at.is_none()));
    }
}
