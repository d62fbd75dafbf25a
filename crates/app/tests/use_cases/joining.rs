//! Joining and leaving.

use guildhall_app::{
    group::{self, JoinError, Leave, RequestJoin},
    instance,
};
use guildhall_domain::{
    ActorId, ApId, GroupId,
    admission::Layer,
    event::{Cause, EventKind},
    group::Admission,
    membership::{JoinOutcome, JoinRefusal, MembershipState},
    moderation::{DecisionAction, Target},
    peering::PeeringAction,
};
use guildhall_store::{Db, delivery::subscription, membership, queue::QueueKind, testing::on_both_engines};

use crate::support::{
    FAR, Here,
    people::{admitting, asking},
};

/// A Follow from elsewhere.
async fn follow(here: &Here, group: GroupId, actor: ActorId) -> RequestJoin {
    let cause = here.activity().await;
    let follow = ApId::new(format!("https://far.example/follows/{}", cause.received().unwrap()));
    RequestJoin { follow: Some(follow), cause, ..asking(group, actor) }
}

async fn leave(here: &Here, group: GroupId, actor: ActorId, cause: Cause) -> bool {
    group::leave(&here.app, Leave { group, actor, cause }).await.unwrap()
}

fn decided(group: GroupId, actor: ActorId, decision: Result<JoinOutcome, JoinRefusal>) -> EventKind {
    EventKind::JoinDecided { group, actor, decision, reason: None }
}

