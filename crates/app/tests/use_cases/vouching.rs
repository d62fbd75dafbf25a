//! Members who vouch for somebody that waits.

use std::time::Duration;

use guildhall_app::{
    group::{self, ChangeGroup, Leave},
    instance,
    read::{PageRequest, requests},
    welcome::{VouchError, Vouching, set_vouch},
};
use guildhall_domain::{
    ActorId, GroupId,
    admission::{End, Sanction},
    event::{Cause, EventKind},
    group::Admission,
    membership::{JoinOutcome, MembershipState},
    moderation::DecisionAction,
    peering::PeeringAction,
    trust::Trust,
    welcome::VouchRefusal,
};
use guildhall_store::{
    Db,
    acquaintance::{self, Given},
    standing,
    testing::on_both_engines,
    welcome::vouch,
};

use crate::support::{
    FAR, Here,
    people::{admitting, viewer},
};

/// A group that approves, in which two members vouch.
async fn vouching_group(here: &Here) -> GroupId {
    let group = here.group_with("garden", admitting(Admission::Approval)).await;
    let change = ChangeGroup { vouches_needed: Some(2), ..ChangeGroup::default() };
    group::change(&here.app, group, group.actor(), change).await.unwrap();
    group
}

/// A member whom the group knows.
async fn known(here: &Here, group: GroupId, name: &str) -> ActorId {
    let person = newcomer(here, group, name).await;
    let item = here.queue(group).await.into_iter().find(|item| item.actor == person).unwrap();
    guildhall_app::queue::admit(&here.app, item.id, group.actor()).await.unwrap();
    let given = Given { level: Trust::Known, reason: String::new(), by: group.actor() };
    let mut tx = here.app.begin().await.unwrap();
    acquaintance::give(&mut tx, group, person, Some(&given), here.now()).await.unwrap();
    tx.commit().await.unwrap();
    person
}

/// Somebody who waits.
async fn newcomer(here: &Here, group: GroupId, name: &str) -> ActorId {
    let person = here.person(name).await;
    assert_eq!(here.join(group, person).await, JoinOutcome::AwaitingApproval);
    person
}

async fn vouched(here: &Here, group: GroupId, newcomer: ActorId, by: ActorId) -> Vouching {
    set_vouch(&here.app, group, newcomer, by, true).await.unwrap()
}

async fn refusal(here: &Here, group: GroupId, newcomer: ActorId, by: ActorId) -> VouchRefusal {
    match set_vouch(&here.app, group, newcomer, by, true).await.unwrap_err() {
        VouchError::Refused(refusal) => refusal,
        other => panic!("{other}"),
    }
}

