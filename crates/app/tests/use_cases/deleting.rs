//! Taking entries away and bringing them back.

use guildhall_app::{
    entry::{self, Delete, DeleteError},
    queue,
};
use guildhall_domain::{
    ActorId, EntryId, GroupId,
    content::{DeleteOutcome, DeleteRefusal, EntryState},
    event::EventKind,
    group::Review,
    moderation::{DecisionAction, Target},
};
use guildhall_store::{Db, testing::on_both_engines};

use crate::support::{
    Here,
    people::reviewing,
    write::{by, posting},
};

/// A post of Ann's with two comments of Bob's, one below the other.
struct Thread {
    group: GroupId,
    ann: ActorId,
    bob: ActorId,
    post: EntryId,
    comment: EntryId,
    below: EntryId,
}

async fn thread(here: &Here) -> Thread {
    let group = here.group("garden").await;
    let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
    let post = here.post(group, ann, "Tomatoes").await;
    here.minute();
    let comment = here.comment(post, bob, "Nice").await;
    here.minute();
    let below = here.comment(comment, bob, "Very").await;
    here.told().await;
    Thread { group, ann, bob, post, comment, below }
}

async fn delete(here: &Here, command: Delete) -> Result<DeleteOutcome, DeleteError> {
    entry::delete(&here.app, command).await
}

fn is_refused<T>(result: &Result<T, DeleteError>, refusal: DeleteRefusal) -> bool {
    matches!(result, Err(DeleteError::Refused(found)) if *found == refusal)
}

