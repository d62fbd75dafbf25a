//! What people here write for groups elsewhere: shown when the group has let it in.

use guildhall_domain::admission::{End, Sanction};
use std::time::Duration;

use guildhall_app::{
    entry::{self, MoveThread, Submit, SubmitError},
    group::NoDealings,
    remote::{self, EntryRefused, JoinAnswered},
};
use guildhall_domain::{
    ActorId, EntryId, GroupId,
    content::{EntryState, MoveOutcome},
    event::{Cause, EventKind},
    moderation::{DecisionAction, Target},
    peering::PeeringAction,
};
use guildhall_store::{
    Db,
    instance::{self, Software},
    membership, standing,
    testing::on_both_engines,
};

use crate::support::{
    FAR, Here,
    write::{by, posting},
};

/// ann is in a group elsewhere whose host runs `software`.
async fn member_of(here: &Here, software: &str) -> (GroupId, ActorId) {
    let (group, ann) = (here.far_group("boats").await, here.person("ann").await);
    runs(here, software).await;
    here.join(group, ann).await;
    let follow = membership::find(&here.app.store, group, ann).await.unwrap().unwrap().follow;
    let yes = JoinAnswered {
        group: group.actor(),
        follow,
        follower: None,
        is_accepted: true,
        reason: None,
        cause: Cause::Local,
    };
    remote::join_answered(&here.app, yes).await.unwrap();
    here.told().await;
    (group, ann)
}