on_both_engines! {
    async fn with_as_many_as_the_group_asks_for_the_request_is_let_in(db: Db) {
        let here = Here::new(db);
        let group = vouching_group(&here).await;
        let (ann, ben) = (known(&here, group, "ann").await, known(&here, group, "ben").await);
        let new = newcomer(&here, group, "new").await;
        here.told().await;
        for _ in 0..2 {
            let one = vouched(&here, group, new, ann).await;
            assert_eq!(one, Vouching { vouches: 1, needed: 2, is_admitted: false }, "twice is once");
        }
        assert_eq!(here.membership(group, new).await, Some(MembershipState::Pending));
        let two = vouched(&here, group, new, ben).await;
        assert_eq!(two, Vouching { vouches: 2, needed: 2, is_admitted: true });
        assert_eq!(here.membership(group, new).await, Some(MembershipState::Member));
        assert!(here.queue(group).await.is_empty());
        let joined = EventKind::JoinDecided { group, actor: new, decision: Ok(JoinOutcome::Joined), reason: None };
        assert_eq!(here.told().await, [joined]);
        let record = here.decisions(group).await.pop().unwrap();
        assert_eq!((record.action, record.rule.as_deref()), (DecisionAction::Admit, Some("vouched")));
        let mona = here.moderator(group).await;
        let history = requests::vouches(&here.app, &viewer(mona), group, new).await.unwrap();
        let names: Vec<_> = history.vouched_by.iter().map(|vouch| vouch.person.name.as_str()).collect();
        assert_eq!(names, ["ann", "ben"], "with their names, for moderators");
        assert!(requests::vouches(&here.app, &viewer(ann), group, new).await.is_err());
    }

    async fn a_vouch_can_be_taken_back_before(db: Db) {
        let here = Here::new(db);
        let group = vouching_group(&here).await;
        let (ann, ben) = (known(&here, group, "ann").await, known(&here, group, "ben").await);
        let new = newcomer(&here, group, "new").await;
        vouched(&here, group, new, ann).await;
        assert_eq!(set_vouch(&here.app, group, new, ann, false).await.unwrap().vouches, 0);
        assert!(!vouched(&here, group, new, ben).await.is_admitted);
        // And goes with the request.
        group::leave(&here.app, Leave { group, actor: new, cause: Cause::Local }).await.unwrap();
        here.join(group, new).await;
        assert!(!vouched(&here, group, new, ann).await.is_admitted);
    }

    async fn who_waits_or_is_a_member_is_not_told_to_strangers(db: Db) {
        let here = Here::new(db);
        let group = vouching_group(&here).await;
        let (ann, ben) = (known(&here, group, "ann").await, known(&here, group, "ben").await);
        let (new, eve) = (newcomer(&here, group, "new").await, here.person("eve").await);
        vouched(&here, group, new, ann).await;
        for person in [new, ann, eve] {
            let refused = set_vouch(&here.app, group, person, eve, false).await;
            assert!(matches!(refused, Err(VouchError::Refused(VouchRefusal::NotMember))), "{refused:?}");
        }
        // Of somebody who is a member already nobody says that it is by this call.
        let nothing = set_vouch(&here.app, group, ann, ben, false).await.unwrap();
        assert_eq!(nothing, Vouching { vouches: 0, needed: 2, is_admitted: false });
    }

    async fn not_everybody_can_vouch(db: Db) {
        let here = Here::new(db);
        let group = vouching_group(&here).await;
        let (ann, eve) = (known(&here, group, "ann").await, here.person("eve").await);
        let new = newcomer(&here, group, "new").await;
        assert_eq!(refusal(&here, group, new, eve).await, VouchRefusal::NotMember);
        assert_eq!(refusal(&here, group, new, new).await, VouchRefusal::Oneself);
        assert_eq!(refusal(&here, group, eve, ann).await, VouchRefusal::NotWaiting);
        for sanction in [Sanction::Probation, Sanction::Ban] {
            let mut tx = here.app.begin().await.unwrap();
            standing::set(&mut tx, Some(group), ann, sanction, End::Open).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(refusal(&here, group, new, ann).await, VouchRefusal::Standing, "{sanction}");
        }
        let fresh = newcomer(&here, group, "fresh").await;
        let item = here.queue(group).await.into_iter().find(|item| item.actor == fresh).unwrap();
        guildhall_app::queue::admit(&here.app, item.id, group.actor()).await.unwrap();
        assert_eq!(refusal(&here, group, new, fresh).await, VouchRefusal::NotTrusted);
        let off = ChangeGroup { vouches_needed: Some(0), ..ChangeGroup::default() };
        group::change(&here.app, group, group.actor(), off).await.unwrap();
        let mona = here.moderator(group).await;
        assert_eq!(refusal(&here, group, new, mona).await, VouchRefusal::NotAsked);
        let many = ChangeGroup { vouches_needed: Some(6), ..ChangeGroup::default() };
        assert!(group::change(&here.app, group, group.actor(), many).await.is_err());
    }

    async fn vouches_do_not_loosen_what_the_instance_decided(db: Db) {
        let here = Here::new(db);
        let group = vouching_group(&here).await;
        let (ann, ben) = (known(&here, group, "ann").await, known(&here, group, "ben").await);
        let far = here.remote("far").await;
        instance::set_peering(&here.app, None, FAR, Some(PeeringAction::Limit), None).await.unwrap();
        here.join(group, far).await;
        vouched(&here, group, far, ann).await;
        assert!(!vouched(&here, group, far, ben).await.is_admitted);
        assert_eq!(here.waiting(group).await.reason, "host-limited");
    }

    async fn a_ban_soon_after_is_counted_for_those_who_vouched(db: Db) {
        let here = Here::new(db);
        let group = vouching_group(&here).await;
        let (ann, ben) = (known(&here, group, "ann").await, known(&here, group, "ben").await);
        let mona = here.moderator(group).await;
        for (name, days, failed) in [("soon", 29, 1), ("late", 31, 1)] {
            let new = newcomer(&here, group, name).await;
            vouched(&here, group, new, ann).await;
            vouched(&here, group, new, ben).await;
            here.pass(Duration::from_hours(24 * days));
            here.ban(group, new).await;
            let history = requests::vouches(&here.app, &viewer(mona), group, ann).await.unwrap();
            assert_eq!(history.failed, failed, "{name}");
        }
        assert_eq!(vouch::list_by(&here.app.store, group, ben, 10).await.unwrap().len(), 2);
    }

    async fn members_see_who_waits_and_nobody_else_does(db: Db) {
        let here = Here::new(db);
        let group = vouching_group(&here).await;
        let ann = known(&here, group, "ann").await;
        let new = newcomer(&here, group, "new").await;
        vouched(&here, group, new, ann).await;
        let page = requests::list(&here.app, &viewer(ann), group, PageRequest::default()).await.unwrap();
        let seen: Vec<_> = page.items.iter().map(|request| (request.person.id, request.vouches, request.is_vouched_by_viewer)).collect();
        assert_eq!(seen, [(new, 1, true)]);
        for stranger in [new, here.person("eve").await] {
            assert!(requests::list(&here.app, &viewer(stranger), group, PageRequest::default()).await.is_err());
        }
    }
}
