//! Memberships and requests for one.

use guildhall_domain::{
    ActorId, ApId, GroupId,
    admission::{End, Sanction, Sanctions, Standing},
    membership::MembershipState,
};
use guildhall_store::{
    Db,
    membership::{self, Membership, Place},
    moderator, standing,
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, FAR_GROUP, GROUP, LATER, NOW, people};

async fn set(db: &Db, group: GroupId, actor: ActorId, state: MembershipState, follow: Option<&str>) {
    let new = Membership { group_id: group, actor_id: actor, state, follow: follow.map(ApId::new) };
    let mut tx = db.begin().await.unwrap();
    membership::set(&mut tx, &new, NOW).await.unwrap();
    tx.commit().await.unwrap();
}

async fn joined_at(db: &Db) -> Option<i64> {
    let sql = "SELECT joined_at FROM memberships WHERE actor_id = $1";
    db.query(sql).bind(BOB.0).one::<(Option<i64>,)>().await.unwrap().0
}

on_both_engines! {
    async fn a_request_becomes_a_membership_and_keeps_its_follow(db: Db) {
        people(&db).await;
        assert!(membership::find(&db, GROUP, BOB).await.unwrap().is_none());
        set(&db, GROUP, BOB, MembershipState::Pending, Some("x:follow")).await;
        assert_eq!(joined_at(&db).await, None);
        set(&db, GROUP, BOB, MembershipState::Member, None).await;

        let kept = membership::find(&db, GROUP, BOB).await.unwrap().unwrap();
        assert_eq!((kept.state, kept.follow), (MembershipState::Member, Some(ApId::new("x:follow"))));
        assert_eq!(joined_at(&db).await, Some(NOW.0));
        let asked = membership::find_by_follow(&db, &ApId::new("x:follow")).await.unwrap().unwrap();
        assert_eq!((asked.group_id, asked.actor_id), (GROUP, BOB));
        assert!(membership::find_by_follow(&db, &ApId::new("x:other")).await.unwrap().is_none());
    }

    async fn a_new_follow_takes_the_place_of_the_old_one(db: Db) {
        people(&db).await;
        set(&db, GROUP, BOB, MembershipState::Member, Some("x:1")).await;
        set(&db, GROUP, BOB, MembershipState::Member, Some("x:2")).await;
        assert!(membership::find_by_follow(&db, &ApId::new("x:1")).await.unwrap().is_none());
        assert!(membership::find_by_follow(&db, &ApId::new("x:2")).await.unwrap().is_some());
    }

    async fn a_place_is_membership_office_and_bans_together(db: Db) {
        people(&db).await;
        let place = async |group| membership::find_place(&db, group, BOB).await.unwrap();
        let nothing = Place { membership: None, is_moderator: false, standing: Standing::default() };
        assert_eq!(place(GROUP).await, Some(nothing));
        assert_eq!(place(GroupId(404)).await, None);

        set(&db, GROUP, BOB, MembershipState::Pending, None).await;
        let mut tx = db.begin().await.unwrap();
        moderator::insert(&mut tx, GROUP, BOB, NOW).await.unwrap();
        standing::set(&mut tx, Some(GROUP), BOB, Sanction::Ban, End::at(Some(LATER))).await.unwrap();
        standing::set(&mut tx, None, BOB, Sanction::Ban, End::at(None)).await.unwrap();
        tx.commit().await.unwrap();
        let ban = |end| Sanctions { ban: Some(end), ..Sanctions::default() };
        let standing = Standing { instance: ban(End::Open), group: ban(End::At(LATER)) };
        let full = Place { membership: Some(MembershipState::Pending), is_moderator: true, standing };
        assert_eq!(place(GROUP).await, Some(full));
        assert_eq!(place(FAR_GROUP).await, Some(Place { standing: standing.of_instance(), ..nothing }));
    }

    async fn memberships_end_once(db: Db) {
        people(&db).await;
        set(&db, GROUP, BOB, MembershipState::Member, None).await;
        let mut tx = db.begin().await.unwrap();
        assert!(membership::find_locked(&mut tx, GROUP, BOB).await.unwrap().is_some());
        assert!(membership::delete(&mut tx, GROUP, BOB).await.unwrap());
        assert!(!membership::delete(&mut tx, GROUP, BOB).await.unwrap());
        tx.commit().await.unwrap();
        assert!(membership::find(&db, GROUP, BOB).await.unwrap().is_none());
    }

    async fn the_memberships_of_one_actor_are_listed_and_local_members_are_known(db: Db) {
        people(&db).await;
        set(&db, FAR_GROUP, ANN, MembershipState::Pending, None).await;
        set(&db, GROUP, ANN, MembershipState::Member, None).await;
        set(&db, GROUP, BOB, MembershipState::Member, None).await;
        let of_ann = membership::list_of_actor(&db, ANN).await.unwrap();
        assert_eq!(of_ann.iter().map(|found| found.group_id).collect::<Vec<_>>(), [GROUP, FAR_GROUP]);

        assert!(membership::has_local_member(&db, FAR_GROUP).await.unwrap());
        let mut tx = db.begin().await.unwrap();
        membership::delete(&mut tx, GROUP, ANN).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!membership::has_local_member(&db, GROUP).await.unwrap(), "bob lives elsewhere");
        assert!(LATER > NOW);
    }
}