on_both_engines! {
    async fn whoever_asks_an_open_group_is_in_and_is_told(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        assert_eq!(here.join(group, ann).await, JoinOutcome::Joined);
        let by_follow = follow(&here, group, bob).await;
        assert_eq!(group::request_join(&here.app, by_follow.clone()).await.unwrap(), JoinOutcome::Joined);

        assert_eq!(here.counts(group).await, (2, 0, 0));
        assert_eq!(here.outcome(by_follow.cause).await, "applied");
        let kept = membership::find(&here.app.store, group, bob).await.unwrap().unwrap();
        assert_eq!((kept.state, kept.follow), (MembershipState::Member, by_follow.follow));
        let joined = |actor| decided(group, actor, Ok(JoinOutcome::Joined));
        assert_eq!(here.caused().await, [(Cause::Local, joined(ann)), (by_follow.cause, joined(bob))]);
        assert_eq!(subscription::list_hosts(&here.app.store, group).await.unwrap(), [FAR]);

        // A repeated Follow is answered again and changes nothing.
        let again = follow(&here, group, bob).await;
        assert_eq!(group::request_join(&here.app, again.clone()).await.unwrap(), JoinOutcome::AlreadyMember);
        assert_eq!(here.caused().await, [(again.cause, decided(group, bob, Ok(JoinOutcome::AlreadyMember)))]);
        assert_eq!(here.counts(group).await, (2, 0, 0));
    }

    async fn a_group_that_approves_holds_the_request_until_it_is_withdrawn_or_asked_anew(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", admitting(Admission::Approval)).await;
        let bob = here.remote("bob").await;
        let first = follow(&here, group, bob).await;
        let outcome = group::request_join(&here.app, first.clone()).await.unwrap();
        assert_eq!(outcome, JoinOutcome::AwaitingApproval);
        assert_eq!(here.outcome(first.cause).await, "held");
        let record = here.decisions(group).await.pop().unwrap();
        assert_eq!((record.action, record.target), (DecisionAction::Hold, Target::Actor(bob)));
        assert_eq!(here.membership(group, bob).await, Some(MembershipState::Pending));
        assert_eq!(here.counts(group).await, (0, 0, 0));
        assert!(subscription::list_hosts(&here.app.store, group).await.unwrap().is_empty());
        let item = here.waiting(group).await;
        assert_eq!((item.kind, item.actor, item.title.as_str()), (QueueKind::Join, bob, "@bob@far.example"));
        assert_eq!((item.object, item.received), (first.follow, first.cause.received()));

        let again = follow(&here, group, bob).await;
        group::request_join(&here.app, again.clone()).await.unwrap();
        assert_eq!(here.waiting(group).await.object, again.follow, "one item, for the latest Follow");
        assert_eq!(here.decisions(group).await.len(), 1, "the same answer is no new decision");
        let undo = here.activity().await;
        assert!(leave(&here, group, bob, undo).await);
        assert_eq!(here.outcome(undo).await, "applied");
        assert!(here.queue(group).await.is_empty());
        assert_eq!(here.membership(group, bob).await, None);
        assert_eq!(here.counts(group).await, (0, 0, 0));
    }

    async fn who_may_not_join_is_refused_and_told_so(db: Db) {
        let here = Here::new(db);
        let (open, invite) = (here.group("garden").await, here.group_with("club", admitting(Admission::Invite)).await);
        let (bob, eve) = (here.remote("bob").await, here.remote("eve").await);
        here.ban(open, bob).await;
        instance::set_peering(&here.app, Some(invite), FAR, Some(PeeringAction::Block), None).await.unwrap();
        here.told().await;
        let invite_other = here.group_with("other", admitting(Admission::Invite)).await;
        for (group, actor, refusal) in [
            (open, bob, JoinRefusal::Banned),
            (invite_other, eve, JoinRefusal::InviteNeeded),
            (invite, eve, JoinRefusal::HostBlocked),
        ] {
            let command = follow(&here, group, actor).await;
            let cause = command.cause;
            let error = group::request_join(&here.app, command).await.unwrap_err();
            assert!(matches!(error, JoinError::Refused(found) if found == refusal), "{error}");
            assert_eq!(here.outcome(cause).await, "refused");
            assert_eq!(here.caused().await, [(cause, decided(group, actor, Err(refusal)))]);
            let record = here.decisions(group).await.pop().unwrap();
            assert_eq!((record.action, record.target), (DecisionAction::Refuse, Target::Actor(actor)));
            assert_eq!((record.layer, record.rule.as_deref()), (refusal.layer(), Some(refusal.code())));
            assert_eq!(record.reason, Some(refusal.to_string()));
            assert_eq!(here.membership(group, actor).await, None);
            assert_eq!(here.counts(group).await, (0, 0, 0));
        }
        instance::set_peering(&here.app, None, FAR, Some(PeeringAction::Block), None).await.unwrap();
        group::request_join(&here.app, asking(open, eve)).await.unwrap_err();
        let record = here.decisions(open).await.pop().unwrap();
        assert_eq!(record.layer, Layer::InstancePeering, "not the group's own list");
        let moderator = here.moderator(invite_other).await;
        assert_eq!(here.join(invite_other, moderator).await, JoinOutcome::Joined, "moderators need no invitation");
    }

    async fn members_of_limited_hosts_wait_for_a_moderator(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        instance::set_peering(&here.app, None, "EXAMPLE", Some(PeeringAction::Limit), None).await.unwrap();
        assert_eq!(here.join(group, bob).await, JoinOutcome::AwaitingApproval);
        assert_eq!(here.join(group, ann).await, JoinOutcome::Joined, "our own host is never listed");
    }

    async fn a_group_elsewhere_is_asked_and_left_there(db: Db) {
        let here = Here::new(db);
        let group = here.far_group("boats").await;
        let ann = here.person("ann").await;
        assert_eq!(here.join(group, ann).await, JoinOutcome::AwaitingApproval);
        assert_eq!(here.told().await, [EventKind::JoinRequested { group, actor: ann }]);
        let asked = membership::find(&here.app.store, group, ann).await.unwrap().unwrap();
        assert!(asked.follow.unwrap().as_str().starts_with("https://here.example/activities/"));
        assert!(here.queue(group).await.is_empty(), "nobody here decides");

        assert!(leave(&here, group, ann, Cause::Local).await);
        assert_eq!(here.told().await, [EventKind::Left { group, actor: ann }]);
        assert!(!leave(&here, group, ann, Cause::Local).await, "nothing to leave");
        assert!(here.told().await.is_empty());
        assert_eq!(here.counts(group).await, (0, 0, 0));
    }

    async fn leaving_ends_the_membership_and_what_hangs_on_it(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, bob, eve) = (here.person("ann").await, here.remote("bob").await, here.remote("eve").await);
        for actor in [ann, bob, eve] {
            here.join(group, actor).await;
        }
        assert!(leave(&here, group, bob, Cause::Local).await);
        assert_eq!(here.counts(group).await, (2, 0, 0));
        assert_eq!(subscription::list_hosts(&here.app.store, group).await.unwrap(), [FAR], "eve is still there");
        assert!(leave(&here, group, eve, Cause::Local).await);
        assert!(subscription::list_hosts(&here.app.store, group).await.unwrap().is_empty());

        let (again, nowhere) = (here.activity().await, here.activity().await);
        assert!(!leave(&here, group, bob, again).await);
        assert!(!leave(&here, GroupId(9), bob, nowhere).await);
        assert_eq!((here.outcome(again).await, here.outcome(nowhere).await), ("ignored".into(), "ignored".into()));
        assert_eq!(here.counts(group).await, (1, 0, 0), "never below what is there");
    }

    async fn the_same_activity_a_second_time_has_no_effect(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let bob = here.remote("bob").await;
        let command = follow(&here, group, bob).await;
        group::request_join(&here.app, command.clone()).await.unwrap();
        let undo = here.activity().await;
        leave(&here, group, bob, undo).await;
        here.told().await;

        group::request_join(&here.app, command).await.unwrap();
        assert_eq!(here.membership(group, bob).await, None, "it was taken back since");
        assert!(here.told().await.is_empty());
        here.join(group, bob).await;
        assert!(!leave(&here, group, bob, undo).await);
        assert_eq!(here.counts(group).await, (1, 0, 0), "joined again since");
    }
}
