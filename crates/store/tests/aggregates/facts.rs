//! What the rules are told about an author in a group.

use guildhall_domain::{
    ActorId, GroupId, Timestamp,
    admission::{End, Role, Sanction, Sanctions, Standing},
    group::{Admission, Policy, Posting, Review},
    membership::MembershipState,
    trust::{Seen, Trust, TrustFacts},
};
use guildhall_store::{
    Db,
    acquaintance::{self, Given, More},
    entry::{self, AuthorFacts},
    group::{self, GroupFields},
    membership::{self, Membership},
    moderator, standing,
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, FAR_GROUP, GROUP, LATER, NOW, people, settings};

async fn facts(db: &Db, group: GroupId, author: ActorId) -> Option<AuthorFacts> {
    let mut tx = db.begin().await.unwrap();
    let facts = entry::find_author_facts(&mut tx, group, author).await.unwrap();
    tx.commit().await.unwrap();
    facts
}

async fn join(db: &Db, state: MembershipState) {
    let membership = Membership { group_id: GROUP, actor_id: ANN, state, follow: None };
    let mut tx = db.begin().await.unwrap();
    membership::set(&mut tx, &membership, NOW).await.unwrap();
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn a_stranger_is_an_outsider_in_good_standing(db: Db) {
        people(&db).await;
        let known = facts(&db, GROUP, BOB).await.unwrap();
        assert_eq!((known.role, known.membership, known.standing), (Role::Outsider, None, Standing::default()));
        assert!(known.group_is_local && known.trust == TrustFacts::default());
        assert!(!facts(&db, FAR_GROUP, BOB).await.unwrap().group_is_local);
        assert!(facts(&db, GroupId(999), BOB).await.is_none(), "no such group");
    }

    async fn a_request_is_no_membership_and_office_outranks_it(db: Db) {
        people(&db).await;
        for (state, role) in [(MembershipState::Pending, Role::Outsider), (MembershipState::Member, Role::Member)] {
            join(&db, state).await;
            let known = facts(&db, GROUP, ANN).await.unwrap();
            assert_eq!((known.role, known.membership), (role, Some(state)));
        }
        let mut tx = db.begin().await.unwrap();
        moderator::insert(&mut tx, GROUP, ANN, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(facts(&db, GROUP, ANN).await.unwrap().role, Role::Moderator);
        assert_eq!(facts(&db, FAR_GROUP, ANN).await.unwrap().role, Role::Outsider, "in that group alone");
    }

    async fn bans_of_group_and_instance_are_told_apart_with_their_ends(db: Db) {
        people(&db).await;
        let mut tx = db.begin().await.unwrap();
        standing::set(&mut tx, None, BOB, Sanction::Ban, End::at(Some(LATER))).await.unwrap();
        standing::set(&mut tx, Some(GROUP), BOB, Sanction::Ban, End::at(None)).await.unwrap();
        standing::set(&mut tx, Some(GROUP), ANN, Sanction::Ban, End::at(Some(LATER))).await.unwrap();
        tx.commit().await.unwrap();
        let standing = async |group, author| facts(&db, group, author).await.unwrap().standing;
        let ban = |end| Sanctions { ban: Some(end), ..Sanctions::default() };
        let of_bob = Standing { instance: ban(End::At(LATER)), group: ban(End::Open) };
        assert_eq!(standing(GROUP, BOB).await, of_bob);
        assert_eq!(standing(FAR_GROUP, BOB).await, of_bob.of_instance());
        assert_eq!(standing(GROUP, ANN).await, Standing { instance: Sanctions::default(), group: ban(End::At(LATER)) });
    }

    async fn what_a_group_has_seen_of_somebody_adds_up(db: Db) {
        people(&db).await;
        let see = async |more: &[(ActorId, More)], now: Timestamp| {
            let seen = more.iter().map(|(actor, more)| ((GROUP, *actor), *more)).collect();
            let mut tx = db.begin().await.unwrap();
            acquaintance::add(&mut tx, &seen, now).await.unwrap();
            tx.commit().await.unwrap();
        };
        let day = |days: i64| Timestamp(NOW.0 + days * 86_400_000);
        let (one, none) = (More { accepted: 1, ..More::default() }, More::default());
        see(&[(ANN, one), (BOB, More { answered: 2, ..none })], day(0)).await;
        see(&[(ANN, More { accepted: 2, refused: 1, ..none })], day(0)).await;
        see(&[(ANN, More { answered: 1, ..none })], day(1)).await;
        see(&[(ANN, one)], day(2)).await;
        see(&[(ANN, More { accepted: -1, refused: 1, is_strike: true, ..none })], day(3)).await;
        see(&[(ANN, More { upheld: 1, dismissed: 2, ..none })], day(4)).await;
        let seen = Seen {
            accepted: 3,
            answered: 1,
            days: 2,
            refused: 2,
            upheld: 1,
            dismissed: 2,
            struck_at: Some(day(3)),
            first_at: Some(NOW),
        };
        assert_eq!(facts(&db, GROUP, ANN).await.unwrap().trust.seen, seen);
        assert_eq!(acquaintance::find(&db, GROUP, ANN).await.unwrap(), Some((seen, None)));
        assert_eq!(facts(&db, GROUP, BOB).await.unwrap().trust.seen.answered, 2);
        assert_eq!(facts(&db, FAR_GROUP, ANN).await.unwrap().trust.seen, Seen::default());
    }

    async fn a_level_given_by_hand_stays_until_it_is_taken_back(db: Db) {
        people(&db).await;
        let give = async |given: Option<&Given>| {
            let mut tx = db.begin().await.unwrap();
            acquaintance::give(&mut tx, GROUP, BOB, given, NOW).await.unwrap();
            tx.commit().await.unwrap();
        };
        let helper = Given { level: Trust::Helper, reason: "Answers newcomers".into(), by: ANN };
        give(Some(&helper)).await;
        assert_eq!(facts(&db, GROUP, BOB).await.unwrap().trust.given, Some(Trust::Helper));
        assert_eq!(acquaintance::find(&db, GROUP, BOB).await.unwrap().unwrap().1, Some(helper));
        give(None).await;
        assert_eq!(facts(&db, GROUP, BOB).await.unwrap().trust.given, None);
    }

    async fn the_settings_of_the_group_come_along(db: Db) {
        people(&db).await;
        let policy = Policy { admission: Admission::Approval, posting: Posting::Members, review: Review::All, ..Policy::default() };
        let mut tx = db.begin().await.unwrap();
        group::set_fields(&mut tx, GROUP, &GroupFields { policy, ..settings("Garden") }, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(facts(&db, GROUP, ANN).await.unwrap().policy, policy);
    }
}
