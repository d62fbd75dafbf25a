//! Locks, featured posts, moderators, reports.

use guildhall_app::{
    case::{self, Report},
    entry::{self, Annotate, Annotation},
    group::{self, ModerationError, SetModerator},
    staff::StaffError,
};
use guildhall_domain::{
    ActorId, ApId, EntryId, GroupId,
    event::{Cause, EventKind},
    moderation::{DecisionAction, Target},
    staff::AppointRefusal,
};
use guildhall_store::{Db, moderator, testing::on_both_engines};

use crate::support::Here;

fn note(entry: EntryId, by: ActorId, annotation: Annotation) -> Annotate {
    Annotate { entry, by, annotation, reason: Some("why".to_owned()), cause: Cause::Local }
}

fn set(group: GroupId, actor: ActorId, by: ActorId, appointed: bool, cause: Cause) -> SetModerator {
    SetModerator { group, actor, by, appointed, cause }
}

on_both_engines! {
    async fn moderators_lock_and_feature_and_take_it_back(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (by, ann) = (here.moderator(group).await, here.person("ann").await);
        let post = here.post(group, ann, "Tomatoes").await;
        here.told().await;
        let (locked, featured) = (Annotation::Locked, Annotation::Featured);
        for (annotation, action, told) in [
            (locked(true), DecisionAction::Lock, EventKind::LockChanged { entry: post, by, locked: true, reason: Some("why".to_owned()) }),
            (featured(true), DecisionAction::Feature, EventKind::FeatureChanged { entry: post, by, featured: true }),
            (locked(false), DecisionAction::Unlock, EventKind::LockChanged { entry: post, by, locked: false, reason: Some("why".to_owned()) }),
            (featured(false), DecisionAction::Unfeature, EventKind::FeatureChanged { entry: post, by, featured: false }),
        ] {
            let cause = here.activity().await;
            entry::annotate(&here.app, Annotate { cause, ..note(post, by, annotation) }).await.unwrap();
            let kept = here.entry(post).await;
            match annotation {
                Annotation::Locked(wanted) => assert_eq!((kept.locked, kept.locked_until), (wanted, None)),
                Annotation::LockedUntil(until) => assert_eq!(kept.locked_until, Some(until)),
                Annotation::Featured(wanted) => assert_eq!(kept.featured, wanted),
            }
            assert_eq!((here.outcome(cause).await, here.caused().await), ("applied".to_owned(), vec![(cause, told)]));
            let record = here.decisions(group).await.pop().unwrap();
            assert_eq!((record.action, record.target, record.by), (action, Target::Entry(post), Some(by)));
            assert_eq!(record.reason.as_deref(), Some("why"));

            let again = here.activity().await;
            entry::annotate(&here.app, Annotate { cause: again, ..note(post, by, annotation) }).await.unwrap();
            assert_eq!(here.outcome(again).await, "ignored");
            assert!(here.told().await.is_empty(), "again changes nothing");
        }
    }

    async fn nobody_else_notes_anything(db: Db) {
        let here = Here::new(db);
        let (group, other) = (here.group("garden").await, here.group("boats").await);
        let ann = here.person("ann").await;
        let post = here.post(group, ann, "Tomatoes").await;
        let of_other = here.moderator(other).await;
        here.told().await;
        for by in [ann, of_other, other.actor()] {
            let cause = here.activity().await;
            let command = Annotate { cause, ..note(post, by, Annotation::Locked(true)) };
            let error = entry::annotate(&here.app, command).await.unwrap_err();
            assert!(matches!(error, ModerationError::NotPermitted(_)), "{error}");
            assert_eq!(here.outcome(cause).await, "refused");
        }
        let cause = here.activity().await;
        let command = Annotate { cause, ..note(EntryId(9), ann, Annotation::Locked(true)) };
        assert!(matches!(entry::annotate(&here.app, command).await, Err(ModerationError::NotFound)));
        assert_eq!(here.outcome(cause).await, "refused");
        assert!(!here.entry(post).await.locked && here.told().await.is_empty());
    }

    async fn moderators_are_appointed_and_dismissed_by_owners(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (first, bob, eve) = (here.owner(group).await, here.remote("bob").await, here.remote("eve").await);
        here.told().await;
        let error = group::set_moderator(&here.app, set(group, eve, bob, true, Cause::Local)).await.unwrap_err();
        assert!(matches!(error, StaffError::Refused(AppointRefusal::NotPermitted(_))), "{error}");

        let mut causes = Vec::new();
        for (actor, by, appointed) in [(bob, first, true), (eve, first, true), (eve, first, false)] {
            let cause = here.activity().await;
            group::set_moderator(&here.app, set(group, actor, by, appointed, cause)).await.unwrap();
            assert_eq!(moderator::exists(&here.app.store, group, actor).await.unwrap(), appointed);
            assert_eq!(here.outcome(cause).await, "applied");
            let told = EventKind::ModeratorChanged { group, actor, by, appointed };
            assert_eq!(here.caused().await, [(cause, told)]);
            let record = here.decisions(group).await.pop().unwrap();
            let action = if appointed { DecisionAction::Appoint } else { DecisionAction::Dismiss };
            assert_eq!((record.action, record.target, record.by), (action, Target::Actor(actor), Some(by)));
            causes.push(cause);
        }
        let again = here.activity().await;
        group::set_moderator(&here.app, set(group, bob, bob, true, again)).await.unwrap();
        assert_eq!(here.outcome(again).await, "ignored", "is one already");

        // The group dismissed Bob since; the activity that appointed him comes up once more.
        group::set_moderator(&here.app, set(group, bob, group.actor(), false, Cause::Local)).await.unwrap();
        here.told().await;
        group::set_moderator(&here.app, set(group, bob, group.actor(), true, causes[0])).await.unwrap();
        assert!(!moderator::exists(&here.app.store, group, bob).await.unwrap());
        assert!(here.told().await.is_empty());
    }

    async fn a_group_elsewhere_speaks_for_itself_and_is_told_what_we_do(db: Db) {
        let here = Here::new(db);
        let group = here.far_group("boats").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let post = here.post(group, ann, "Boat").await;
        here.told().await;
        group::set_moderator(&here.app, set(group, ann, group.actor(), true, Cause::Local)).await.unwrap();
        entry::annotate(&here.app, note(post, group.actor(), Annotation::Locked(true))).await.unwrap();
        assert!(here.told().await.is_empty());
        assert!(here.entry(post).await.locked);

        entry::annotate(&here.app, note(post, ann, Annotation::Locked(false))).await.unwrap();
        group::set_moderator(&here.app, set(group, bob, ann, true, Cause::Local)).await.unwrap();
        assert_eq!(
            here.told().await,
            [
                EventKind::LockChanged { entry: post, by: ann, locked: false, reason: Some("why".to_owned()) },
                EventKind::ModeratorChanged { group, actor: bob, by: ann, appointed: true }
            ]
        );
    }

    async fn reports_are_kept_and_passed_on_to_groups_elsewhere(db: Db) {
        let here = Here::new(db);
        let (group, far) = (here.group("garden").await, here.far_group("boats").await);
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let (post, boat) = (here.post(group, ann, "Tomatoes").await, here.post(far, ann, "Boat").await);
        here.told().await;
        let reporting = |group, entry, reporter| Report {
            group: Some(group),
            entries: vec![entry],
            person: Some(ann),
            ..Report::by(reporter, "x".repeat(6000))
        };
        case::report(&here.app, reporting(group, post, ann)).await.unwrap();
        assert!(here.told().await.is_empty(), "its moderators are here");
        case::report(&here.app, reporting(far, boat, ann)).await.unwrap();
        let told = here.told().await;
        let [EventKind::Reported { group: Some(to), entry, by, text, .. }] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((*to, *entry, *by, text.chars().count()), (far, Some(boat), None, 5000));

        let cause = here.activity().await;
        let flag = Some(ApId::new("https://far.example/flags/1"));
        let flagged = Report { flag, cause, ..reporting(group, post, bob) };
        for _ in 0..2 {
            case::report(&here.app, flagged.clone()).await.unwrap();
            assert_eq!(here.outcome(cause).await, "applied");
        }
        let (kept,): (i64,) = here.app.store.query("SELECT count(*) FROM reports").one().await.unwrap();
        assert_eq!(kept, 3);
        assert!(here.told().await.is_empty());
    }
}
