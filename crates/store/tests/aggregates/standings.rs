//! Bans: of a group or the instance, with an end or without.

use guildhall_domain::admission::{End, Sanction};
use guildhall_domain::{ActorId, GroupId, Timestamp};
use guildhall_store::{Db, standing, testing::on_both_engines};

use crate::set_up::{ANN, BOB, FAR_GROUP, GROUP, LATER, NOW, people};

async fn set(db: &Db, group: Option<GroupId>, actor: ActorId, until: Option<Timestamp>) {
    let mut tx = db.begin().await.unwrap();
    standing::set(&mut tx, group, actor, Sanction::Ban, End::at(until)).await.unwrap();
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn a_suspension_holds_until_its_end_and_not_at_it(db: Db) {
        people(&db).await;
        set(&db, None, BOB, Some(LATER)).await;
        assert!(standing::is_suspended(&db, BOB, Timestamp(LATER.0 - 1)).await.unwrap());
        assert!(!standing::is_suspended(&db, BOB, LATER).await.unwrap());
        // A new ban takes the place of the old one.
        set(&db, None, BOB, None).await;
        assert!(standing::is_suspended(&db, BOB, Timestamp(i64::MAX)).await.unwrap());
    }

    async fn who_is_banned_from_the_instance_is_banned_from_every_group(db: Db) {
        people(&db).await;
        let is_banned = async |group, actor, now| {
            let mut tx = db.begin().await.unwrap();
            standing::is_banned(&mut tx, group, actor, now).await.unwrap()
        };
        assert!(!is_banned(Some(GROUP), BOB, NOW).await);
        set(&db, Some(GROUP), BOB, Some(LATER)).await;
        assert!(is_banned(Some(GROUP), BOB, NOW).await);
        assert!(!is_banned(Some(GROUP), BOB, LATER).await, "it is over");
        assert!(!is_banned(Some(FAR_GROUP), BOB, NOW).await, "another group");
        assert!(!is_banned(None, BOB, NOW).await);
        set(&db, None, ANN, None).await;
        assert!(is_banned(Some(GROUP), ANN, NOW).await && is_banned(None, ANN, NOW).await);
    }

    async fn a_ban_from_a_group_is_no_suspension(db: Db) {
        people(&db).await;
        set(&db, Some(GROUP), BOB, None).await;
        assert!(!standing::is_suspended(&db, BOB, NOW).await.unwrap());
        let mut tx = db.begin().await.unwrap();
        assert!(!standing::lift(&mut tx, None, BOB, Sanction::Ban).await.unwrap());
        assert!(standing::lift(&mut tx, Some(GROUP), BOB, Sanction::Ban).await.unwrap());
        assert!(!standing::lift(&mut tx, Some(GROUP), BOB, Sanction::Ban).await.unwrap(), "lifted already");
        tx.commit().await.unwrap();
    }
}
