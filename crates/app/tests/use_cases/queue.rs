//! What moderators do with what waits.

use std::time::Duration;

use guildhall_app::{
    entry::{self, Edit},
    group::{self, RequestJoin},
    queue::{self, QueueError},
};
use guildhall_domain::{
    ActorId, ApId, EntryId, GroupId, QueueItemId,
    admission::Layer,
    content::EntryState,
    event::{Cause, EventKind},
    group::{Admission, Review},
    membership::{JoinOutcome, JoinRefusal, MembershipState},
    moderation::{DecisionAction, Target},
};
use guildhall_store::{Db, delivery::subscription, queue::QueueKind, testing::on_both_engines};

use crate::support::{
    FAR, Here, Seen,
    people::{admitting, asking, reviewing},
    write::{commenting, posting, said, titled},
};

fn by_hand(action: DecisionAction, target: Target, rule: &str, reason: Option<&str>, by: ActorId) -> Seen {
    Seen {
        action,
        target,
        layer: Layer::Moderator,
        rule: Some(rule.to_owned()),
        note: None,
        reason: reason.map(str::to_owned),
        by: Some(by),
    }
}

/// A group that reviews everything, its moderator, and a held post from elsewhere with the activity that brought it.
async fn held_post(here: &Here) -> (GroupId, ActorId, EntryId, Cause) {
    let group = here.group_with("garden", reviewing(Review::All)).await;
    let (moderator, bob) = (here.moderator(group).await, here.remote("bob").await);
    let command = here.received(posting(group, bob, "Tomatoes")).await;
    let cause = command.cause;
    let post = entry::submit(&here.app, command).await.unwrap().entry.unwrap();
    here.told().await;
    (group, moderator, post, cause)
}

