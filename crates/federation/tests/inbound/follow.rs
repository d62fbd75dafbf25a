//! `Follow`, `Join`, `Leave` and their `Undo`: membership of a group here.

use guildhall_domain::group::Admission;
use guildhall_domain::membership::MembershipState;
use guildhall_store::queue::QueueKind;
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::json;

use crate::support::{World, activity, follow, undo};

on_both_engines! {
    async fn a_follow_of_an_open_group_is_accepted(db: Db) {
        let world = World::new(db, "mastodon").await;
        let follow = follow(&world.alice, &world.group.ap_id);
        assert_eq!(world.send(&follow).await, "applied");
        assert_eq!(world.here.membership(world.group.id, &world.alice.id).await, Some(MembershipState::Member));
        assert_eq!(world.here.member_count(world.group.id).await, 1);
        let accept = world.peer.inbox_of(&world.alice).only("Accept");
        assert_eq!(accept["actor"], json!(world.group.ap_id));
        assert_eq!(accept["object"]["id"], follow["id"]);
    }

    async fn a_repeated_follow_is_accepted_again_and_counts_once(db: Db) {
        let world = World::new(db, "mastodon").await;
        for _ in 0..2 {
            assert_eq!(world.send(&follow(&world.alice, &world.group.ap_id)).await, "applied");
        }
        assert_eq!(world.here.member_count(world.group.id).await, 1);
        assert_eq!(world.peer.inbox_of(&world.alice).all("Accept").len(), 2);
    }

    async fn the_same_follow_twice_is_answered_once(db: Db) {
        let world = World::new(db, "mastodon").await;
        let follow = follow(&world.alice, &world.group.ap_id);
        world.send(&follow).await;
        world.send(&follow).await;
        assert_eq!(world.peer.inbox_of(&world.alice).all("Accept").len(), 1);
    }

    async fn a_follow_that_needs_approval_waits_without_an_answer(db: Db) {
        let world = World::new(db, "mastodon").await;
        let group = world.here.group("quiet", Admission::Approval).await;
        let follow = follow(&world.alice, &group.ap_id);
        assert_eq!(world.send(&follow).await, "held");
        assert_eq!(world.here.membership(group.id, &world.alice.id).await, Some(MembershipState::Pending));
        assert_eq!(world.peer.inbox().shapes(), [""; 0]);
        let waiting = world.here.queue(group.id).await;
        assert_eq!(waiting.len(), 1);
        assert_eq!(waiting[0].kind, QueueKind::Join);

        world.here.admit(waiting[0].id).await;
        world.here.run_until_idle().await;
        assert_eq!(world.peer.inbox_of(&world.alice).only("Accept")["object"]["id"], follow["id"]);
        assert_eq!(world.here.member_count(group.id).await, 1);
    }

    async fn a_follow_that_a_moderator_declines_is_rejected_with_the_reason(db: Db) {
        let world = World::new(db, "mastodon").await;
        let group = world.here.group("quiet", Admission::Approval).await;
        let follow = follow(&world.alice, &group.ap_id);
        world.send(&follow).await;
        let waiting = world.here.queue(group.id).await;
        world.here.refuse(waiting[0].id, "Only locals, sorry.").await;
        world.here.run_until_idle().await;
        let reject = world.peer.inbox_of(&world.alice).only("Reject");
        assert_eq!(reject["object"]["id"], follow["id"]);
        assert_eq!(reject["summary"], "Only locals, sorry.");
        assert_eq!(world.here.membership(group.id, &world.alice.id).await, None);
    }

    async fn a_follow_of_an_invite_only_group_is_rejected_with_the_reason(db: Db) {
        let world = World::new(db, "mastodon").await;
        let group = world.here.group("guild", Admission::Invite).await;
        assert_eq!(world.send(&follow(&world.alice, &group.ap_id)).await, "refused");
        let reject = world.peer.inbox_of(&world.alice).only("Reject");
        assert_eq!(reject["summary"], "This group takes members by invitation only.");
    }

    async fn a_banned_person_is_rejected(db: Db) {
        let world = World::new(db, "mastodon").await;
        let alice = world.here.remote(&world.alice.id).await;
        world.here.ban(&world.group, alice.id).await;
        assert_eq!(world.send(&follow(&world.alice, &world.group.ap_id)).await, "refused");
        assert_eq!(world.peer.inbox_of(&world.alice).only("Reject")["summary"], "You are banned from this group.");
    }

    async fn an_undone_follow_ends_the_membership_embedded_and_by_id(db: Db) {
        let world = World::new(db, "mastodon").await;
        for by_id in [false, true] {
            let follow = follow(&world.alice, &world.group.ap_id);
            world.send(&follow).await;
            let undone = if by_id { follow["id"].clone() } else { follow };
            assert_eq!(world.send(&undo(&world.alice, &undone)).await, "applied", "by id: {by_id}");
            assert_eq!(world.here.membership(world.group.id, &world.alice.id).await, None);
            assert_eq!(world.here.member_count(world.group.id).await, 0);
        }
    }

    async fn an_undone_follow_under_another_id_is_matched_by_what_it_says(db: Db) {
        let world = World::with_member(db, "lemmy").await;
        let regenerated = follow(&world.alice, &world.group.ap_id);
        assert_eq!(world.send(&undo(&world.alice, &regenerated)).await, "applied");
        assert_eq!(world.here.membership(world.group.id, &world.alice.id).await, None);
    }

    async fn a_request_that_is_taken_back_waits_no_longer(db: Db) {
        let world = World::new(db, "mastodon").await;
        let group = world.here.group("quiet", Admission::Approval).await;
        let follow = follow(&world.alice, &group.ap_id);
        world.send(&follow).await;
        world.send(&undo(&world.alice, &follow)).await;
        assert!(world.here.queue(group.id).await.is_empty());
    }

    async fn nobody_undoes_the_follow_of_another(db: Db) {
        let world = World::new(db, "mastodon").await;
        let follow = follow(&world.alice, &world.group.ap_id);
        world.send(&follow).await;
        let mallory = world.peer.actor("mallory");
        for undone in [follow["id"].clone(), follow] {
            assert_eq!(world.send(&undo(&mallory, &undone)).await, "refused");
        }
        assert_eq!(world.here.membership(world.group.id, &world.alice.id).await, Some(MembershipState::Member));
    }

    async fn joining_and_leaving_is_the_same_as_following(db: Db) {
        let world = World::new(db, "mobilizon").await;
        for kind in ["Join", "TentativeJoin"] {
            let join = activity(&world.alice, kind, json!(world.group.ap_id));
            assert_eq!(world.send(&join).await, "applied", "{kind}");
            let accept = world.peer.take().only("Accept");
            assert_eq!((&accept["object"]["type"], &accept["object"]["id"]), (&json!(kind), &join["id"]));
            let leave = activity(&world.alice, "Leave", json!(world.group.ap_id));
            assert_eq!(world.send(&leave).await, "applied");
            assert_eq!(world.here.member_count(world.group.id).await, 0);
        }
    }

    async fn a_follow_of_a_person_has_no_effect(db: Db) {
        let world = World::new(db, "friendica").await;
        let ann = world.here.person("ann").await;
        assert_eq!(world.send(&follow(&world.alice, &ann.ap_id)).await, "ignored");
        assert_eq!(world.peer.inbox().shapes(), [""; 0]);
    }

    async fn a_follow_of_a_post_is_accepted_and_makes_nobody_a_member(db: Db) {
        let world = World::new(db, "friendica").await;
        let ann = world.here.person("ann").await;
        let ours = world.here.post(&world.group, &ann, "Tulips", "How deep?").await;
        let theirs = world.posted("Roses").await;
        world.here.run_until_idle().await;
        world.peer.take();
        let theirs = guildhall_activitypub::Iri::parse(crate::support::id(&theirs)).unwrap();
        for (object, by) in [(&ours.ap_id, &ann.ap_id), (&theirs, &world.group.ap_id)] {
            let follow = follow(&world.alice, object);
            assert_eq!(world.send(&follow).await, "applied");
            let accept = world.peer.take().only("Accept");
            assert_eq!((&accept["actor"], &accept["object"]["id"]), (&json!(by), &follow["id"]));
            assert_eq!(world.send(&undo(&world.alice, &follow)).await, "ignored");
        }
        assert_eq!(world.here.member_count(world.group.id).await, 0);
        assert_eq!(world.peer.inbox().shapes(), [""; 0], "and no answer to the end of it");
    }

    async fn what_nobody_may_see_cannot_be_followed(db: Db) {
        let world = World::new(db, "friendica").await;
        let policy = guildhall_domain::group::Policy { review: guildhall_domain::group::Review::All, ..Default::default() };
        let group = world.here.group_with("careful", policy).await;
        let ann = world.here.person("ann").await;
        let held = world.here.post(&group, &ann, "Tulips", "How deep?").await;
        assert_eq!(world.send(&follow(&world.alice, &held.ap_id)).await, "ignored");
        assert_eq!(world.peer.inbox().shapes(), [""; 0]);
    }

    async fn who_comes_to_an_event_is_not_kept_and_not_asked_for_again(db: Db) {
        let world = World::with_member(db, "mobilizon").await;
        let event = crate::support::to_group(crate::support::note(&world.alice, "Harvest"), &world.group.ap_id);
        let event = crate::support::With::with(event, json!({ "type": "Event", "name": "Harvest", "startTime": "2026-04-01T12:00:00Z" }));
        assert_eq!(world.send(&crate::support::create(&world.alice, &event)).await, "applied");
        world.peer.take();
        for kind in ["Join", "Leave"] {
            let attendance = activity(&world.alice, kind, event["id"].clone());
            assert_eq!(world.send(&attendance).await, "ignored", "{kind}");
            let became = world.here.became(crate::support::id(&attendance)).await.unwrap();
            assert_eq!(became.reason, "who takes part in a post is not kept");
            assert_eq!(world.send(&undo(&world.alice, &attendance)).await, "ignored");
        }
        assert_eq!(world.here.membership(world.group.id, &world.alice.id).await, Some(MembershipState::Member));
        assert_eq!(world.peer.inbox().shapes(), [""; 0]);
    }

    async fn who_has_left_hears_no_more(db: Db) {
        let world = World::new(db, "mastodon").await;
        let ann = world.here.person("ann").await;
        let follow = follow(&world.alice, &world.group.ap_id);
        world.send(&follow).await;
        world.here.post(&world.group, &ann, "Tulips", "How deep?").await;
        world.here.run_until_idle().await;
        assert_eq!(world.peer.take().shapes(), ["Accept{Follow}", "Announce{…}"]);
        world.send(&undo(&world.alice, &follow)).await;
        world.here.post(&world.group, &ann, "Roses", "How high?").await;
        world.here.run_until_idle().await;
        assert_eq!(world.peer.take().shapes(), [""; 0]);
    }
}
