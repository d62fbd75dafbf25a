//! Received activities: kept once, ended once.

use std::time::Duration;

use guildhall_domain::{ApId, QueueItemId, ReceivedId, Timestamp};
use guildhall_store::{
    Db,
    queue::{self, QueueItem, QueueKind},
    received::{self, NewReceived, Outcome, Place, SHARDS, shard_of},
    testing::on_both_engines,
};

use crate::set_up::{BOB, GROUP, LATER, NOW, people};

fn new(id: i64) -> NewReceived {
    NewReceived {
        id: ReceivedId(id),
        ap_id: ApId::new(format!("https://far.example/activities/{id}")),
        actor: ApId::new("https://far.example/bob"),
        host: "far.example".to_owned(),
        verb: "Create".to_owned(),
        via: Some(ApId::new("https://boats.example/group")),
        body: vec![b'{', 0, 255, b'}'],
    }
}

async fn receive(db: &Db, id: i64, at: Timestamp) -> bool {
    let mut tx = db.begin().await.unwrap();
    let is_new = received::insert(&mut tx, &new(id), at).await.unwrap();
    tx.commit().await.unwrap();
    is_new
}

async fn finish(db: &Db, id: i64, outcome: Outcome, at: Timestamp) -> bool {
    let mut tx = db.begin().await.unwrap();
    let is_first = received::finish(&mut tx, ReceivedId(id), outcome, Some("why"), at).await.unwrap();
    tx.commit().await.unwrap();
    is_first
}

async fn due(db: &Db, at: Timestamp) -> Vec<i64> {
    received::list_due(db, at, 50).await.unwrap().iter().map(|received| received.id.0).collect()
}

async fn forget(db: &Db, before: Timestamp, limit: usize) -> u64 {
    let mut tx = db.begin().await.unwrap();
    let forgotten = received::delete_finished(&mut tx, before, limit).await.unwrap();
    tx.commit().await.unwrap();
    forgotten
}

fn minutes(count: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(60 * count))
}

