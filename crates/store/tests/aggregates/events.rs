//! Events: each kind comes back as it went, oldest first, until it is told.

use guildhall_domain::{
    ActorId, CaseId, EntryId, EventId, NoticeId, ReceivedId, Timestamp,
    content::Vote,
    event::{Cause, Event, EventKind},
    membership::{JoinOutcome, JoinRefusal},
};
use guildhall_store::{Db, event, testing::on_both_engines};

use crate::set_up::{ANN as BY, BOB as ACTOR, GROUP, LATER, NOW};

const ENTRY: EntryId = EntryId(7);

/// Every kind in every form. A kind that is not here does not compile: see [`number`].
fn every_kind() -> Vec<EventKind> {
    let (group, actor, entry, by) = (GROUP, ACTOR, ENTRY, BY);
    let mut kinds = vec![
        EventKind::JoinRequested { group, actor },
        EventKind::Left { group, actor },
        EventKind::QuestionsAsked { group, actor },
        EventKind::Invited { group, actor, by, note: "come in".to_owned() },
        EventKind::EntryPublished { entry },
        EventKind::EntryRefused { entry, reason: String::new() },
        EventKind::EntryRefused { entry, reason: "off topic \u{1F41F}".to_owned() },
        EventKind::EntryEdited { entry },
        EventKind::EntryGone { entry, by, removal: None },
        EventKind::EntryGone { entry, by, removal: Some(String::new()) },
        EventKind::EntryGone { entry, by, removal: Some("spam".to_owned()) },
        EventKind::EntryRestored { entry, by },
        EventKind::EntryFollowed { entry, by },
        EventKind::Mirrored { group, entry },
        EventKind::MirrorEnded { group, entry, told: EventId(7) },
        EventKind::GroupChanged { group },
        EventKind::KeysChanged { actor },
        EventKind::Noticed { notice: NoticeId(9) },
        EventKind::Warned { group, actor, entry: None, by, reason: None },
        EventKind::Warned { group, actor, entry: Some(entry), by, reason: Some("be kind".to_owned()) },
        EventKind::CaseSettled { group, case: CaseId(8), by },
        EventKind::Reported {
            group: Some(group),
            entry: Some(entry),
            person: Some(actor),
            by: Some(by),
            text: "look".to_owned(),
            is_forwarded: true,
        },
    ];
    kinds.extend(decisions().map(|(decision, reason)| EventKind::JoinDecided {
        group,
        actor,
        decision,
        reason,
    }));
    let votes = [None, Some(Vote::Up), Some(Vote::Down)];
    for before in votes {
        kinds.extend(votes.map(|vote| EventKind::Voted { entry, actor, vote, before }));
    }
    for flag in [false, true] {
        kinds.push(EventKind::LockChanged { entry, by, locked: flag });
        kinds.push(EventKind::FeatureChanged { entry, by, featured: flag });
        kinds.push(EventKind::ModeratorChanged { group, actor, by, appointed: flag });
        for (until, reason) in [(None, None), (Some(LATER), Some("spam".to_owned()))] {
            kinds.push(EventKind::BanChanged { group, actor, by, banned: flag, until, reason });
        }
    }
    kinds
}

fn decisions() -> impl Iterator<Item = (Result<JoinOutcome, JoinRefusal>, Option<String>)> {
    let outcomes = [JoinOutcome::Joined, JoinOutcome::AwaitingApproval, JoinOutcome::AlreadyMember].map(Ok);
    let refusals =
        [JoinRefusal::Banned, JoinRefusal::InviteNeeded, JoinRefusal::HostBlocked, JoinRefusal::Declined];
    let all: Vec<_> = outcomes.into_iter().chain(refusals.map(Err)).collect();
    all.into_iter().flat_map(|decision| [(decision, None), (decision, Some("because".to_owned()))])
}

