//! Threads taken away, brought back and moved with all their comments.

use guildhall_app::{
    entry::{self, Delete, DeleteError, MoveThread},
    group::{self, SetBan},
    remote,
};
use guildhall_domain::{
    ActorId, EntryId, GroupId,
    content::{
        DeleteRefusal,
        EntryState::{Deleted, Held, Published, Removed},
        MoveOutcome,
    },
    event::{Cause, EventKind},
    group::Review,
    moderation::DecisionAction,
};
use guildhall_store::{Db, moderator, testing::on_both_engines};

use crate::support::{
    Here,
    people::reviewing,
    write::{by, posting},
};

/// A post of Ann's, a comment of Bob's, and another below it.
async fn thread(here: &Here, group: GroupId) -> [EntryId; 3] {
    let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
    let post = here.post(group, ann, "Tomatoes").await;
    here.minute();
    let comment = here.comment(post, bob, "Nice").await;
    let below = here.comment(comment, bob, "Very").await;
    here.told().await;
    [post, comment, below]
}

async fn appoint(here: &Here, group: GroupId, actor: ActorId) {
    let mut tx = here.app.begin().await.unwrap();
    moderator::insert(&mut tx, group, actor, here.now()).await.unwrap();
    tx.commit().await.unwrap();
}

fn is_not_allowed<T>(result: &Result<T, DeleteError>) -> bool {
    matches!(result, Err(DeleteError::Refused(DeleteRefusal::NotAllowed)))
}