on_both_engines! {
    async fn an_activity_is_kept_once_with_its_exact_bytes(db: Db) {
        assert!(receive(&db, 1, NOW).await);
        let mut tx = db.begin().await.unwrap();
        let again = NewReceived { id: ReceivedId(2), body: b"other".to_vec(), ..new(1) };
        assert!(!received::insert(&mut tx, &again, LATER).await.unwrap());
        tx.commit().await.unwrap();

        let kept = received::find(&db, ReceivedId(1)).await.unwrap().unwrap();
        assert_eq!((&kept.ap_id, &kept.actor, &kept.via), (&new(1).ap_id, &new(1).actor, &new(1).via));
        assert_eq!((kept.host.as_str(), kept.verb.as_str(), kept.attempts), ("far.example", "Create", 0));
        assert_eq!((kept.body, kept.received_at), (new(1).body, NOW));
        assert!(received::exists(&db, &new(1).ap_id).await.unwrap());
        assert!(!received::exists(&db, &new(2).ap_id).await.unwrap());
        assert_eq!(received::find_by_ap_id(&db, &new(1).ap_id).await.unwrap().unwrap().id, ReceivedId(1));
        assert!(received::find(&db, ReceivedId(2)).await.unwrap().is_none());
    }

    async fn an_activity_ends_once_and_only_the_first_outcome_counts(db: Db) {
        receive(&db, 1, NOW).await;
        assert!(finish(&db, 1, Outcome::Held, NOW).await);
        assert!(!finish(&db, 1, Outcome::Applied, LATER).await);
        assert!(!finish(&db, 9, Outcome::Applied, NOW).await, "never received");
        let row: (String, String, String, i64) = db
            .query("SELECT state, outcome, reason, finished_at FROM received_activities")
            .one()
            .await
            .unwrap();
        assert_eq!(row, ("done".to_owned(), "held".to_owned(), "why".to_owned(), NOW.0));
        assert!(due(&db, LATER).await.is_empty());
    }

    async fn what_came_first_is_due_first_and_what_was_put_off_later(db: Db) {
        assert_eq!(received::next_due(&db).await.unwrap(), None);
        // By several nodes, whose clocks do not agree.
        for (id, at) in [(1, minutes(3)), (2, minutes(1)), (3, minutes(1)), (4, minutes(9))] {
            receive(&db, id, at).await;
        }
        assert_eq!(due(&db, minutes(3)).await, [1, 2, 3, 4]);
        assert_eq!(received::list_due(&db, minutes(3), 1).await.unwrap().len(), 1);
        assert_eq!(received::next_due(&db).await.unwrap(), Some(Timestamp(0)));
        finish(&db, 4, Outcome::Ignored, NOW).await;

        finish(&db, 3, Outcome::Ignored, NOW).await;
        let mut tx = db.begin().await.unwrap();
        received::reschedule(&mut tx, ReceivedId(2), minutes(5), "unreachable").await.unwrap();
        received::reschedule(&mut tx, ReceivedId(3), minutes(5), "ended").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(due(&db, minutes(4)).await, [1]);
        assert_eq!(due(&db, minutes(5)).await, [1, 2]);
        assert_eq!(received::find(&db, ReceivedId(2)).await.unwrap().unwrap().attempts, 1);
        assert_eq!(received::find(&db, ReceivedId(3)).await.unwrap().unwrap().attempts, 0, "had ended");
    }

    async fn what_is_due_is_paged_with_the_lane_whose_order_it_keeps(db: Db) {
        let (bob, group) = (new(1).actor, new(1).via.unwrap());
        for (id, at, via) in [(1, 2, None), (2, 1, Some(&group)), (3, 1, None), (4, 1, None), (5, 9, None)] {
            let mut tx = db.begin().await.unwrap();
            let new = NewReceived { via: via.cloned(), ..new(id) };
            received::insert(&mut tx, &new, minutes(at)).await.unwrap();
            tx.commit().await.unwrap();
        }
        finish(&db, 4, Outcome::Applied, NOW).await;
        let (mut seen, mut after) = (Vec::new(), Place::FIRST);
        let all: Vec<u8> = (0..SHARDS).collect();
        loop {
            let page = received::list_due_lanes(&db, &all, minutes(2), after, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = last.place;
            assert!(page.iter().all(|due| due.host == new(1).host && due.bytes == new(1).body.len()), "{page:?}");
            seen.extend(page.into_iter().map(|due| (due.id.0, due.lane)));
        }
        assert_eq!(seen, [(1, bob.clone()), (2, group.clone()), (3, bob.clone()), (5, bob.clone())]);

        let others: Vec<u8> = all.iter().copied().filter(|shard| *shard != shard_of(&bob)).collect();
        let page = received::list_due_lanes(&db, &others, minutes(2), Place::FIRST, 9).await.unwrap();
        assert_eq!(page.iter().map(|due| due.id.0).collect::<Vec<_>>(), [2], "what is in other shards alone");

        let queued = received::list_queued(&db, &[5, 4, 1].map(ReceivedId)).await.unwrap();
        assert_eq!(queued.iter().map(|one| one.id.0).collect::<Vec<_>>(), [5, 1], "the other has ended");
        assert_eq!(queued[1].lane(), &new(1).actor);
    }

    async fn what_takes_back_waits_for_what_it_may_take_back(db: Db) {
        let (bob, eve) = (new(1).actor, ApId::new("https://far.example/eve"));
        for (id, verb) in [(1, "Delete"), (2, "Create"), (3, "Undo")] {
            let mut tx = db.begin().await.unwrap();
            let new = NewReceived { verb: verb.to_owned(), ..new(id) };
            received::insert(&mut tx, &new, NOW).await.unwrap();
            tx.commit().await.unwrap();
        }
        let has_earlier = async |actor, id| received::has_earlier(&db, actor, ReceivedId(id)).await.unwrap();
        assert!(has_earlier(&bob, 3).await);
        assert!(!has_earlier(&bob, 2).await, "a deletion is nothing to wait for");
        assert!(!has_earlier(&eve, 3).await);
        finish(&db, 2, Outcome::Applied, NOW).await;
        assert!(!has_earlier(&bob, 3).await);
    }

    async fn what_came_by_a_group_alone_and_had_no_effect_has_another_chance_from_its_author(db: Db) {
        let direct = |id| NewReceived { via: None, body: b"signed".to_vec(), ..new(id) };
        let set = async |id| {
            let mut tx = db.begin().await.unwrap();
            let has_chance = received::set_direct(&mut tx, &direct(id)).await.unwrap();
            tx.commit().await.unwrap();
            has_chance
        };
        for (id, outcome) in [(1, Outcome::Ignored), (2, Outcome::Applied)] {
            receive(&db, id, NOW).await;
            assert!(!set(id).await, "it still waits");
            assert!(received::exists(&db, &new(id).ap_id).await.unwrap());
            finish(&db, id, outcome, NOW).await;
        }
        assert!(!received::exists(&db, &new(1).ap_id).await.unwrap(), "is to be taken in");
        assert!(received::exists(&db, &new(2).ap_id).await.unwrap());
        assert!(!set(2).await && set(1).await && !set(1).await);
        assert_eq!(due(&db, LATER).await, [1]);
        let again = received::find(&db, ReceivedId(1)).await.unwrap().unwrap();
        assert_eq!((again.via, again.body), (None, b"signed".to_vec()));
        assert!(finish(&db, 1, Outcome::Applied, LATER).await);
    }

    async fn what_came_from_its_author_alone_has_another_chance_as_the_word_of_a_group(db: Db) {
        let via = ApId::new("https://boats.example/group");
        let announce = async |id| {
            let mut tx = db.begin().await.unwrap();
            let waits = received::is_queued(&mut tx, &new(id).ap_id).await.unwrap();
            let is_due = received::set_announced(&mut tx, &new(id).ap_id, &via).await.unwrap();
            tx.commit().await.unwrap();
            (waits, is_due)
        };
        for (id, outcome) in [(1, Outcome::Refused), (2, Outcome::Ignored), (3, Outcome::Applied), (4, Outcome::Held)] {
            let mut tx = db.begin().await.unwrap();
            received::insert(&mut tx, &NewReceived { via: None, ..new(id) }, NOW).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(announce(id).await, (true, false));
            finish(&db, id, outcome, NOW).await;
            let had_effect = matches!(outcome, Outcome::Applied | Outcome::Held);
            assert_eq!(announce(id).await, (false, !had_effect), "{outcome:?}");
            assert_eq!(announce(id).await, (false, false), "once");
        }
        assert_eq!(due(&db, LATER).await, [1, 2]);
        assert_eq!(received::find(&db, ReceivedId(1)).await.unwrap().unwrap().via, Some(via));
    }

    async fn what_ended_long_ago_is_forgotten_but_for_what_the_queue_needs(db: Db) {
        people(&db).await;
        for id in 1..=6 {
            receive(&db, id, NOW).await;
        }
        for (id, at) in [(1, NOW), (2, NOW), (3, NOW), (4, NOW), (5, minutes(9))] {
            finish(&db, id, Outcome::Applied, at).await;
        }
        let waiting = |id| QueueItem {
            id: QueueItemId(id),
            kind: QueueKind::Join,
            group: GROUP,
            actor: BOB,
            entry: None,
            object: None,
            title: String::new(),
            reason: String::new(),
            edit: None,
            written_at: None,
            received: Some(ReceivedId(id)),
            received_at: NOW,
            decided_at: None,
        };
        let mut tx = db.begin().await.unwrap();
        queue::insert(&mut tx, &waiting(1)).await.unwrap();
        queue::insert(&mut tx, &waiting(2)).await.unwrap();
        queue::set_decided(&mut tx, QueueItemId(2), NOW).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(forget(&db, NOW, 50).await, 0, "not before");
        assert_eq!(forget(&db, minutes(5), 1).await, 1);
        assert_eq!(forget(&db, minutes(5), 50).await, 2);
        let mut left = Vec::new();
        for id in 1..=6 {
            left.extend(received::find(&db, ReceivedId(id)).await.unwrap().map(|received| received.id.0));
        }
        assert_eq!(left, [1, 5, 6], "needed by the queue; ended just now; not ended");
    }

    async fn what_had_no_effect_is_due_again_once_when_a_group_announces_it(db: Db) {
        let (group, known) = (ApId::new("https://boats.example/group"), new(1).ap_id);
        for (id, outcome, is_due_again) in [
            (1, Outcome::Ignored, true),
            (2, Outcome::Refused, true),
            (3, Outcome::Applied, false),
            (4, Outcome::Held, false),
        ] {
            let direct = NewReceived { via: None, ..new(id) };
            let mut tx = db.begin().await.unwrap();
            assert!(received::insert(&mut tx, &direct, NOW).await.unwrap());
            assert!(!received::set_announced(&mut tx, &direct.ap_id, &group).await.unwrap(), "not ended yet");
            assert!(received::is_queued(&mut tx, &direct.ap_id).await.unwrap());
            tx.commit().await.unwrap();
            finish(&db, id, outcome, NOW).await;
            let mut tx = db.begin().await.unwrap();
            let again = received::set_announced(&mut tx, &direct.ap_id, &group).await.unwrap();
            assert_eq!(again, is_due_again, "{outcome:?}");
            assert!(!received::is_queued(&mut tx, &direct.ap_id).await.unwrap());
            tx.commit().await.unwrap();
        }
        assert_eq!(due(&db, LATER).await, [1, 2]);
        assert_eq!(received::find_by_ap_id(&db, &known).await.unwrap().unwrap().via, Some(group.clone()));
        finish(&db, 1, Outcome::Ignored, LATER).await;
        let mut tx = db.begin().await.unwrap();
        assert!(!received::set_announced(&mut tx, &known, &group).await.unwrap(), "the group has had its say");
    }
}
