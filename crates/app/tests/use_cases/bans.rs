//! Banning from a group.

use std::time::Duration;

use guildhall_app::{
    entry,
    group::{self, ModerationError, SetBan, SetModerator},
};
use guildhall_domain::{
    ActorId, GroupId,
    admission::Verdict,
    content::EntryState,
    event::{Cause, EventKind},
    group::{Admission, Review},
    moderation::{DecisionAction, Target},
};
use guildhall_store::{Db, delivery::subscription, removal, testing::on_both_engines};

use crate::support::{
    Here,
    people::{policy, reviewing},
    write::posting,
};

fn ban(group: GroupId, actor: ActorId, by: ActorId) -> SetBan {
    SetBan {
        group,
        actor,
        by,
        banned: true,
        until: None,
        reason: Some("spam".to_owned()),
        remove_content: false,
        cause: Cause::Local,
    }
}

/// Makes statements fail, or succeed again.
async fn rename(here: &Here, from: &str, to: &str) {
    let mut tx = here.app.begin().await.unwrap();
    tx.query(format!("ALTER TABLE {from} RENAME TO {to}").leak() as &'static str).execute().await.unwrap();
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn a_ban_ends_the_membership_and_lifting_it_does_not_bring_it_back(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (by, bob) = (here.moderator(group).await, here.remote("bob").await);
        here.join(group, bob).await;
        here.told().await;
        let cause = here.activity().await;
        let until = Some(here.now().plus(Duration::from_secs(90)));
        let command = SetBan { until, cause, ..ban(group, bob, by) };
        group::set_ban(&here.app, command.clone()).await.unwrap();
        assert_eq!((here.membership(group, bob).await, here.counts(group).await), (None, (0, 0, 0)));
        assert!(subscription::list_hosts(&here.app.store, group).await.unwrap().is_empty());
        assert_eq!(here.outcome(cause).await, "applied");
        let reason = Some("spam".to_owned());
        let told = EventKind::BanChanged { group, actor: bob, by, banned: true, until, reason };
        assert_eq!(here.caused().await, [(cause, told)]);
        let record = here.decisions(group).await.pop().unwrap();
        assert_eq!((record.action, record.target, record.by), (DecisionAction::Ban, Target::Actor(bob), Some(by)));

        let verdict = async || entry::submit(&here.app, posting(group, bob, "Hi")).await.unwrap().decided.verdict;
        assert!(matches!(verdict().await, Verdict::Refuse(_)));
        here.minute();
        here.minute();
        assert_eq!(verdict().await, Verdict::Admit, "it ended by itself");

        group::set_ban(&here.app, ban(group, bob, by)).await.unwrap();
        here.told().await;
        group::set_ban(&here.app, SetBan { banned: false, reason: None, ..ban(group, bob, by) }).await.unwrap();
        let told = EventKind::BanChanged { group, actor: bob, by, banned: false, until: None, reason: None };
        assert_eq!(here.told().await, [told]);
        assert_eq!(here.decisions(group).await.pop().unwrap().action, DecisionAction::Unban);
        assert_eq!(here.membership(group, bob).await, None);
        assert_eq!(verdict().await, Verdict::Admit);

        group::set_ban(&here.app, command).await.unwrap();
        assert_eq!(verdict().await, Verdict::Admit, "the activity of the first ban had ended");
    }

    async fn a_ban_may_take_away_what_was_written_here_and_only_here(db: Db) {
        let here = Here::new(db);
        let (group, other) = (here.group("garden").await, here.group("boats").await);
        let (by, ann, bob) = (here.moderator(group).await, here.person("ann").await, here.remote("bob").await);
        let thread = here.post(group, ann, "Thread").await;
        let mut mine = vec![here.post(group, bob, "Mine").await, here.comment(thread, bob, "One").await];
        mine.push(here.comment(mine[1], bob, "Two").await);
        let answer = here.comment(mine[1], ann, "Answer").await;
        let elsewhere = here.post(other, bob, "Elsewhere").await;
        here.told().await;

        group::set_ban(&here.app, SetBan { remove_content: true, ..ban(group, bob, by) }).await.unwrap();
        for entry in &mine {
            let gone = here.entry(*entry).await;
            assert_eq!((gone.state, gone.state_reason.as_deref()), (EntryState::Removed, Some("spam")));
        }
        for entry in [thread, answer, elsewhere] {
            assert_eq!(here.state(entry).await, EntryState::Published);
        }
        assert_eq!((here.counts(group).await, here.counts(other).await), ((0, 1, 1), (0, 1, 0)));
        let told = here.told().await;
        assert_eq!(told.len(), 4, "the ban and three removals");
        let removed = |kind: &EventKind| matches!(kind, EventKind::EntryGone { by: who, .. } if *who == by);
        assert_eq!(told.iter().filter(|kind| removed(kind)).count(), 3);
        assert!(removal::list(&here.app.store, 0, 10).await.unwrap().is_empty(), "nothing is left to be done");
    }

    // The commit of the ban was the last thing that went well.
    async fn what_a_crash_left_undone_is_taken_up_again(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let bob = here.remote("bob").await;
        let before = here.post(group, bob, "Before").await;
        rename(&here, "queue_items", "queue_items_lost").await;
        let by = group.actor();
        group::set_ban(&here.app, SetBan { remove_content: true, ..ban(group, bob, by) }).await.unwrap();
        assert_eq!(here.state(before).await, EntryState::Published, "it could not be removed");
        rename(&here, "queue_items_lost", "queue_items").await;

        group::set_ban(&here.app, SetBan { banned: false, ..ban(group, bob, by) }).await.unwrap();
        let after = here.post(group, bob, "After").await;
        entry::finish_removals(&here.app).await.unwrap();
        assert_eq!((here.state(before).await, here.state(after).await), (EntryState::Removed, EntryState::Published));
        assert!(removal::list(&here.app.store, 0, 10).await.unwrap().is_empty());
        here.counts(group).await;
    }

    async fn what_a_moderator_decided_is_carried_out_when_they_are_dismissed(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (by, bob) = (here.moderator(group).await, here.remote("bob").await);
        let before = here.post(group, bob, "Before").await;
        rename(&here, "queue_items", "queue_items_lost").await;
        group::set_ban(&here.app, SetBan { remove_content: true, ..ban(group, bob, by) }).await.unwrap();
        rename(&here, "queue_items_lost", "queue_items").await;
        let dismissal = SetModerator { group, actor: by, by: group.actor(), appointed: false, cause: Cause::Local };
        group::set_moderator(&here.app, dismissal).await.unwrap();
        here.told().await;

        entry::finish_removals(&here.app).await.unwrap();
        assert_eq!(here.state(before).await, EntryState::Removed);
        let record = here.decisions(group).await.pop().unwrap();
        assert_eq!((record.action, record.by), (DecisionAction::Remove, Some(by)));
        let removal = Some("spam".to_owned());
        let told = EventKind::EntryGone { entry: before, by: group.actor(), removal };
        assert_eq!(here.told().await, [told], "others take the word of moderators alone");
        assert!(removal::list(&here.app.store, 0, 10).await.unwrap().is_empty());
    }

    async fn a_removal_that_cannot_be_carried_out_keeps_no_other_from_it(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (bob, eve) = (here.remote("bob").await, here.remote("eve").await);
        let (of_bob, of_eve) = (here.post(group, bob, "Bob's").await, here.post(group, eve, "Eve's").await);
        let set_kind = async |kind: &'static str| {
            let mut tx = here.app.begin().await.unwrap();
            tx.query("UPDATE entries SET kind = $2 WHERE id = $1").bind(of_bob.0).bind(kind).execute().await.unwrap();
            tx.commit().await.unwrap();
        };
        set_kind("nonsense").await;
        rename(&here, "queue_items", "queue_items_lost").await;
        for actor in [bob, eve] {
            let command = SetBan { remove_content: true, ..ban(group, actor, group.actor()) };
            group::set_ban(&here.app, command).await.unwrap();
        }
        rename(&here, "queue_items_lost", "queue_items").await;
        entry::finish_removals(&here.app).await.unwrap();
        assert_eq!(here.state(of_eve).await, EntryState::Removed);
        set_kind("post").await;
        let left = removal::list(&here.app.store, 0, 10).await.unwrap();
        assert_eq!(left.iter().map(|removal| removal.author).collect::<Vec<_>>(), [bob]);
        entry::finish_removals(&here.app).await.unwrap();
        assert_eq!(here.state(of_bob).await, EntryState::Removed);
    }

    async fn what_waits_of_somebody_who_is_banned_with_their_content_waits_no_more(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", reviewing(Review::All)).await;
        let bob = here.remote("bob").await;
        let held = here.post(group, bob, "Held").await;
        let by = group.actor();
        group::set_ban(&here.app, SetBan { remove_content: true, ..ban(group, bob, by) }).await.unwrap();
        assert!(here.queue(group).await.is_empty());
        assert_eq!(here.state(held).await, EntryState::Removed);

        let approving = policy(Admission::Approval, guildhall_domain::group::Posting::Everyone, Review::None);
        let club = here.group_with("club", approving).await;
        here.join(club, bob).await;
        group::set_ban(&here.app, ban(club, bob, club.actor())).await.unwrap();
        assert!(here.queue(club).await.is_empty(), "nor does the request to join");
    }

    async fn only_moderators_ban(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        here.join(group, bob).await;
        here.told().await;
        for (in_group, is_found) in [(group, true), (GroupId(9), false)] {
            let cause = here.activity().await;
            let error = group::set_ban(&here.app, SetBan { cause, ..ban(in_group, bob, ann) }).await.unwrap_err();
            assert_eq!(matches!(error, ModerationError::NotPermitted(_)), is_found, "{error}");
            assert_eq!(matches!(error, ModerationError::NotFound), !is_found, "{error}");
            assert_eq!(here.outcome(cause).await, "refused");
        }
        assert_eq!(here.counts(group).await, (1, 0, 0));
        assert!(here.told().await.is_empty());
    }

    async fn a_group_elsewhere_bans_and_takes_away_without_our_telling_anybody(db: Db) {
        let here = Here::new(db);
        let group = here.far_group("boats").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let theirs = entry::submit(&here.app, here.received(posting(group, bob, "Theirs")).await).await.unwrap();
        let ours = here.post(group, ann, "Ours").await;
        here.join(group, ann).await;
        here.told().await;
        for actor in [ann, bob] {
            let command = SetBan { remove_content: true, ..ban(group, actor, group.actor()) };
            group::set_ban(&here.app, command).await.unwrap();
        }
        for entry in [theirs.entry.unwrap(), ours] {
            assert_eq!(here.state(entry).await, EntryState::Removed);
        }
        assert_eq!((here.membership(group, ann).await, here.counts(group).await), (None, (0, 0, 0)));
        assert!(here.told().await.is_empty());
    }
}