on_both_engines! {
    async fn a_thread_goes_and_comes_back_as_one_act(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let by_who = here.moderator(group).await;
        let [post, comment, below] = thread(&here, group).await;
        let other = here.post(group, by_who, "Other").await;
        here.take_away(below, by_who).await;
        here.told().await;

        let cause = here.activity().await;
        let removal = Delete { reason: Some("spam".to_owned()), cause, ..by(post, by_who) };
        entry::remove_thread(&here.app, removal).await.unwrap();
        for gone in [post, comment, below] {
            assert_eq!(here.state(gone).await, Removed);
        }
        assert_eq!(here.entry(comment).await.state_reason.as_deref(), Some("spam"));
        assert_eq!(here.state(other).await, Published);
        assert_eq!(here.counts(group).await, (0, 1, 0));
        let told = EventKind::EntryGone { entry: post, by: by_who, removal: Some("spam".to_owned()) };
        assert_eq!(here.caused().await, [(Cause::Local, told)], "not in the words in which it came");
        assert_eq!(here.outcome(cause).await, "applied");
        let again = here.activity().await;
        entry::remove_thread(&here.app, Delete { cause: again, ..by(post, by_who) }).await.unwrap();
        assert_eq!(here.outcome(again).await, "ignored");

        entry::restore_thread(&here.app, by(post, by_who)).await.unwrap();
        assert_eq!([here.state(post).await, here.state(comment).await], [Published, Published]);
        assert_eq!(here.state(below).await, Removed, "it had gone before");
        assert_eq!(here.entry(comment).await.state_reason, None);
        assert_eq!(here.counts(group).await, (0, 2, 1));
        assert_eq!(here.told().await, [EventKind::EntryRestored { entry: post, by: by_who }]);
        assert_eq!(here.decisions(group).await.pop().unwrap().action, DecisionAction::Restore);
        entry::restore(&here.app, by(below, by_who)).await.unwrap();
        assert_eq!(here.counts(group).await, (0, 2, 2));
    }

    async fn what_is_deleted_while_its_thread_is_away_stays_deleted(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let [post, comment, below] = thread(&here, group).await;
        entry::remove_thread(&here.app, by(post, group.actor())).await.unwrap();
        let bob = here.entry(comment).await.author_id;
        here.take_away(comment, bob).await;
        entry::restore_thread(&here.app, by(post, group.actor())).await.unwrap();
        assert_eq!([here.state(comment).await, here.state(below).await], [Deleted, Published]);
        assert_eq!(here.counts(group).await, (0, 1, 1));
    }

    async fn held_comments_go_with_their_thread_and_wait_again_afterwards(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", reviewing(Review::First)).await;
        let by_who = here.moderator(group).await;
        let post = here.post(group, by_who, "Thread").await;
        let bob = here.remote("bob").await;
        let held = here.comment(post, bob, "Held").await;
        assert_eq!(here.queue(group).await.len(), 1);
        entry::remove_thread(&here.app, by(post, by_who)).await.unwrap();
        assert!(here.queue(group).await.is_empty());
        entry::restore_thread(&here.app, by(post, by_who)).await.unwrap();
        assert_eq!((here.state(held).await, here.waiting(group).await.entry), (Held, Some(held)));
        here.counts(group).await;
    }

    async fn only_moderators_take_a_thread_and_authors_their_post(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let [post, comment, _] = thread(&here, group).await;
        let (ann, eve) = (here.entry(post).await.author_id, here.remote("eve").await);
        assert!(is_not_allowed(&entry::remove_thread(&here.app, by(post, eve)).await));
        let movement = MoveThread { thread: post, by: ann, to: None, cause: Cause::Local };
        assert!(is_not_allowed(&entry::move_thread(&here.app, movement).await), "an author does not say where it belongs");
        assert!(here.told().await.is_empty());
        entry::remove_thread(&here.app, by(post, ann)).await.unwrap();
        assert_eq!([here.state(post).await, here.state(comment).await], [Deleted, Published]);
        assert!(is_not_allowed(&entry::restore_thread(&here.app, by(post, eve)).await));
        entry::restore_thread(&here.app, by(post, ann)).await.unwrap();
        assert_eq!(here.counts(group).await, (0, 1, 2));
    }

    async fn a_thread_moves_between_groups_with_its_counts(db: Db) {
        let here = Here::new(db);
        let (from, to, ours) = (here.far_group("boats").await, here.far_group("ships").await, here.group("garden").await);
        let bob = here.remote("bob").await;
        let theirs = entry::submit(&here.app, here.received(posting(from, bob, "Theirs")).await).await.unwrap();
        let post = theirs.entry.unwrap();
        let answer = here.comment(post, bob, "Yes").await;
        here.take_away(here.comment(post, bob, "No").await, bob).await;
        here.told().await;
        let movement = |to| MoveThread { thread: post, by: from.actor(), to: Some(to), cause: Cause::Local };
        assert_eq!(entry::move_thread(&here.app, movement(from)).await.unwrap(), MoveOutcome::Unchanged);
        assert_eq!(entry::move_thread(&here.app, movement(to)).await.unwrap(), MoveOutcome::Moved);
        assert_eq!((here.entry(answer).await.group_id, here.state(answer).await), (to, Published));
        assert_eq!((here.counts(from).await, here.counts(to).await), ((0, 0, 0), (0, 1, 1)));
        assert!(here.told().await.is_empty(), "they told us");
        assert_eq!(here.decisions(from).await.pop().unwrap().action, DecisionAction::Move);

        // Into a group here, by somebody who moderates both: its members hear of it.
        let mo = here.remote("mo").await;
        appoint(&here, to, mo).await;
        appoint(&here, ours, mo).await;
        let into_ours = MoveThread { thread: post, by: mo, to: Some(ours), cause: Cause::Local };
        assert_eq!(entry::move_thread(&here.app, into_ours).await.unwrap(), MoveOutcome::Moved);
        assert_eq!(here.told().await, [EventKind::EntryPublished { entry: post }]);
        assert_eq!((here.counts(to).await, here.counts(ours).await), ((0, 0, 0), (0, 1, 1)));
    }

    async fn what_a_deleted_or_banned_author_wrote_stays_away_when_its_thread_comes_back(db: Db) {
        let here = Here::new(db);
        let (group, other) = (here.group("garden").await, here.group("boats").await);
        let by_who = here.moderator(group).await;
        let (bob, eve) = (here.remote("bob").await, here.remote("eve").await);
        let (post, afloat) = (here.post(group, by_who, "Tomatoes").await, here.post(other, by_who, "Boats").await);
        let (of_bob, of_eve) = (here.comment(post, bob, "Bob's").await, here.comment(post, eve, "Eve's").await);
        let (of_mo, of_eve_there) = (here.comment(post, by_who, "Mine").await, here.comment(afloat, eve, "Hi").await);
        for (thread, group) in [(post, group), (afloat, other)] {
            entry::remove_thread(&here.app, by(thread, group.actor())).await.unwrap();
        }
        remote::actor_deleted(&here.app, bob, Cause::Local).await.unwrap();
        let ban = SetBan {
            group,
            actor: eve,
            by: by_who,
            banned: true,
            until: None,
            reason: None,
            remove_content: true,
            cause: Cause::Local,
        };
        group::set_ban(&here.app, ban).await.unwrap();
        for (thread, group) in [(post, group), (afloat, other)] {
            entry::restore_thread(&here.app, by(thread, group.actor())).await.unwrap();
        }
        assert_eq!([here.state(of_bob).await, here.state(of_eve).await], [Removed, Removed]);
        assert_eq!([here.state(of_mo).await, here.state(of_eve_there).await], [Published, Published], "banned in one group");
        assert_eq!((here.counts(group).await, here.counts(other).await), ((0, 1, 1), (0, 1, 1)));
    }

    async fn the_comments_of_a_post_that_is_gone_go_and_come_back_without_it(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let by_who = here.moderator(group).await;
        let [post, comment, below] = thread(&here, group).await;
        let ann = here.entry(post).await.author_id;
        here.take_away(post, ann).await;
        here.told().await;
        let before = here.decisions(group).await.len();

        let cause = here.activity().await;
        entry::remove_thread(&here.app, Delete { cause, ..by(post, by_who) }).await.unwrap();
        assert_eq!(here.outcome(cause).await, "applied");
        assert_eq!(here.decisions(group).await.len(), before + 1);
        let states = async || [here.state(post).await, here.state(comment).await, here.state(below).await];
        assert_eq!(states().await, [Deleted, Removed, Removed]);
        let gone = |entry| EventKind::EntryGone { entry, by: by_who, removal: Some(String::new()) };
        assert_eq!(here.told().await, [gone(comment), gone(below)], "of the post everybody heard");
        assert_eq!(here.counts(group).await, (0, 0, 0));

        assert!(is_not_allowed(&entry::restore_thread(&here.app, by(post, here.remote("eve").await)).await));
        entry::restore_thread(&here.app, by(post, by_who)).await.unwrap();
        assert_eq!(states().await, [Deleted, Published, Published]);
        let back = |entry| EventKind::EntryRestored { entry, by: by_who };
        assert_eq!(here.told().await, [back(comment), back(below)]);
        assert_eq!(here.counts(group).await, (0, 0, 2));
        assert!(is_not_allowed(&entry::restore_thread(&here.app, by(post, by_who)).await), "the post is its author's");

        // Also when its author was faster to bring it back.
        entry::remove_thread(&here.app, by(post, by_who)).await.unwrap();
        entry::restore(&here.app, by(post, ann)).await.unwrap();
        entry::restore_thread(&here.app, by(post, by_who)).await.unwrap();
        assert_eq!(states().await, [Published, Published, Published]);
        assert_eq!(here.counts(group).await, (0, 1, 2));
    }

    async fn a_thread_that_leaves_takes_the_comments_of_a_post_that_is_gone(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let [post, comment, below] = thread(&here, group).await;
        here.take_away(post, here.entry(post).await.author_id).await;
        for outcome in ["applied", "ignored"] {
            let cause = here.activity().await;
            let movement = MoveThread { thread: post, by: group.actor(), to: None, cause };
            entry::move_thread(&here.app, movement).await.unwrap();
            assert_eq!(here.outcome(cause).await, outcome);
        }
        assert_eq!([here.state(comment).await, here.state(below).await], [Removed, Removed]);
        here.counts(group).await;
    }

    async fn groups_are_neighbours_by_their_servers_and_not_by_their_handles(db: Db) {
        let here = Here::new(db);
        let (from, to) = (here.far_group("boats").await, here.far_group("ships").await);
        let post = here.post(from, here.remote("bob").await, "Theirs").await;
        let mut tx = here.app.begin().await.unwrap();
        let sql = "UPDATE actors SET ap_id = 'https://evil.example/group/ships' WHERE id = $1";
        tx.query(sql).bind(to.0).execute().await.unwrap();
        tx.commit().await.unwrap();
        let movement = MoveThread { thread: post, by: from.actor(), to: Some(to), cause: Cause::Local };
        assert_eq!(entry::move_thread(&here.app, movement).await.unwrap(), MoveOutcome::Removed);
        assert_eq!(here.entry(post).await.group_id, from);
    }
}
