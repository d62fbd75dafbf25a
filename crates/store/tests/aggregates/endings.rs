//! What ends by itself is found when it is over, and taken out of the book once.

use guildhall_domain::{
    Timestamp,
    admission::{End, Sanction},
};
use guildhall_store::{
    Db,
    ending::{self, Ended},
    standing,
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, GROUP, NOW, people};

on_both_engines! {
    async fn what_is_over_is_found_earliest_first_and_closed_once(db: Db) {
        people(&db).await;
        let at = |millis: i64| Timestamp(NOW.0 + millis);
        let mut tx = db.begin().await.unwrap();
        for (group, actor, sanction, end) in [
            (Some(GROUP), BOB, Sanction::Ban, End::At(at(2))),
            (None, BOB, Sanction::Mute, End::At(at(1))),
            (Some(GROUP), ANN, Sanction::Probation, End::At(at(9))),
            (Some(GROUP), ANN, Sanction::Ban, End::Open),
        ] {
            standing::set(&mut tx, group, actor, sanction, end).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(ending::find_next(&db).await.unwrap(), Some(at(1)));
        let over = ending::list_sanctions(&db, at(2), 10).await.unwrap();
        let mute = Ended { group: None, actor: BOB, sanction: Sanction::Mute, at: at(1) };
        let ban = Ended { group: Some(GROUP), actor: BOB, sanction: Sanction::Ban, at: at(2) };
        assert_eq!(over, [mute, ban]);
        let mut tx = db.begin().await.unwrap();
        assert!(!ending::close_sanction(&mut tx, &Ended { at: at(3), ..ban }).await.unwrap(), "another one");
        assert!(ending::close_sanction(&mut tx, &ban).await.unwrap());
        assert!(!ending::close_sanction(&mut tx, &ban).await.unwrap(), "closed already");
        tx.commit().await.unwrap();
        assert_eq!(ending::list_sanctions(&db, at(2), 10).await.unwrap(), [mute]);
    }
}
