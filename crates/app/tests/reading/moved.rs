//! What is shown of decisions that another group made, and of the names of automatic rules.

use guildhall_app::{
    Viewer,
    case::{self, Act, CaseAction, EntryAction, Report},
    explain::{self, Subject},
    queue,
    read::{CaseFilter, DecisionView, PageRequest, cases, decisions::of_entry, entries, notices},
    rulebook::{self, Replace},
};
use guildhall_domain::{EntryId, content::EntryKind, moderation::DecisionAction};
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::json;

use crate::support::{Here, people::viewer};

async fn about(here: &Here, reader: &Viewer, entry: EntryId) -> Vec<DecisionView> {
    of_entry(&here.app, reader, entry, EntryKind::Post, PageRequest::default()).await.unwrap().items
}

on_both_engines! {
    async fn moderators_of_the_next_group_read_no_notes_of_the_one_before(db: Db) {
        let here = Here::new(db);
        let (garden, boats) = (here.group("garden").await, here.group("boats").await);
        let (mona, otto) = (viewer(here.moderator(garden).await), viewer(here.moderator(boats).await));
        let (bob, ann) = (here.person("bob").await, here.person("ann").await);
        let post = here.post(garden, bob, "Boats").await;
        case::report(&here.app, Report { entries: vec![post], ..Report::by(ann, "Look.") }).await.unwrap();
        let filter = CaseFilter { is_open: true, assignee: None };
        let open = cases::of_group(&here.app, &mona, garden, filter, PageRequest::default()).await.unwrap();
        let note = Some("A difficult man.".to_owned());
        let act = Act { actions: vec![EntryAction::MarkSensitive.into()], note, stays_open: true, ..Act::default() };
        here.appoint(boats, mona.actor.unwrap()).await;
        let moving = Act { actions: vec![CaseAction::Move(boats)], ..act.clone() };
        for act in [act, moving] {
            case::act(&here.app, &mona, open.items[0].id, act).await.unwrap();
        }
        case::report(&here.app, Report { entries: vec![post], ..Report::by(ann, "Again.") }).await.unwrap();
        let open = cases::of_group(&here.app, &otto, boats, filter, PageRequest::default()).await.unwrap();
        let act = Act { actions: vec![EntryAction::Limit.into()], note: Some("Ours.".into()), ..Act::default() };
        case::act(&here.app, &otto, open.items[0].id, act).await.unwrap();

        let explained = explain::explain(&here.app, &otto, Subject::Entry(post)).await.unwrap().then;
        for seen in [about(&here, &otto, post).await, explained] {
            let shown = |one: &DecisionView| (one.note.is_some(), one.by.is_some(), one.case.is_some());
            let what: Vec<_> = seen.iter().map(|one| (one.action, shown(one))).collect();
            assert_eq!(what, [
                (DecisionAction::MarkSensitive, (false, false, false)),
                (DecisionAction::Move, (false, false, false)),
                (DecisionAction::Limit, (true, true, true)),
            ]);
        }
        let admin = Viewer { is_admin: true, ..Viewer::anonymous() };
        assert!(about(&here, &admin, post).await.iter().all(|one| one.by.is_some()));
    }

    async fn an_author_reads_nowhere_what_an_automatic_rule_is_called(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (moderator, ann) = (viewer(here.moderator(group).await), here.person("ann").await);
        let rule = json!({ "name": "no-casinos", "title": "No casinos.", "when": { "words": ["casino"] }, "then": ["hold"] });
        let command = Replace { group: Some(group), before: 0, body: json!({ "rules": [rule] }) };
        rulebook::replace(&here.app, &moderator, command).await.unwrap();
        let post = here.post(group, ann, "Casino").await;
        let reader = viewer(ann);
        let shown = entries::find(&here.app, &reader, post).await.unwrap().unwrap();
        assert_eq!(shown.state_reason.as_deref(), Some("rule"));
        queue::refuse(&here.app, here.waiting(group).await.id, moderator.actor.unwrap(), "No.").await.unwrap();
        let rules = |seen: &[DecisionView]| seen.iter().map(|one| one.rule.clone()).collect::<Vec<_>>();
        assert_eq!(rules(&about(&here, &reader, post).await), [None, None]);
        let told = notices::list(&here.app, &reader, PageRequest::default()).await.unwrap().items;
        assert_eq!(told[0].decision.as_ref().unwrap().rule, None);
        let named = Some("no-casinos".to_owned());
        assert_eq!(rules(&about(&here, &moderator, post).await), [named.clone(), named]);
    }
}
