//! What the rules are told about an author in a group.

use guildhall_domain::{
    ActorId, GroupId,
    admission::{Role, Standing},
    content::EntryState,
    group::{Admission, Policy, Posting, Review},
    membership::MembershipState,
};
use guildhall_store::{
    Db, ban,
    entry::{self, AuthorFacts, NewEntry},
    group::{self, GroupFields},
    membership::{self, Membership},
    moderator,
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, FAR_GROUP, GROUP, LATER, NOW, add, people, post, settings};

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
        assert!(known.group_is_local && !known.admitted_before);
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
        ban::set(&mut tx, None, BOB, Some(LATER), NOW).await.unwrap();
        ban::set(&mut tx, Some(GROUP), BOB, None, NOW).await.unwrap();
        ban::set(&mut tx, Some(GROUP), ANN, Some(LATER), NOW).await.unwrap();
        tx.commit().await.unwrap();
        let standing = async |group, author| facts(&db, group, author).await.unwrap().standing;
        let of_bob = Standing { instance_ban: Some(Some(LATER)), group_ban: Some(None) };
        assert_eq!(standing(GROUP, BOB).await, of_bob);
        assert_eq!(standing(FAR_GROUP, BOB).await, Standing { group_ban: None, ..of_bob });
        assert_eq!(standing(GROUP, ANN).await, Standing { instance_ban: None, group_ban: Some(Some(LATER)) });
    }

    async fn only_what_is_published_here_counts_as_admitted_before(db: Db) {
        people(&db).await;
        add(&db, &[&NewEntry { group_id: FAR_GROUP, ..post(50) }]).await;
        for (id, state) in (1..).zip(EntryState::ALL.iter().filter(|state| **state != EntryState::Published)) {
            add(&db, &[&NewEntry { state: *state, ..post(id) }]).await;
        }
        assert!(!facts(&db, GROUP, ANN).await.unwrap().admitted_before);
        add(&db, &[&post(60)]).await;
        assert!(facts(&db, GROUP, ANN).await.unwrap().admitted_before);
        assert!(!facts(&db, GROUP, BOB).await.unwrap().admitted_before);
    }

    async fn the_settings_of_the_group_come_along(db: Db) {
        people(&db).await;
        let policy = Policy { admission: Admission::Approval, posting: Posting::Members, review: Review::All };
        let mut tx = db.begin().await.unwrap();
        group::set_fields(&mut tx, GROUP, &GroupFields { policy, ..settings("Garden") }, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(facts(&db, GROUP, ANN).await.unwrap().policy, policy);
    }
}
