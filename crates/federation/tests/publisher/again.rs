//! Telling again gives the same, and one event does not stop another.

use guildhall_activitypub::proof::Proof;
use guildhall_app::entry;
use guildhall_domain::{
    EntryId, EventId,
    actor::ActorKind,
    content::Vote,
    event::{Cause, Event, EventKind},
};
use guildhall_store::{Db, event, testing::on_both_engines};
use serde_json::json;

use crate::{
    stage::{BASE, Stage, key_pairs},
    support::{gardening, open, removal, untell, vote},
};

on_both_engines! {
    async fn telling_again_after_a_crash_appends_nothing(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        stage.follow(group, &ann).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await.entry;
        stage.write(group, &mona, Some(post), "Yes").await;
        entry::cast_vote(&stage.app, vote(post, &mona, Some(Vote::Up), Cause::Local)).await.unwrap();
        entry::delete(&stage.app, removal(post, &mona, Some(""), Cause::Local)).await.unwrap();
        stage.publish().await;
        let before = stage.log().await;

        untell(&stage).await;
        stage.advance(3_600_000);
        assert_eq!(stage.publish().await, []);
        assert_eq!(stage.log().await, before);
    }

    async fn rendering_again_gives_the_same_bytes(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        stage.follow(group, &ann).await;
        stage.write(group, &mona, None, "Hello @ann@micro.example").await;
        stage.publish().await;
        let before = stage.log().await;
        let mut tx = stage.app.begin().await.unwrap();
        for table in ["DELETE FROM delivery_targets", "DELETE FROM delivery_log"] {
            tx.query(table).execute().await.unwrap();
        }
        tx.commit().await.unwrap();

        untell(&stage).await;
        stage.advance(3_600_000);
        stage.publish().await;
        assert_eq!(stage.log().await, before);
    }

    async fn an_event_that_cannot_be_told_does_not_stop_the_others(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let lost = Event {
            id: EventId(stage.app.new_id()),
            at: stage.now(),
            cause: Cause::Local,
            kind: EventKind::EntryPublished { entry: EntryId(1) },
        };
        let mut tx = stage.app.begin().await.unwrap();
        event::append(&mut tx, &lost).await.unwrap();
        tx.commit().await.unwrap();
        stage.write(group, &mona, None, "Plant them early.").await;
        assert_eq!(stage.publish().await.len(), 1);
        assert_eq!(event::list_unpublished(&stage.app.store, 10).await.unwrap(), []);
    }

    async fn what_is_passed_on_carries_the_proofs_of_author_and_group(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        stage.write(group, &mona, None, "Plant them early.").await;
        let announce = stage.publish().await[0].group_aware();
        let key = key_pairs().1.public();
        for (document, owner) in [(&announce, "groups/gardening"), (&announce["object"], "users/mona")] {
            let proof = Proof::read(document).unwrap();
            assert_eq!(proof.verification_method().unwrap().as_str(), format!("{BASE}/{owner}#ed25519-key"));
            proof.verify(key, stage.now().as_millis()).unwrap();
            let mut changed = document.clone();
            changed["published"] = json!("2026-03-01T12:00:01Z");
            assert!(Proof::read(&changed).unwrap().verify(key, stage.now().as_millis()).is_err());
        }
    }
}