async fn runs(here: &Here, software: &str) {
    let software = Software { name: software.to_owned(), version: None };
    let mut tx = here.app.begin().await.unwrap();
    instance::set_software(&mut tx, FAR, Some(&software), here.now()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn write(here: &Here, command: Submit) -> EntryId {
    entry::submit(&here.app, command).await.unwrap().entry.unwrap()
}

async fn let_in(here: &Here, entry: EntryId, group: GroupId) -> String {
    let cause = here.activity().await;
    remote::entry_let_in(&here.app, entry, group.actor(), cause).await.unwrap();
    here.outcome(cause).await
}

on_both_engines! {
    async fn a_post_is_sent_and_counts_when_its_group_has_let_it_in(db: Db) {
        let here = Here::new(db);
        let (group, ann) = member_of(&here, "lemmy").await;
        let post = write(&here, posting(group, ann, "Boat")).await;
        assert_eq!(here.entry(post).await.state, EntryState::Sent);
        assert_eq!(here.told().await, [EventKind::EntryPublished { entry: post }], "it is on its way");
        assert_eq!(here.counts(group).await, (1, 0, 0));

        let other = here.far_group("trains").await;
        assert_eq!(let_in(&here, post, other).await, "ignored", "not that group's to let in");
        assert_eq!(here.entry(post).await.state, EntryState::Sent);
        assert_eq!(let_in(&here, post, group).await, "applied");
        assert_eq!(here.entry(post).await.state, EntryState::Published);
        assert_eq!(here.counts(group).await, (1, 1, 0));
        assert_eq!(let_in(&here, post, group).await, "ignored", "known by now");
        assert_eq!(here.counts(group).await, (1, 1, 0));
        assert!(here.told().await.is_empty(), "its group has told everybody");
    }

    async fn where_no_word_would_come_back_a_post_shows_at_once(db: Db) {
        let here = Here::new(db);
        let (group, ann) = member_of(&here, "piefed").await;
        let post = write(&here, posting(group, ann, "Boat")).await;
        assert_eq!(here.entry(post).await.state, EntryState::Published, "not announced to its author's server");
        runs(&here, "lemmy").await;
        let unfollowed = here.far_group("trains").await;
        let post = write(&here, posting(unfollowed, ann, "Train")).await;
        assert_eq!(here.entry(post).await.state, EntryState::Published, "announced to followers alone");
        assert_eq!(here.counts(unfollowed).await, (0, 1, 0));
    }

    async fn what_was_sent_can_be_edited_deleted_and_refused(db: Db) {
        let here = Here::new(db);
        let (group, ann) = member_of(&here, "lemmy").await;
        let post = write(&here, posting(group, ann, "Boat")).await;
        here.told().await;
        entry::edit(&here.app, here.retitling(post, ann, "Ship")).await.unwrap();
        assert_eq!(here.told().await, [EventKind::EntryEdited { entry: post }]);
        here.take_away(post, ann).await;
        assert_eq!(here.told().await, [EventKind::EntryGone { entry: post, by: ann, removal: None }]);
        assert_eq!(let_in(&here, post, group).await, "ignored", "gone is gone");
        entry::restore(&here.app, by(post, ann)).await.unwrap();
        assert_eq!(here.entry(post).await.state, EntryState::Published, "the group had let it in");
        here.take_away(post, ann).await;
        here.told().await;

        let post = write(&here, posting(group, ann, "Advert")).await;
        let reason = Some("No advertising.".to_owned());
        let refused =
            EntryRefused { entry: post, group: group.actor(), reason, is_edit: false, cause: here.activity().await };
        remote::entry_refused(&here.app, refused).await.unwrap();
        assert_eq!(here.entry(post).await.state, EntryState::Refused);
        assert_eq!(let_in(&here, post, group).await, "ignored", "its word before was no");
        assert_eq!(here.counts(group).await, (1, 0, 0));
    }

    async fn a_refused_edit_leaves_the_post_and_is_on_record(db: Db) {
        let here = Here::new(db);
        let (group, ann) = member_of(&here, "guildhall").await;
        let post = write(&here, posting(group, ann, "Boat")).await;
        let_in(&here, post, group).await;
        let reason = Some("Keep to the subject.".to_owned());
        let refused =
            EntryRefused { entry: post, group: group.actor(), reason, is_edit: true, cause: here.activity().await };
        remote::entry_refused(&here.app, refused).await.unwrap();
        assert_eq!(here.entry(post).await.state, EntryState::Published);
        let record = here.decisions(group).await.pop().unwrap();
        assert_eq!((record.action, record.target), (DecisionAction::Refuse, Target::Entry(post)));
        assert_eq!(record.reason.as_deref(), Some("Keep to the subject."));
        assert_eq!((record.rule.as_deref(), record.by), (Some("edit"), Some(group.actor())));
    }

    async fn a_refused_wish_to_join_is_on_record_with_the_reason(db: Db) {
        let here = Here::new(db);
        let (group, ann) = member_of(&here, "guildhall").await;
        let follow = membership::find(&here.app.store, group, ann).await.unwrap().unwrap().follow;
        let no = JoinAnswered {
            group: group.actor(),
            follow,
            follower: None,
            is_accepted: false,
            reason: Some("Not yet.".to_owned()),
            cause: here.activity().await,
        };
        remote::join_answered(&here.app, no).await.unwrap();
        let record = here.decisions(group).await.pop().unwrap();
        assert_eq!((record.target, record.reason.as_deref()), (Target::Actor(ann), Some("Not yet.")));
    }

    async fn nothing_is_written_for_a_group_on_a_blocked_host(db: Db) {
        let here = Here::new(db);
        let (group, ann) = member_of(&here, "lemmy").await;
        guildhall_app::instance::set_peering(&here.app, None, FAR, Some(PeeringAction::Block), None).await.unwrap();
        let refused = entry::submit(&here.app, posting(group, ann, "Boat")).await;
        assert!(matches!(refused, Err(SubmitError::NoDealings(NoDealings::HostBlocked))), "{refused:?}");
        assert!(here.told().await.is_empty());
    }

    async fn what_was_sent_is_published_when_its_thread_moves_to_a_group_here(db: Db) {
        let here = Here::new(db);
        let (from, ann) = member_of(&here, "lemmy").await;
        let (ours, mo) = (here.group("garden").await, here.moderator(from).await);
        here.appoint(ours, mo).await;
        let bob = here.remote("bob").await;
        let theirs = write(&here, here.received(posting(from, bob, "Theirs")).await).await;
        let (answer, gone) = (here.comment(theirs, ann, "Yes").await, here.comment(theirs, ann, "No").await);
        here.take_away(gone, ann).await;
        let mine = here.post(from, ann, "Mine").await;
        for sent in [answer, mine] {
            assert_eq!(here.state(sent).await, EntryState::Sent);
        }
        here.told().await;
        for thread in [theirs, mine] {
            let movement = MoveThread { thread, by: mo, to: Some(ours), cause: Cause::Local };
            assert_eq!(entry::move_thread(&here.app, movement).await.unwrap(), MoveOutcome::Moved);
            assert_eq!(here.told().await, [EventKind::EntryPublished { entry: thread }]);
        }
        for sent in [answer, mine] {
            assert_eq!(here.state(sent).await, EntryState::Published);
        }
        assert_eq!((here.counts(from).await, here.counts(ours).await), ((1, 0, 0), (0, 2, 1)));
        entry::restore(&here.app, by(gone, ann)).await.unwrap();
        assert_eq!(here.state(gone).await, EntryState::Published);
        assert_eq!(here.counts(ours).await, (0, 2, 2));
    }

    async fn a_suspension_that_has_ended_keeps_nobody_out_of_groups_elsewhere(db: Db) {
        let here = Here::new(db);
        let (group, bob) = (here.far_group("boats").await, here.remote("bob").await);
        for (until, outcome) in [(here.now().plus(Duration::from_secs(1)), "refused"), (here.now(), "applied")] {
            let mut tx = here.app.begin().await.unwrap();
            standing::set(&mut tx, None, bob, Sanction::Ban, End::at(Some(until))).await.unwrap();
            tx.commit().await.unwrap();
            let command = here.received(posting(group, bob, "Boat")).await;
            let cause = command.cause;
            entry::submit(&here.app, command).await.unwrap();
            assert_eq!(here.outcome(cause).await, outcome);
        }
    }
}
