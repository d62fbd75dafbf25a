//! What a trial of rules reads, and the rulebooks themselves.

use guildhall_domain::{
    ActorId, DecisionId, EntryId,
    admission::Layer,
    content::EntryState,
    moderation::{Decision, DecisionAction, Target},
    trust::{Seen, Trust},
};
use guildhall_store::{
    Db,
    acquaintance::{self, Given, More},
    decision,
    entry::{self, Counted},
    rulebook::{self, Fitted, StoredRulebook},
    testing::on_both_engines,
};
use serde_json::json;

use crate::set_up::{ANN, BOB, FAR_GROUP, GROUP, LATER, NOW, add, comment, people, post};

fn keys(numbers: &[i64]) -> Vec<EntryId> {
    numbers.iter().map(|id| EntryId(*id)).collect()
}

on_both_engines! {
    async fn what_came_in_is_listed_whatever_became_of_it(db: Db) {
        people(&db).await;
        let mut all = vec![post(10)];
        for (id, state) in [(11, EntryState::Held), (12, EntryState::Refused), (13, EntryState::Removed), (14, EntryState::Deleted)] {
            let mut one = post(id);
            one.state = state;
            all.push(one);
        }
        let mut sent = post(15);
        sent.state = EntryState::Sent;
        all.push(sent);
        let mut far = post(16);
        far.group_id = FAR_GROUP;
        all.push(far);
        all.push(comment(17, &post(10)));
        add(&db, &all.iter().collect::<Vec<_>>()).await;

        let list = async |group, since, limit| entry::list_came_keys(&db, group, EntryId(since), limit).await.unwrap();
        assert_eq!(list(Some(GROUP), 0, 100).await, keys(&[17, 14, 13, 12, 11, 10]), "newest first");
        assert_eq!(list(Some(GROUP), 12, 2).await, keys(&[17, 14]));
        assert_eq!(list(None, 12, 100).await, keys(&[17, 14, 13, 12]), "groups hosted here alone");

        let came = entry::list_came(&db, &keys(&[17, 10, 99])).await.unwrap();
        let told: Vec<_> = came.iter().map(|one| (one.id.0, one.author, one.answered, one.group, one.at)).collect();
        assert_eq!(told, [(10, ANN, None, GROUP, NOW), (17, BOB, Some(ANN), GROUP, NOW)]);
        assert_eq!(came[0].texts.title.as_deref(), Some("Post 10"));
    }

    async fn what_groups_counted_of_their_people_is_counted_from_what_is_there(db: Db) {
        people(&db).await;
        let first = post(10);
        let mut removed = post(11);
        removed.state = EntryState::Removed;
        let mut refused = comment(13, &first);
        refused.state = EntryState::Refused;
        add(&db, &[&first, &removed, &comment(12, &first), &refused]).await;
        let counted = async |since| {
            let mut of = std::collections::BTreeMap::<ActorId, Counted>::new();
            for ((group, actor), more) in entry::list_counted(&db, Some(GROUP), EntryId(since)).await.unwrap() {
                assert_eq!(group, GROUP);
                let sum = of.entry(actor).or_default();
                sum.accepted += more.accepted;
                sum.answered += more.answered;
                sum.days += more.days;
                sum.refused += more.refused;
            }
            of
        };
        let all = counted(0).await;
        assert_eq!(all[&ANN], Counted { accepted: 1, answered: 1, days: 1, refused: 1 });
        assert_eq!(all[&BOB], Counted { accepted: 1, answered: 0, days: 1, refused: 1 });
        assert_eq!(counted(12).await[&ANN], Counted { answered: 1, ..Counted::default() });
        assert_eq!(entry::list_counted(&db, None, EntryId(0)).await.unwrap().len(), 3);
    }

    async fn decisions_about_several_entries_come_in_the_order_they_were_made(db: Db) {
        people(&db).await;
        let mut tx = db.begin().await.unwrap();
        for (id, entry) in [(1, 11), (2, 10), (3, 12), (4, 10)] {
            let (target, id) = (Target::Entry(EntryId(entry)), DecisionId(id));
            let record = Decision {
                group: Some(GROUP),
                ..Decision::new(id, DecisionAction::Hold, target, Layer::Rule, NOW)
            };
            decision::insert(&mut tx, &record).await.unwrap();
        }
        tx.commit().await.unwrap();
        let found = decision::list_of_entries(&db, &keys(&[10, 11])).await.unwrap();
        assert_eq!(found.iter().map(|record| record.id.0).collect::<Vec<_>>(), [1, 2, 4]);
        assert!(decision::list_of_entries(&db, &[]).await.unwrap().is_empty());
    }

    async fn what_groups_have_seen_of_several_people_is_read_at_once(db: Db) {
        people(&db).await;
        let mut tx = db.begin().await.unwrap();
        let more = More { accepted: 2, ..More::default() };
        acquaintance::add(&mut tx, &[((GROUP, ANN), more), ((FAR_GROUP, ANN), more)].into(), NOW).await.unwrap();
        let given = Given { level: Trust::Helper, reason: "Helps.".to_owned(), by: ANN };
        acquaintance::give(&mut tx, GROUP, BOB, Some(&given), NOW).await.unwrap();
        tx.commit().await.unwrap();
        let mut found = acquaintance::list_of_people(&db, Some(GROUP), &[ANN, BOB, ActorId(99)]).await.unwrap();
        found.sort_by_key(|(of, _)| *of);
        let seen = Seen { accepted: 2, days: 1, first_at: Some(NOW), ..Seen::default() };
        assert_eq!(found[0], ((GROUP, ANN), (seen, None)));
        assert_eq!(found[1].1.1, Some(given));
        assert_eq!(acquaintance::list_of_people(&db, None, &[ANN]).await.unwrap().len(), 2);
    }

    async fn a_rulebook_takes_the_place_of_the_revision_that_was_read(db: Db) {
        people(&db).await;
        let book = |revision| StoredRulebook { revision, body: json!({ "rules": [], "revision": revision }), updated_at: NOW };
        let mut tx = db.begin().await.unwrap();
        assert!(!rulebook::set(&mut tx, Some(GROUP), 1, &book(2)).await.unwrap(), "there is none yet");
        assert!(rulebook::set(&mut tx, Some(GROUP), 0, &book(1)).await.unwrap());
        assert!(!rulebook::set(&mut tx, Some(GROUP), 0, &book(1)).await.unwrap(), "there is one by now");
        assert!(rulebook::set(&mut tx, Some(GROUP), 1, &book(2)).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(rulebook::find(&db, Some(GROUP)).await.unwrap(), Some(book(2)));
        assert_eq!(rulebook::find(&db, None).await.unwrap(), None);
    }

    async fn figures_add_up_by_day_and_end_after_a_time(db: Db) {
        people(&db).await;
        let of = |scope: i64, rule: &str| (scope, rule.to_owned());
        let once = Fitted::from([(of(GROUP.0, "a"), 1), (of(0, "b"), 2)]);
        let next_day = guildhall_domain::Timestamp(LATER.0 + 86_400_000);
        let mut tx = db.begin().await.unwrap();
        for now in [NOW, LATER, next_day] {
            rulebook::add_fitted(&mut tx, &once, now).await.unwrap();
        }
        tx.commit().await.unwrap();
        let today = NOW.day();
        let list = async |group, since| rulebook::list_fitted(&db, group, since).await.unwrap();
        assert_eq!(list(Some(GROUP), today).await, [("a".to_owned(), today, 2), ("a".to_owned(), today + 1, 1)]);
        assert_eq!(list(None, today + 1).await, [("b".to_owned(), today + 1, 2)]);
        let mut tx = db.begin().await.unwrap();
        assert_eq!(rulebook::prune_fitted(&mut tx, today + 1).await.unwrap(), 2);
        tx.commit().await.unwrap();
        assert_eq!(list(Some(GROUP), 0).await.len(), 1);
    }
}
