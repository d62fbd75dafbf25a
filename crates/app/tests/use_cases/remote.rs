//! What other servers tell of their own.

use guildhall_app::{
    entry,
    group::{self, Leave},
    remote::{self, EntryRefused, JoinAnswered, SuspendActor},
};
use guildhall_domain::{
    ActorId, ApId, EntryId, GroupId,
    actor::ActorKind,
    content::EntryState,
    event::{Cause, EventKind},
    group::Review,
    membership::MembershipState,
    moderation::{DecisionAction, Target},
};
use guildhall_store::{
    Db,
    actor::{self, ActorFields},
    decision, membership, standing,
    testing::on_both_engines,
};

use crate::support::{Here, people::reviewing, write::posting};

/// Ann has asked a group elsewhere; gives her Follow.
async fn asked(here: &Here) -> (GroupId, ActorId, ApId) {
    let (group, ann) = (here.far_group("boats").await, here.person("ann").await);
    here.join(group, ann).await;
    let asked = membership::find(&here.app.store, group, ann).await.unwrap().unwrap();
    here.told().await;
    (group, ann, asked.follow.unwrap())
}

async fn answer(here: &Here, answer: JoinAnswered) -> String {
    let cause = here.activity().await;
    remote::join_answered(&here.app, JoinAnswered { cause, ..answer }).await.unwrap();
    here.outcome(cause).await
}

fn yes(group: GroupId, follow: Option<ApId>, follower: Option<ApId>) -> JoinAnswered {
    JoinAnswered {
        group: group.actor(),
        follow,
        follower,
        is_accepted: true,
        reason: None,
        cause: Cause::Local,
    }
}

async fn ap_id(here: &Here, actor: ActorId) -> ApId {
    actor::find(&here.app.store, actor).await.unwrap().unwrap().ap_id
}

