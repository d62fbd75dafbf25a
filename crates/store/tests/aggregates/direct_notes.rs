//! What groups wrote to people in private.

use guildhall_domain::{ApId, direct_note::NotePurpose};
use guildhall_store::{
    Db,
    direct_note::{self, DirectNote},
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, GROUP, LATER, NOW, people};

on_both_engines! {
    async fn a_note_is_found_by_its_id_and_the_latest_by_whom_it_was_for(db: Db) {
        people(&db).await;
        let note = |id: &str, purpose, created_at| DirectNote {
            ap_id: ApId::new(id),
            group: GROUP,
            actor: BOB,
            purpose,
            subject: 7,
            created_at,
        };
        let (first, second) = (note("x:1", NotePurpose::Questions, NOW), note("x:2", NotePurpose::Questions, LATER));
        let mut tx = db.begin().await.unwrap();
        for note in [&first, &second, &note("x:3", NotePurpose::Notice, LATER), &first] {
            direct_note::insert(&mut tx, note).await.unwrap();
        }
        let latest = direct_note::find_latest(&mut tx, GROUP, BOB, NotePurpose::Questions).await.unwrap();
        assert_eq!(latest, Some(second));
        assert_eq!(direct_note::find_latest(&mut tx, GROUP, ANN, NotePurpose::Questions).await.unwrap(), None);
        tx.commit().await.unwrap();
        assert_eq!(direct_note::find(&db, &first.ap_id).await.unwrap(), Some(first));
        assert_eq!(direct_note::find(&db, &ApId::new("x:4")).await.unwrap(), None);
    }
}