on_both_engines! {
    async fn an_author_deletes_and_restores(db: Db) {
        let here = Here::new(db);
        let at = thread(&here).await;
        let cause = here.activity().await;
        let command = Delete { cause, ..by(at.below, at.bob) };
        assert_eq!(delete(&here, command.clone()).await.unwrap(), DeleteOutcome::Deleted);
        assert_eq!(here.state(at.below).await, EntryState::Deleted);
        assert_eq!(here.counts(at.group).await, (0, 1, 1));
        assert_eq!(here.entry(at.comment).await.comment_count, 0);
        let gone = EventKind::EntryGone { entry: at.below, by: at.bob, removal: None };
        assert_eq!(here.caused().await, [(cause, gone)]);
        assert_eq!(here.outcome(cause).await, "applied");
        assert!(here.decisions(at.group).await.is_empty(), "authors decide about their own");

        let again = here.activity().await;
        assert_eq!(delete(&here, Delete { cause: again, ..command.clone() }).await.unwrap(), DeleteOutcome::AlreadyGone);
        assert_eq!(here.outcome(again).await, "ignored");

        let undo = here.activity().await;
        entry::restore(&here.app, Delete { cause: undo, ..command.clone() }).await.unwrap();
        assert_eq!(here.state(at.below).await, EntryState::Published);
        assert_eq!(here.counts(at.group).await, (0, 1, 2));
        let restored = EventKind::EntryRestored { entry: at.below, by: at.bob };
        assert_eq!(here.caused().await, [(undo, restored)]);

        // The first activity once more, as when two workers have it.
        assert_eq!(delete(&here, command).await.unwrap(), DeleteOutcome::AlreadyGone);
        assert_eq!(here.state(at.below).await, EntryState::Published);
        assert!(here.told().await.is_empty());
    }

    async fn a_moderator_removes_with_a_reason_and_restores(db: Db) {
        let here = Here::new(db);
        let at = thread(&here).await;
        let moderator = here.moderator(at.group).await;
        here.told().await;
        let command = Delete { reason: Some("Spam".to_owned()), ..by(at.post, moderator) };
        assert_eq!(delete(&here, command).await.unwrap(), DeleteOutcome::Removed);
        let removed = here.entry(at.post).await;
        assert_eq!((removed.state, removed.state_reason.as_deref()), (EntryState::Removed, Some("Spam")));
        assert_eq!(here.counts(at.group).await, (0, 0, 2));
        let removal = Some("Spam".to_owned());
        assert_eq!(here.told().await, [EventKind::EntryGone { entry: at.post, by: moderator, removal }]);
        let record = here.decisions(at.group).await.pop().unwrap();
        assert_eq!((record.action, record.target), (DecisionAction::Remove, Target::Entry(at.post)));
        assert_eq!((record.by, record.reason.as_deref()), (Some(moderator), Some("Spam")));
        assert_eq!(delete(&here, by(at.post, moderator)).await.unwrap(), DeleteOutcome::AlreadyGone);

        entry::restore(&here.app, by(at.post, moderator)).await.unwrap();
        let back = here.entry(at.post).await;
        assert_eq!((back.state, back.state_reason), (EntryState::Published, None));
        assert_eq!(here.counts(at.group).await, (0, 1, 2));
        assert_eq!(here.told().await, [EventKind::EntryRestored { entry: at.post, by: moderator }]);
        assert_eq!(here.decisions(at.group).await.pop().unwrap().action, DecisionAction::Restore);

        // Without a reason, and by the group itself, it is a removal all the same.
        delete(&here, by(at.comment, at.group.actor())).await.unwrap();
        let told = EventKind::EntryGone { entry: at.comment, by: at.group.actor(), removal: Some(String::new()) };
        assert_eq!(here.told().await, [told]);
        assert_eq!(here.counts(at.group).await, (0, 1, 1));
    }

    async fn strangers_take_nothing_away_and_bring_nothing_back(db: Db) {
        let here = Here::new(db);
        let at = thread(&here).await;
        let moderator_elsewhere = here.moderator(here.group("boats").await).await;
        // Bob answered it, Eve lives where its author might, and one moderates another group.
        for who in [at.bob, here.remote("eve").await, moderator_elsewhere] {
            here.told().await;
            let cause = here.activity().await;
            let result = delete(&here, Delete { cause, ..by(at.post, who) }).await;
            assert!(is_refused(&result, DeleteRefusal::NotAllowed));
            assert_eq!(here.outcome(cause).await, "refused");
            assert!(here.told().await.is_empty());
        }
        assert!(is_refused(&entry::restore(&here.app, by(at.post, at.ann)).await, DeleteRefusal::NothingToRestore));
        delete(&here, by(at.post, at.group.actor())).await.unwrap();
        for who in [at.ann, at.bob] {
            let cause = here.activity().await;
            let result = entry::restore(&here.app, Delete { cause, ..by(at.post, who) }).await;
            assert!(is_refused(&result, DeleteRefusal::NotAllowed), "a removal is the moderators'");
            assert_eq!(here.outcome(cause).await, "refused");
        }
        assert_eq!(here.state(at.post).await, EntryState::Removed);
    }

    async fn deleting_and_restoring_is_no_way_past_review_or_removal(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", reviewing(Review::First)).await;
        let bob = here.remote("bob").await;
        let held = here.post(group, bob, "Held").await;
        let refused = here.post(group, bob, "Refused").await;
        let item = here.queue(group).await.pop().unwrap();
        queue::refuse(&here.app, item.id, group.actor(), "No").await.unwrap();
        let open = here.group("open").await;
        let removed = here.post(open, bob, "Removed").await;
        delete(&here, by(removed, open.actor())).await.unwrap();
        here.told().await;

        for post in [held, refused, removed] {
            assert_eq!(delete(&here, by(post, bob)).await.unwrap(), DeleteOutcome::Deleted);
            assert!(is_refused(&entry::restore(&here.app, by(post, bob)).await, DeleteRefusal::NotAllowed));
            assert_eq!(here.state(post).await, EntryState::Deleted);
        }
        assert!(here.queue(group).await.is_empty());
        assert_eq!((here.counts(group).await, here.counts(open).await), ((0, 0, 0), (0, 0, 0)));
        // Of what was removed the world knew; of the others it never did.
        assert_eq!(here.told().await, [EventKind::EntryGone { entry: removed, by: bob, removal: None }]);
    }

    async fn who_may_no_longer_write_brings_nothing_back(db: Db) {
        let here = Here::new(db);
        let at = thread(&here).await;
        delete(&here, by(at.comment, at.bob)).await.unwrap();
        here.ban(at.group, at.bob).await;
        assert!(is_refused(&entry::restore(&here.app, by(at.comment, at.bob)).await, DeleteRefusal::NotAllowed));
        assert_eq!(here.state(at.comment).await, EntryState::Deleted);
        here.counts(at.group).await;
    }

    async fn a_thread_is_as_active_as_what_is_left_of_it(db: Db) {
        let here = Here::new(db);
        let at = thread(&here).await;
        let (created, first) = (here.entry(at.post).await.created_at, here.entry(at.comment).await.created_at);
        let active = async || here.entry(at.post).await.last_activity_at;
        assert_eq!(active().await, here.now());
        delete(&here, by(at.below, at.group.actor())).await.unwrap();
        assert_eq!(active().await, first);
        here.minute();
        entry::restore(&here.app, by(at.below, at.group.actor())).await.unwrap();
        assert_eq!(active().await, here.entry(at.below).await.created_at, "bringing back is no news");
        for comment in [at.below, at.comment] {
            delete(&here, by(comment, at.group.actor())).await.unwrap();
        }
        assert_eq!(active().await, created);
        here.assert_counters_agree().await;
    }

    async fn what_is_held_is_withdrawn_from_the_queue(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", reviewing(Review::All)).await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let (first, second) = (here.post(group, ann, "First").await, here.post(group, bob, "Second").await);
        delete(&here, by(first, ann)).await.unwrap();
        delete(&here, by(second, group.actor())).await.unwrap();
        assert!(here.queue(group).await.is_empty());
        assert_eq!((here.state(first).await, here.state(second).await), (EntryState::Deleted, EntryState::Removed));
        assert!(here.told().await.is_empty());
        assert_eq!(here.counts(group).await, (0, 0, 0));
    }

    async fn what_was_never_in_goes_back_to_where_it_was_and_nobody_is_told(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", reviewing(Review::All)).await;
        let (by_who, bob) = (here.moderator(group).await, here.remote("bob").await);
        let (held, refused) = (here.post(group, bob, "Held").await, here.post(group, bob, "Refused").await);
        let item = here.queue(group).await.pop().unwrap();
        queue::refuse(&here.app, item.id, by_who, "No").await.unwrap();
        here.told().await;
        let before = [here.entry(held).await, here.entry(refused).await];
        for post in [held, refused] {
            delete(&here, Delete { reason: Some("Spam".to_owned()), ..by(post, by_who) }).await.unwrap();
            assert_eq!(here.state(post).await, EntryState::Removed);
            entry::restore(&here.app, by(post, by_who)).await.unwrap();
        }
        for (post, before) in [held, refused].into_iter().zip(before) {
            let after = here.entry(post).await;
            assert_eq!((after.state, after.state_reason), (before.state, before.state_reason));
        }
        assert_eq!(here.waiting(group).await.entry, Some(held));
        assert!(here.told().await.is_empty());
        assert_eq!(here.counts(group).await, (0, 0, 0));

        // Removed and then deleted by its author, it was still never in.
        delete(&here, by(held, by_who)).await.unwrap();
        delete(&here, by(held, bob)).await.unwrap();
        assert!(here.told().await.is_empty());
        assert!(!here.entry(held).await.was_out());
    }

    async fn a_group_elsewhere_is_told_what_people_here_do_and_not_what_it_did_itself(db: Db) {
        let here = Here::new(db);
        let group = here.far_group("boats").await;
        let (ann, bob, moderator) = (here.person("ann").await, here.remote("bob").await, here.moderator(group).await);
        let theirs = entry::submit(&here.app, here.received(posting(group, bob, "Theirs")).await).await.unwrap();
        let (first, second) = (here.post(group, ann, "First").await, here.post(group, ann, "Second").await);
        let theirs = theirs.entry.unwrap();
        here.told().await;

        delete(&here, by(first, ann)).await.unwrap();
        assert_eq!(here.told().await, [EventKind::EntryGone { entry: first, by: ann, removal: None }]);
        delete(&here, by(second, group.actor())).await.unwrap();
        delete(&here, by(theirs, bob)).await.unwrap();
        assert!(here.told().await.is_empty());
        entry::restore(&here.app, by(theirs, bob)).await.unwrap();
        delete(&here, by(theirs, moderator)).await.unwrap();
        let removal = Some(String::new());
        assert_eq!(here.told().await, [EventKind::EntryGone { entry: theirs, by: moderator, removal }]);
        here.counts(group).await;
    }
}