on_both_engines! {
    async fn a_request_that_is_admitted_becomes_a_membership(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", admitting(Admission::Approval)).await;
        let (moderator, bob) = (here.moderator(group).await, here.remote("bob").await);
        let cause = here.activity().await;
        let follow = Some(ApId::new("https://far.example/follows/1"));
        group::request_join(&here.app, RequestJoin { follow, cause, ..asking(group, bob) }).await.unwrap();
        here.told().await;

        queue::admit(&here.app, here.waiting(group).await.id, moderator).await.unwrap();
        assert_eq!(here.membership(group, bob).await, Some(MembershipState::Member));
        assert_eq!(here.counts(group).await, (1, 0, 0));
        assert_eq!(subscription::list_hosts(&here.app.store, group).await.unwrap(), [FAR]);
        let decision = Ok(JoinOutcome::Joined);
        let told = EventKind::JoinDecided { group, actor: bob, decision, reason: None };
        assert_eq!(here.caused().await, [(cause, told)], "the answer names the Follow");
        let admitted = by_hand(DecisionAction::Admit, Target::Actor(bob), "approval", None, moderator);
        assert_eq!(here.decisions(group).await.pop(), Some(admitted));
    }

    async fn a_request_that_is_refused_is_answered_with_the_reason(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", admitting(Admission::Approval)).await;
        let (moderator, ann) = (here.moderator(group).await, here.person("ann").await);
        here.join(group, ann).await;
        here.told().await;
        queue::refuse(&here.app, here.waiting(group).await.id, moderator, "Full").await.unwrap();
        assert_eq!(here.membership(group, ann).await, None);
        assert_eq!(here.counts(group).await, (0, 0, 0));
        let (decision, reason) = (Err(JoinRefusal::Declined), Some("Full".to_owned()));
        assert_eq!(here.told().await, [EventKind::JoinDecided { group, actor: ann, decision, reason }]);
        let refused = by_hand(DecisionAction::Refuse, Target::Actor(ann), "approval", Some("Full"), moderator);
        assert_eq!(here.decisions(group).await.pop(), Some(refused));
        assert!(here.queue(group).await.is_empty());
    }

    async fn an_entry_that_is_admitted_is_published_by_the_activity_that_brought_it(db: Db) {
        let here = Here::new(db);
        let (group, moderator, post, cause) = held_post(&here).await;
        here.minute();
        queue::admit(&here.app, here.waiting(group).await.id, moderator).await.unwrap();
        let admitted = here.entry(post).await;
        assert_eq!((admitted.state, admitted.state_reason), (EntryState::Published, None));
        assert_eq!(here.counts(group).await, (0, 1, 0));
        assert_eq!(here.caused().await, [(cause, EventKind::EntryPublished { entry: post })]);
        let decisions = here.decisions(group).await;
        let admit = by_hand(DecisionAction::Admit, Target::Entry(post), "review-all", None, moderator);
        assert_eq!(decisions.last(), Some(&admit));
        assert_eq!(decisions[decisions.len() - 2].action, DecisionAction::Hold);

        // A comment is counted, and moves its thread, when it is admitted.
        let ann = here.person("ann").await;
        let comment = here.comment(post, ann, "Nice").await;
        assert_eq!(here.counts(group).await, (0, 1, 0));
        here.minute();
        queue::admit(&here.app, here.waiting(group).await.id, group.actor()).await.unwrap();
        assert_eq!(here.counts(group).await, (0, 1, 1));
        assert_eq!(here.entry(post).await.last_activity_at, here.now());
        assert_eq!(here.state(comment).await, EntryState::Published);
    }

    async fn an_entry_that_is_refused_is_kept_from_sight_and_its_author_told(db: Db) {
        let here = Here::new(db);
        let (group, moderator, post, cause) = held_post(&here).await;
        queue::refuse(&here.app, here.waiting(group).await.id, moderator, "Off topic").await.unwrap();
        let refused = here.entry(post).await;
        assert_eq!((refused.state, refused.state_reason.as_deref()), (EntryState::Refused, Some("Off topic")));
        assert_eq!(here.counts(group).await, (0, 0, 0));
        let told = EventKind::EntryRefused { entry: post, reason: "Off topic".to_owned() };
        assert_eq!(here.caused().await, [(cause, told)]);
        let refuse =
            by_hand(DecisionAction::Refuse, Target::Entry(post), "review-all", Some("Off topic"), moderator);
        assert_eq!(here.decisions(group).await.pop(), Some(refuse));
    }

    async fn an_edit_takes_the_place_of_the_text_when_it_is_admitted_and_not_when_it_is_refused(db: Db) {
        let here = Here::new(db);
        let (group, moderator, post, _) = held_post(&here).await;
        queue::admit(&here.app, here.waiting(group).await.id, moderator).await.unwrap();
        here.told().await;
        let bob = here.entry(post).await.author_id;
        for is_admitted in [false, true] {
            here.minute();
            let cause = here.activity().await;
            // On its way for ten seconds.
            let written_at = here.now().minus(Duration::from_secs(10));
            let change = Edit { cause, written_at, ..here.retitling(post, bob, "Cucumbers") };
            entry::edit(&here.app, change).await.unwrap();
            here.minute();
            let item = here.waiting(group).await;
            assert_eq!((item.kind, item.title.as_str()), (QueueKind::Edit, "Cucumbers"));
            assert!(here.told().await.is_empty());
            if is_admitted {
                queue::admit(&here.app, item.id, moderator).await.unwrap();
                assert_eq!(here.caused().await, [(cause, EventKind::EntryEdited { entry: post })]);
                let now = here.entry(post).await;
                assert_eq!((now.title.as_deref(), now.edited_at), (Some("Cucumbers"), Some(written_at)));
            } else {
                queue::refuse(&here.app, item.id, moderator, "No").await.unwrap();
                let reason = "No".to_owned();
                assert_eq!(here.caused().await, [(cause, EventKind::EntryRefused { entry: post, reason })]);
                assert_eq!(here.entry(post).await.title.as_deref(), Some("Tomatoes"));
            }
            assert_eq!(here.state(post).await, EntryState::Published);
        }
        assert_eq!(here.counts(group).await, (0, 1, 0));
    }

    async fn an_item_is_decided_once_and_by_moderators_alone(db: Db) {
        let here = Here::new(db);
        let (group, moderator, post, _) = held_post(&here).await;
        let item = here.waiting(group).await.id;
        let (stranger, other) = (here.person("ann").await, here.group("boats").await);
        let of_other = here.moderator(other).await;
        for by in [stranger, of_other, other.actor(), here.entry(post).await.author_id] {
            let error = queue::admit(&here.app, item, by).await.unwrap_err();
            assert!(matches!(error, QueueError::NotPermitted(_)), "{error}");
        }
        assert_eq!(here.state(post).await, EntryState::Held);
        let error = queue::admit(&here.app, QueueItemId(9), moderator).await.unwrap_err();
        assert!(matches!(error, QueueError::NotFound), "{error}");

        queue::refuse(&here.app, item, moderator, "No").await.unwrap();
        here.told().await;
        let error = queue::admit(&here.app, item, moderator).await.unwrap_err();
        assert!(matches!(error, QueueError::AlreadyDecided), "{error}");
        assert_eq!(here.state(post).await, EntryState::Refused);
        assert!(here.told().await.is_empty());
        assert_eq!(queue::group_of(&here.app, item).await.unwrap(), Some(group));
    }

    async fn what_was_withdrawn_cannot_be_admitted(db: Db) {
        let here = Here::new(db);
        let (group, moderator, post, _) = held_post(&here).await;
        let item = here.waiting(group).await.id;
        here.take_away(post, here.entry(post).await.author_id).await;
        let error = queue::admit(&here.app, item, moderator).await.unwrap_err();
        assert!(matches!(error, QueueError::AlreadyDecided), "{error}");
        assert_eq!(here.state(post).await, EntryState::Deleted);
        assert_eq!(here.counts(group).await, (0, 0, 0));
        assert!(here.told().await.is_empty(), "what nobody saw is not told");
    }

    async fn a_held_text_changes_and_its_old_form_is_not_what_is_published(db: Db) {
        let here = Here::new(db);
        let (group, moderator, post, _) = held_post(&here).await;
        let bob = here.entry(post).await.author_id;
        here.minute();
        let (cause, read) = (here.activity().await, here.waiting(group).await.id);
        let change = Edit { cause, ..here.retitling(post, bob, "Cucumbers") };
        assert_eq!(entry::edit(&here.app, change).await.unwrap(), entry::Edited::Changed);
        assert_eq!(here.outcome(cause).await, "applied");
        let late = queue::admit(&here.app, read, moderator).await.unwrap_err();
        assert!(matches!(late, QueueError::AlreadyDecided), "who read the old text admits nothing: {late}");
        let item = here.waiting(group).await;
        assert_eq!((item.kind, item.title.as_str()), (QueueKind::Post, "Cucumbers"));
        assert!(here.told().await.is_empty());

        queue::admit(&here.app, item.id, moderator).await.unwrap();
        assert_eq!(here.entry(post).await.title.as_deref(), Some("Cucumbers"));
        // Not by the Create, whose bytes have the old text.
        assert_eq!(here.caused().await, [(Cause::Local, EventKind::EntryPublished { entry: post })]);
    }

    async fn a_comment_waits_under_its_first_words(db: Db) {
        let here = Here::new(db);
        let (group, moderator, post, _) = held_post(&here).await;
        queue::admit(&here.app, here.waiting(group).await.id, moderator).await.unwrap();
        let ann = here.person("ann").await;
        let comment = entry::submit(&here.app, commenting(group, ann, post, "Nice *ones*")).await.unwrap();
        let item = here.waiting(group).await;
        assert_eq!((item.kind, item.title.as_str()), (QueueKind::Comment, "Nice ones"));
        let change = Edit { texts: said("Nicer"), ..here.retitling(comment.entry.unwrap(), ann, "") };
        entry::edit(&here.app, change).await.unwrap();
        assert_eq!(here.waiting(group).await.title, "Nicer");
        assert!(titled("x").title.is_some());
    }

    async fn long_reasons_are_shortened(db: Db) {
        let here = Here::new(db);
        let (group, moderator, post, _) = held_post(&here).await;
        queue::refuse(&here.app, here.waiting(group).await.id, moderator, &"x".repeat(5000)).await.unwrap();
        assert_eq!(here.entry(post).await.state_reason.unwrap().chars().count(), 1000);
    }
}