/// `actor` names `others` as itself.
async fn also_known_as(here: &Here, actor: ActorId, others: &[&ApId]) {
    let known = actor::find(&here.app.store, actor).await.unwrap().unwrap();
    let fields = ActorFields {
        ap_id: known.ap_id,
        kind: known.kind,
        username: known.username,
        host: known.host,
        display_name: None,
        summary_html: None,
        page_url: None,
        icon_url: None,
        inbox: known.inbox,
        shared_inbox: known.shared_inbox,
        outbox: None,
        followers: None,
        moderators_url: None,
        featured_url: None,
        wall_url: None,
        also_known_as: others.iter().map(ToString::to_string).collect(),
        moved_to: None,
        remote_updated_at: None,
        published_at: None,
    };
    let mut tx = here.app.begin().await.unwrap();
    actor::upsert_remote(&mut tx, actor, &fields, here.now()).await.unwrap();
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn an_accept_of_our_follow_makes_a_member(db: Db) {
        let here = Here::new(db);
        let (group, ann, follow) = asked(&here).await;
        assert_eq!(answer(&here, yes(group, Some(follow.clone()), None)).await, "applied");
        assert_eq!(here.membership(group, ann).await, Some(MembershipState::Member));
        assert_eq!(here.counts(group).await, (1, 0, 0));
        assert_eq!(answer(&here, yes(group, Some(follow), None)).await, "applied");
        assert_eq!(here.counts(group).await, (1, 0, 0), "a second one counts nobody twice");
        assert_eq!(here.join(group, ann).await, guildhall_domain::membership::JoinOutcome::AlreadyMember);
        assert!(here.told().await.is_empty());
    }

    async fn an_answer_may_name_the_follower_instead(db: Db) {
        let here = Here::new(db);
        let (group, ann, _) = asked(&here).await;
        let regenerated = Some(ApId::new("https://far.example/follows/other"));
        let follower = Some(ap_id(&here, ann).await);
        assert_eq!(answer(&here, yes(group, regenerated, follower)).await, "applied");
        assert_eq!(here.membership(group, ann).await, Some(MembershipState::Member));
    }

    async fn answers_to_what_we_did_not_ask_change_nothing(db: Db) {
        let here = Here::new(db);
        let (group, ann, follow) = asked(&here).await;
        let other = here.far_group("trains").await;
        let (eve, bob) = (here.person("eve").await, here.remote("bob").await);
        let (of_ann, of_eve, of_bob) = (ap_id(&here, ann).await, ap_id(&here, eve).await, ap_id(&here, bob).await);
        for unasked in [
            yes(other, Some(follow.clone()), None),
            yes(other, None, Some(of_ann.clone())),
            yes(other, Some(follow), Some(of_ann)),
            yes(group, None, Some(of_eve)),
            yes(group, None, Some(of_bob)),
            yes(group, Some(ApId::new("https://here.example/activities/9")), None),
            yes(group, None, None),
        ] {
            assert_eq!(answer(&here, unasked.clone()).await, "ignored", "{unasked:?}");
        }
        assert_eq!(here.membership(group, ann).await, Some(MembershipState::Pending));
        assert_eq!((here.membership(group, eve).await, here.membership(other, ann).await), (None, None));
        assert_eq!((here.counts(group).await, here.counts(other).await), ((0, 0, 0), (0, 0, 0)));
    }

    async fn a_reject_ends_the_request_and_also_a_membership(db: Db) {
        let here = Here::new(db);
        let (group, ann, follow) = asked(&here).await;
        let no = JoinAnswered { is_accepted: false, ..yes(group, Some(follow.clone()), None) };
        assert_eq!(answer(&here, no.clone()).await, "applied");
        assert_eq!(here.membership(group, ann).await, None);
        assert_eq!(answer(&here, yes(group, Some(follow), None)).await, "ignored", "nothing is asked any more");

        here.join(group, ann).await;
        let follower = Some(ap_id(&here, ann).await);
        answer(&here, yes(group, None, follower.clone())).await;
        assert_eq!(here.counts(group).await, (1, 0, 0));
        assert_eq!(answer(&here, JoinAnswered { follow: None, follower, ..no }).await, "applied");
        assert_eq!((here.membership(group, ann).await, here.counts(group).await), (None, (0, 0, 0)));
    }

    async fn the_same_answer_twice_has_one_effect(db: Db) {
        let here = Here::new(db);
        let (group, ann, follow) = asked(&here).await;
        let cause = here.activity().await;
        let accept = JoinAnswered { cause, ..yes(group, Some(follow), None) };
        remote::join_answered(&here.app, accept.clone()).await.unwrap();
        group::leave(&here.app, Leave { group, actor: ann, cause: Cause::Local }).await.unwrap();
        here.join(group, ann).await;
        let follower = Some(ap_id(&here, ann).await);
        remote::join_answered(&here.app, JoinAnswered { follower, ..accept }).await.unwrap();
        assert_eq!(here.membership(group, ann).await, Some(MembershipState::Pending), "that was for the first Follow");
        assert_eq!(here.counts(group).await, (0, 0, 0));
    }

    async fn a_group_elsewhere_refuses_what_was_written_for_it_here_and_nothing_else(db: Db) {
        let here = Here::new(db);
        let (far, other) = (here.far_group("boats").await, here.far_group("trains").await);
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let post = here.post(far, ann, "Boat").await;
        let comment = here.comment(post, ann, "Hi").await;
        let theirs = entry::submit(&here.app, here.received(posting(far, bob, "Theirs")).await).await.unwrap();
        let theirs = theirs.entry.unwrap();
        here.told().await;
        let refuse = async |entry, group: GroupId| {
            let (reason, cause) = (Some("off topic".to_owned()), here.activity().await);
            let refused = EntryRefused { entry, group: group.actor(), reason, is_edit: false, cause };
            for _ in 0..2 {
                remote::entry_refused(&here.app, refused.clone()).await.unwrap();
            }
            here.outcome(cause).await
        };
        assert_eq!(refuse(comment, other).await, "ignored");
        assert_eq!(refuse(theirs, far).await, "ignored", "not from here");
        assert_eq!(refuse(EntryId(9), far).await, "ignored");
        assert_eq!(here.counts(far).await, (0, 2, 1));

        assert_eq!(refuse(comment, far).await, "applied");
        let refused = here.entry(comment).await;
        assert_eq!((refused.state, refused.state_reason.as_deref()), (EntryState::Refused, Some("off topic")));
        assert_eq!(here.counts(far).await, (0, 2, 0));
        here.take_away(post, ann).await;
        assert_eq!(refuse(post, far).await, "ignored", "gone already");
        assert_eq!(here.state(post).await, EntryState::Deleted);
    }

    async fn somebody_elsewhere_who_is_gone_leaves_nothing_standing(db: Db) {
        let here = Here::new(db);
        let (group, reviewed, far) = (
            here.group("garden").await,
            here.group_with("reviewed", reviewing(Review::All)).await,
            here.far_group("boats").await,
        );
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        here.join(group, bob).await;
        let post = here.post(group, bob, "Post").await;
        let answer_of_ann = here.comment(post, ann, "Answer").await;
        let (held, distant) = (here.post(reviewed, bob, "Held").await, here.post(far, bob, "Boat").await);
        here.told().await;
        let cause = here.activity().await;
        for _ in 0..2 {
            remote::actor_deleted(&here.app, bob, cause).await.unwrap();
            assert_eq!(here.outcome(cause).await, "applied");
            for entry in [post, held, distant] {
                assert_eq!(here.state(entry).await, EntryState::Removed);
            }
            assert_eq!(here.counts(group).await, (0, 0, 1));
        }
        assert_eq!(here.state(answer_of_ann).await, EntryState::Published);
        assert!(here.queue(reviewed).await.is_empty());
        let tombstone = actor::find(&here.app.store, bob).await.unwrap().unwrap();
        assert_eq!(tombstone.deleted_at, Some(here.now()));
        let removal = Some("the author's account was deleted".to_owned());
        assert_eq!(here.told().await, [EventKind::EntryGone { entry: post, by: group.actor(), removal }]);
    }

    async fn nobody_elsewhere_deletes_one_of_ours(db: Db) {
        let here = Here::new(db);
        let (group, ann) = (here.group("garden").await, here.person("ann").await);
        let post = here.post(group, ann, "Post").await;
        let cause = here.activity().await;
        remote::actor_deleted(&here.app, ann, cause).await.unwrap();
        assert_eq!(here.outcome(cause).await, "ignored");
        assert_eq!(here.state(post).await, EntryState::Published);
        assert!(actor::find(&here.app.store, ann).await.unwrap().unwrap().deleted_at.is_none());
    }

    async fn a_move_counts_when_the_target_names_the_mover(db: Db) {
        let here = Here::new(db);
        let (old, new, group) = (here.remote("old").await, here.remote("new").await, here.far_group("boats").await);
        let ann = here.person("ann").await;
        let (old_id, group_id, ann_id) =
            (ap_id(&here, old).await, ap_id(&here, group.actor()).await, ap_id(&here, ann).await);
        let moved = async |from, to| {
            let cause = here.activity().await;
            remote::actor_moved(&here.app, from, to, cause).await.unwrap();
            (here.outcome(cause).await, actor::find(&here.app.store, from).await.unwrap().unwrap().moved_to)
        };
        assert_eq!(moved(old, new).await, ("refused".to_owned(), None), "not named");
        also_known_as(&here, new, &[&old_id, &group_id, &ann_id]).await;
        assert_eq!(moved(group.actor(), new).await, ("refused".to_owned(), None), "a group is no person");
        assert_eq!(moved(ann, new).await, ("refused".to_owned(), None), "one of ours");
        let target = Some("https://far.example/person/new".to_owned());
        assert_eq!(moved(old, new).await, ("applied".to_owned(), target));
    }

    async fn a_suspension_by_their_own_server_holds_everywhere_until_its_end(db: Db) {
        let here = Here::new(db);
        let bob = here.elsewhere("bob", "far.example", ActorKind::Person).await;
        let chief = here.elsewhere("chief", "far.example", ActorKind::Person).await;
        let until = Some(here.now().plus(std::time::Duration::from_secs(90)));
        let suspend = async |until, is_suspended| {
            let cause = here.activity().await;
            let reason = Some("Spam.".to_owned());
            let command = SuspendActor { actor: bob, by: chief, is_suspended, until, reason, cause };
            remote::actor_suspended(&here.app, command).await.unwrap();
            assert_eq!(here.outcome(cause).await, "applied");
            standing::is_suspended(&here.app.store, bob, here.now()).await.unwrap()
        };
        assert!(suspend(until, true).await);
        here.minute();
        here.minute();
        assert!(!standing::is_suspended(&here.app.store, bob, here.now()).await.unwrap());
        assert!(suspend(None, true).await);
        assert!(!suspend(None, false).await);
        assert!(!suspend(None, false).await, "nothing to lift, nothing to record");

        let records = decision::list_of_instance_before(&here.app.store, None, 10).await.unwrap();
        let what: Vec<_> = records.iter().map(|record| (record.action, record.until)).collect();
        assert_eq!(what, [(DecisionAction::Unban, None), (DecisionAction::Ban, None), (DecisionAction::Ban, until)]);
        for record in records {
            let (whom, why) = (record.target, record.reason.as_deref());
            assert_eq!((whom, why, record.by), (Target::Actor(bob), Some("Spam."), Some(chief)));
        }
    }

    async fn a_ban_of_our_own_is_not_theirs_to_change(db: Db) {
        let here = Here::new(db);
        let bob = here.elsewhere("bob", "far.example", ActorKind::Person).await;
        let chief = here.elsewhere("chief", "far.example", ActorKind::Person).await;
        let ours = here.person("root").await;
        let decide = async |by: ActorId, is_suspended, until| {
            let cause = here.activity().await;
            let command = SuspendActor { actor: bob, by, is_suspended, until, reason: None, cause };
            remote::actor_suspended(&here.app, command).await.unwrap();
            (here.outcome(cause).await, standing::is_suspended(&here.app.store, bob, here.now()).await.unwrap())
        };
        assert_eq!(decide(ours, true, None).await, ("applied".to_owned(), true));
        let soon = Some(here.now().plus(std::time::Duration::from_secs(30)));
        assert_eq!(decide(chief, false, None).await, ("ignored".to_owned(), true));
        assert_eq!(decide(chief, true, soon).await, ("ignored".to_owned(), true));
        here.minute();
        guildhall_app::ending::end_what_is_over(&here.app).await.unwrap();
        assert!(standing::is_suspended(&here.app.store, bob, here.now()).await.unwrap(), "it did not get another end");
        assert_eq!(decision::list_of_instance_before(&here.app.store, None, 10).await.unwrap().len(), 1);
    }

    async fn only_groups_that_are_kept_are_groups(db: Db) {
        let here = Here::new(db);
        let (far, bob) = (here.far_group("boats").await, here.remote("bob").await);
        let unknown = here.elsewhere("trains", "far.example", ActorKind::Group).await;
        for (id, is_group) in [(far.actor(), true), (bob, false), (unknown, false)] {
            let actor = actor::find(&here.app.store, id).await.unwrap().unwrap();
            assert_eq!(remote::is_group(&here.app, &actor).await.unwrap(), is_group);
        }
    }
}
