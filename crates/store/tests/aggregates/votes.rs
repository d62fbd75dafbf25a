//! Votes and reactions.

use guildhall_domain::{EntryId, content::Vote};
use guildhall_store::{Db, report, report::NewReport, testing::on_both_engines, vote};

use crate::set_up::{ANN, BOB, GROUP, NOW, add, people, post};

async fn cast(db: &Db, entry: i64, wanted: Option<Vote>) -> Option<Vote> {
    let mut tx = db.begin().await.unwrap();
    vote::set(&mut tx, EntryId(entry), ANN, wanted, NOW).await.unwrap();
    let kept = vote::find_locked(&mut tx, EntryId(entry), ANN).await.unwrap();
    tx.commit().await.unwrap();
    kept
}

async fn reactions(db: &Db) -> Vec<(i64, String)> {
    db.query("SELECT actor_id, emoji FROM reactions ORDER BY actor_id, emoji").all().await.unwrap()
}

on_both_engines! {
    async fn a_vote_replaces_the_one_before_and_can_be_withdrawn(db: Db) {
        people(&db).await;
        add(&db, &[&post(1), &post(2), &post(3)]).await;
        for wanted in [Some(Vote::Up), Some(Vote::Up), Some(Vote::Down), None, None, Some(Vote::Up)] {
            assert_eq!(cast(&db, 1, wanted).await, wanted);
        }
        cast(&db, 2, Some(Vote::Down)).await;

        let mut mine = vote::list_of_actor(&db, ANN, &[EntryId(3), EntryId(2), EntryId(1)]).await.unwrap();
        mine.sort_by_key(|(entry, _)| *entry);
        assert_eq!(mine, [(EntryId(1), Vote::Up), (EntryId(2), Vote::Down)]);
        assert_eq!(vote::list_of_actor(&db, ANN, &[EntryId(2)]).await.unwrap().len(), 1);
        assert!(vote::list_of_actor(&db, ANN, &[]).await.unwrap().is_empty());
        assert!(vote::list_of_actor(&db, BOB, &[EntryId(1)]).await.unwrap().is_empty());
    }

    async fn reactions_are_kept_one_of_a_kind_and_taken_back_one_or_all(db: Db) {
        people(&db).await;
        add(&db, &[&post(1)]).await;
        let mut tx = db.begin().await.unwrap();
        for (actor, emoji) in [(ANN, "a"), (ANN, "b"), (ANN, "b"), (ANN, "c"), (BOB, "a")] {
            vote::insert_reaction(&mut tx, EntryId(1), actor, emoji, NOW).await.unwrap();
        }
        vote::delete_reactions(&mut tx, EntryId(1), ANN, Some("a")).await.unwrap();
        tx.commit().await.unwrap();
        let left = |who: guildhall_domain::ActorId, emoji: &str| (who.0, emoji.to_owned());
        assert_eq!(reactions(&db).await, [left(ANN, "b"), left(ANN, "c"), left(BOB, "a")]);

        let mut tx = db.begin().await.unwrap();
        vote::delete_reactions(&mut tx, EntryId(1), ANN, None).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(reactions(&db).await, [left(BOB, "a")]);
    }

    async fn a_report_is_kept_once_for_each_flag(db: Db) {
        people(&db).await;
        add(&db, &[&post(1)]).await;
        let flagged = |id, flag: Option<&str>| NewReport {
            id,
            ap_id: flag.map(guildhall_domain::ApId::new),
            group: Some(GROUP),
            case: None,
            is_named: false,
            reporter: BOB,
            entry: Some(EntryId(1)),
            actor: Some(ANN),
            text: "spam".to_owned(),
        };
        let mut tx = db.begin().await.unwrap();
        assert!(report::insert(&mut tx, &flagged(1, Some("x:flag")), NOW).await.unwrap());
        assert!(!report::insert(&mut tx, &flagged(2, Some("x:flag")), NOW).await.unwrap());
        assert!(report::insert(&mut tx, &flagged(3, None), NOW).await.unwrap());
        assert!(report::insert(&mut tx, &flagged(4, None), NOW).await.unwrap(), "made here, each counts");
        tx.commit().await.unwrap();
        let kept: Vec<(i64, Option<i64>, Option<i64>, String)> =
            db.query("SELECT id, entry_id, actor_id, text FROM reports ORDER BY id").all().await.unwrap();
        assert_eq!(kept.iter().map(|row| row.0).collect::<Vec<_>>(), [1, 3, 4]);
        assert_eq!(kept[0], (1, Some(1), Some(ANN.0), "spam".to_owned()));
    }
}
