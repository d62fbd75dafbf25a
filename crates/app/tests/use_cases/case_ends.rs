//! What is done from a case for a time, to a person until further notice, and to a wave in parts; and who elsewhere hears that
//! a rule reports something.

use std::time::Duration;

use guildhall_app::{
    case::{self, Act, Acted, EntryAction, PersonAction, Report},
    ending,
    entry::{self, Submit},
};
use guildhall_domain::{ApId, EntryId, content::EntryState, event::EventKind, moderation::DecisionAction};
use guildhall_store::{
    Db,
    case::{self as cases, NewItem},
    decision,
    entry::{self as entries, Entry, NewEntry},
    testing::on_both_engines,
};

use crate::{
    cases::{act, on_casinos, only, reported, rules},
    support::{
        Here,
        people::viewer,
        write::{posting, said},
    },
};

on_both_engines! {
    async fn a_lock_from_a_case_ends_by_itself(db: Db) {
        let here = Here::new(db);
        let (_, moderator, _, post, id) = reported(&here).await;
        let until = here.now().plus(Duration::from_hours(1));
        act(&here, &moderator, id, vec![EntryAction::Lock(Some(until)).into()]).await.unwrap();
        assert_eq!(here.entry(post).await.locked_until, Some(until));
        let made = decision::list_of_case(&here.app.store, id, None, 9).await.unwrap();
        assert_eq!((made[0].action, made[0].until), (DecisionAction::Lock, Some(until)));
        assert!(matches!(
            here.told().await.as_slice(),
            [EventKind::LockChanged { locked: true, reason: Some(reason), .. }, EventKind::CaseSettled { .. }] if reason == "No adverts."
        ));
        for _ in 0..61 {
            here.minute();
        }
        ending::end_what_is_over(&here.app).await.unwrap();
        assert!(!here.entry(post).await.locked);
    }

    async fn who_needs_approval_from_now_on_has_the_next_post_held(db: Db) {
        let here = Here::new(db);
        let (group, moderator, bob, _, id) = reported(&here).await;
        act(&here, &moderator, id, vec![PersonAction::Probation(None).into()]).await.unwrap();
        let next = entry::submit(&here.app, posting(group, bob, "More seeds")).await.unwrap().entry.unwrap();
        assert_eq!(here.state(next).await, EntryState::Held);
        assert_eq!(here.waiting(group).await.title, "More seeds");
    }

    async fn what_a_rule_reports_is_told_elsewhere_once_a_case(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let moderator = viewer(here.moderator(group).await);
        rules(&here, Some(group), on_casinos(&["hold", "report"])).await;
        let bob = here.remote("bob").await;
        let spam = |number: usize| Submit { texts: said(&format!("casino {number}")), ..posting(group, bob, "Casino") };
        entry::submit(&here.app, spam(0)).await.unwrap();
        let flags = async |here: &Here| {
            let told = here.told().await;
            told.into_iter().filter(|kind| matches!(kind, EventKind::Reported { .. })).collect::<Vec<_>>()
        };
        assert!(flags(&here).await.is_empty(), "all its moderators live here");
        let first = only(&here, &moderator, group).await;
        act(&here, &moderator, first, vec![EntryAction::Refuse.into()]).await.unwrap();

        here.appoint(group, here.remote("mona").await).await;
        let post = entry::submit(&here.app, spam(1)).await.unwrap().entry;
        entry::submit(&here.app, spam(2)).await.unwrap();
        let told = flags(&here).await;
        let [EventKind::Reported { group: Some(to), entry, by: None, is_forwarded: false, text, .. }] = &told[..] else {
            panic!("{told:?}")
        };
        assert_eq!((*to, *entry), (group, post));
        assert!(text.contains("casinos"), "{text}");
    }

    async fn moderators_elsewhere_settle_what_a_rule_reported_by_its_flag(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let moderator = viewer(here.moderator(group).await);
        let mona = here.remote("mona").await;
        here.appoint(group, mona).await;
        rules(&here, Some(group), on_casinos(&["report"])).await;
        let bob = here.remote("bob").await;
        entry::submit(&here.app, Submit { texts: said("casino"), ..posting(group, bob, "Casino") }).await.unwrap();
        let id = only(&here, &moderator, group).await;
        let flag = cases::list_flags(&here.app.store, id, 9).await.unwrap().remove(0).ap_id;
        let answer = case::FlagAnswer { flag, by: mona, outcome: "resolved", cause: here.activity().await };
        assert!(case::flag_answered(&here.app, answer).await.unwrap());
        assert!(cases::find(&here.app.store, id).await.unwrap().unwrap().closed_at.is_some());
    }

    async fn a_report_that_came_from_elsewhere_is_passed_on_under_an_id_of_ours(db: Db) {
        let here = Here::new(db);
        let (group, _, _, post, id) = reported(&here).await;
        here.appoint(group, here.remote("mona").await).await;
        let theirs = ApId::new("https://far.example/flags/1");
        let (reporter, cause) = (here.remote("rob").await, here.activity().await);
        let report = Report { entries: vec![post], flag: Some(theirs.clone()), cause, ..Report::by(reporter, "Look.") };
        case::report(&here.app, report).await.unwrap();
        let flags = cases::list_flags(&here.app.store, id, 9).await.unwrap();
        let [flag] = &flags[..] else { panic!("{flags:?}") };
        assert_ne!(flag.ap_id, theirs);
        assert_eq!((flag.entry, flag.text.as_str(), flag.by), (Some(post), "Look.", None));
        assert_eq!(case::find_case(&here.app, &flag.ap_id).await.unwrap(), Some(id));
        assert_eq!(case::find_case(&here.app, &theirs).await.unwrap(), Some(id));
    }

    async fn a_wave_of_more_than_a_thousand_is_decided_in_parts(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let moderator = viewer(here.moderator(group).await);
        rules(&here, Some(group), on_casinos(&["report"])).await;
        let bob = here.remote("bob").await;
        let spam = Submit { texts: said("casino"), ..posting(group, bob, "Casino") };
        let first = here.entry(entry::submit(&here.app, spam).await.unwrap().entry.unwrap()).await;
        let id = only(&here, &moderator, group).await;
        let mut tx = here.app.begin().await.unwrap();
        for _ in 0..1_000 {
            let new = another(&first, EntryId(here.app.new_id()));
            assert!(entries::insert(&mut tx, &new, here.now()).await.unwrap());
            let entry = &Entry::of_new(&new, here.now());
            let item = NewItem { id: here.app.new_id(), case: id, entry, handle: "@bob@far.example", rule: Some("casinos") };
            assert!(cases::insert_item(&mut tx, &item, here.now()).await.unwrap());
        }
        tx.commit().await.unwrap();
        let remove = async || act(&here, &moderator, id, vec![EntryAction::Remove.into()]).await.unwrap();
        assert_eq!(remove().await, Acted { entries: 1_000, left: 1, is_closed: false });
        assert_eq!(only(&here, &moderator, group).await, id, "it is not closed");
        assert_eq!(remove().await, Acted { entries: 1, left: 0, is_closed: true });
        let left = case::act(&here.app, &moderator, id, Act { actions: vec![EntryAction::Remove.into()], ..Act::default() }).await;
        assert!(left.is_err(), "{left:?}");
    }
}

/// The same post once more, under another id.
fn another(like: &Entry, id: EntryId) -> NewEntry {
    NewEntry {
        id,
        ap_id: ApId::new(format!("https://far.example/notes/{id}")),
        kind: like.kind,
        group_id: like.group_id,
        author_id: like.author_id,
        thread_id: id,
        parent_id: None,
        depth: 0,
        is_local: false,
        state: EntryState::Published,
        state_reason: None,
        wire_type: "Note".to_owned(),
        page_url: None,
        context_url: None,
        texts: said("casino"),
        published_at: like.published_at,
        edited_at: None,
        received_id: None,
    }
}