/// The place of a kind in the list of kinds. A new one has to be given a place, and put into [`every_kind`].
fn number(kind: &EventKind) -> usize {
    match kind {
        EventKind::JoinDecided { .. } => 0,
        EventKind::JoinRequested { .. } => 1,
        EventKind::Left { .. } => 2,
        EventKind::EntryPublished { .. } => 3,
        EventKind::EntryRefused { .. } => 4,
        EventKind::EntryEdited { .. } => 5,
        EventKind::EntryGone { .. } => 6,
        EventKind::EntryRestored { .. } => 7,
        EventKind::Voted { .. } => 8,
        EventKind::LockChanged { .. } => 9,
        EventKind::FeatureChanged { .. } => 10,
        EventKind::ModeratorChanged { .. } => 11,
        EventKind::BanChanged { .. } => 12,
        EventKind::GroupChanged { .. } => 13,
        EventKind::Reported { .. } => 14,
        EventKind::EntryFollowed { .. } => 15,
        EventKind::KeysChanged { .. } => 16,
        EventKind::QuestionsAsked { .. } => 17,
        EventKind::Invited { .. } => 18,
        EventKind::Noticed { .. } => 19,
        EventKind::Warned { .. } => 20,
        EventKind::CaseSettled { .. } => 21,
        EventKind::Mirrored { .. } => 22,
        EventKind::MirrorEnded { .. } => 23,
    }
}

fn event(id: i64, kind: EventKind) -> Event {
    let cause = if id % 2 == 0 { Cause::Local } else { Cause::Activity(ReceivedId(id * 10)) };
    Event { id: EventId(id), at: Timestamp(NOW.0 + id), cause, kind }
}

async fn append(db: &Db, events: &[Event]) {
    let mut tx = db.begin().await.unwrap();
    event::append_all(&mut tx, events).await.unwrap();
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn every_kind_of_event_comes_back_as_it_went(db: Db) {
        let kinds = every_kind();
        let mut numbers: Vec<usize> = kinds.iter().map(number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers, (0..24).collect::<Vec<_>>(), "a kind is missing here");

        let events: Vec<Event> = (1..).zip(kinds).map(|(id, kind)| event(id, kind)).collect();
        append(&db, &events).await;
        assert_eq!(event::list_unpublished(&db, 1000).await.unwrap(), events);
        assert_eq!(event::list_unpublished(&db, 3).await.unwrap(), events[..3]);
    }

    async fn what_was_told_is_not_listed_and_later_forgotten(db: Db) {
        let events: Vec<Event> =
            (1..=4).map(|id| event(id, EventKind::EntryEdited { entry: EntryId(id) })).collect();
        append(&db, &events).await;
        let mut tx = db.begin().await.unwrap();
        for (id, at) in [(1, NOW), (2, NOW), (3, LATER)] {
            event::mark_published(&mut tx, EventId(id), at).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(event::list_unpublished(&db, 10).await.unwrap(), events[3..]);

        let forget = async |before, limit| {
            let mut tx = db.begin().await.unwrap();
            let forgotten = event::delete_published(&mut tx, before, limit).await.unwrap();
            tx.commit().await.unwrap();
            forgotten
        };
        assert_eq!(forget(NOW, 10).await, 0, "not before");
        assert_eq!(forget(LATER, 1).await, 1);
        assert_eq!(forget(LATER, 10).await, 1);
        assert_eq!(event::list_unpublished(&db, 10).await.unwrap(), events[3..], "what waits stays");
    }

    async fn a_row_that_does_not_convert_is_named(db: Db) {
        append(&db, &[event(1, EventKind::Left { group: GROUP, actor: ActorId(3) })]).await;
        let mut tx = db.begin().await.unwrap();
        tx.query("UPDATE events SET actor_id = NULL WHERE id = 1").execute().await.unwrap();
        tx.commit().await.unwrap();
        let error = event::list_unpublished(&db, 10).await.unwrap_err();
        assert_eq!(error.to_string(), "the stored event 1 is not valid");
    }
}
