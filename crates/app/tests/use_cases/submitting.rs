//! What wants to enter: admitted, held, refused or dropped, and never twice.

use guildhall_app::{
    entry::{self, Annotate, Annotation, Origin, Poll, Submit, SubmitError, Submitted},
    instance, queue,
};
use guildhall_domain::{
    EntryId, GroupId, Timestamp,
    admission::{Decided, HoldReason, Layer, Refusal, Verdict},
    content::{EntryKind, EntryState, MAX_DEPTH},
    event::{Cause, EventKind},
    group::{Policy, Posting, Review},
    moderation::{DecisionAction, Target},
    peering::PeeringAction,
};
use guildhall_store::{Db, poll, queue::QueueKind, testing::on_both_engines};

use crate::support::{
    FAR, Here, Seen,
    people::reviewing,
    write::{commenting, posting},
};

async fn submit(here: &Here, command: Submit) -> Submitted {
    entry::submit(&here.app, command).await.unwrap()
}

async fn refused(here: &Here, command: Submit) -> SubmitError {
    entry::submit(&here.app, command).await.unwrap_err()
}

async fn lock(here: &Here, post: EntryId) {
    let by = here.entry(post).await.group_id.actor();
    let (annotation, cause) = (Annotation::Locked(true), Cause::Local);
    entry::annotate(&here.app, Annotate { entry: post, by, annotation, reason: None, cause }).await.unwrap();
}

async fn list(here: &Here, group: Option<GroupId>, action: PeeringAction) {
    instance::set_peering(&here.app, group, FAR, Some(action), None).await.unwrap();
}

on_both_engines! {
    async fn what_is_admitted_is_published_counted_and_told(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let done = submit(&here, posting(group, ann, "Tomatoes")).await;
        assert_eq!(done.decided, Decided::by(Layer::Default, Verdict::Admit));
        let post = here.entry(done.entry.unwrap()).await;
        assert_eq!(post.ap_id.as_str(), format!("https://here.example/posts/{}", post.id));
        assert_eq!((post.kind, post.state, post.is_local, post.depth), (EntryKind::Post, EntryState::Published, true, 0));
        assert_eq!((post.thread_id, post.parent_id, post.wire_type.as_str()), (post.id, None, "Page"));
        assert_eq!((post.published_at, post.edited_at, post.received_id), (here.now(), None, None));
        assert_eq!(here.caused().await, [(Cause::Local, EventKind::EntryPublished { entry: post.id })]);

        here.minute();
        let command = here.received(commenting(group, bob, post.id, "Nice")).await;
        let (cause, origin) = (command.cause, command.origin.clone());
        let comment = here.entry(submit(&here, command).await.entry.unwrap()).await;
        let Origin::Elsewhere { ap_id, .. } = origin else { panic!("written here") };
        assert_eq!((comment.ap_id, comment.kind, comment.is_local), (ap_id, EntryKind::Comment, false));
        assert_eq!((comment.thread_id, comment.parent_id, comment.depth), (post.id, Some(post.id), 1));
        assert_eq!(comment.received_id, cause.received());
        assert_eq!(here.outcome(cause).await, "applied");
        assert_eq!(here.caused().await, [(cause, EventKind::EntryPublished { entry: comment.id })]);
        assert_eq!(here.counts(group).await, (0, 1, 1));
        let post = here.entry(post.id).await;
        assert_eq!((post.comment_count, post.last_activity_at), (1, here.now()), "counted once");

        let below = here.comment(comment.id, ann, "Yes").await;
        assert_eq!(here.entry(comment.id).await.comment_count, 1);
        assert_eq!(here.entry(below).await.ap_id.as_str(), format!("https://here.example/comments/{below}"));
        assert_eq!(here.counts(group).await, (0, 1, 2));
        assert!(here.decisions(group).await.is_empty(), "nothing was decided by anybody");
    }

    async fn every_layer_that_refuses_says_why_and_is_on_record(db: Db) {
        let here = Here::new(db);
        let bob = here.remote("bob").await;
        let members = here.group_with("members", Policy { posting: Posting::Members, ..Policy::default() }).await;
        let moderated =
            here.group_with("moderated", Policy { posting: Posting::Moderators, ..Policy::default() }).await;
        let (banning, quiet, blocking) =
            (here.group("banning").await, here.group("quiet").await, here.group("blocking").await);
        here.ban(banning, bob).await;
        list(&here, Some(blocking), PeeringAction::Block).await;
        let locked = here.group("locked").await;
        let thread = here.post(locked, bob, "Thread").await;
        lock(&here, thread).await;
        here.told().await;

        for (command, layer, refusal) in [
            (posting(members, bob, "A"), Layer::Role, Refusal::MembersOnly),
            (posting(moderated, bob, "A"), Layer::Role, Refusal::ModeratorsOnly),
            (posting(banning, bob, "A"), Layer::Standing, Refusal::Banned),
            (Submit { is_public: false, ..posting(quiet, bob, "A") }, Layer::Audience, Refusal::NotPublic),
            (posting(blocking, bob, "A"), Layer::GroupPeering, Refusal::HostBlocked),
            (commenting(locked, bob, thread, "A"), Layer::Thread, Refusal::Locked),
        ] {
            let command = here.received(command).await;
            let (group, cause) = (command.group, command.cause);
            let before = here.counts(group).await;
            let done = submit(&here, command).await;
            assert_eq!(done.decided, Decided::by(layer, Verdict::Refuse(refusal)));
            let entry = done.entry.unwrap();
            let kept = here.entry(entry).await;
            let reason = refusal.explanation().to_owned();
            assert_eq!((kept.state, kept.state_reason.as_ref()), (EntryState::Refused, Some(&reason)));
            assert_eq!(here.outcome(cause).await, "refused");
            assert_eq!(here.caused().await, [(cause, EventKind::EntryRefused { entry, reason: reason.clone() })]);
            let (action, target) = (DecisionAction::Refuse, Target::Entry(entry));
            let rule = Some(refusal.as_str().to_owned());
            let record = Seen { action, target, layer, rule, reason: Some(reason), note: None, by: None };
            assert_eq!(here.decisions(group).await.pop(), Some(record));
            assert_eq!(here.counts(group).await, before);
            assert!(here.queue(group).await.is_empty());
        }
    }

    async fn every_layer_that_holds_puts_it_before_the_moderators(db: Db) {
        let here = Here::new(db);
        let bob = here.remote("bob").await;
        let (all, first) =
            (here.group_with("careful", reviewing(Review::All)).await, here.group_with("first", reviewing(Review::First)).await);
        let limiting = here.group("limiting").await;
        list(&here, Some(limiting), PeeringAction::Limit).await;
        here.told().await;
        for (group, layer, reason) in [
            (all, Layer::Review, HoldReason::ReviewAll),
            (first, Layer::Review, HoldReason::FirstPost),
            (limiting, Layer::GroupPeering, HoldReason::HostLimited),
        ] {
            let command = here.received(posting(group, bob, "Hello")).await;
            let cause = command.cause;
            let done = submit(&here, command).await;
            assert_eq!(done.decided, Decided::by(layer, Verdict::Hold(reason)));
            let entry = done.entry.unwrap();
            let kept = here.entry(entry).await;
            assert_eq!((kept.state, kept.state_reason.as_deref()), (EntryState::Held, Some(reason.as_str())));
            assert_eq!(here.outcome(cause).await, "held");
            assert!(here.told().await.is_empty(), "nobody is told of what waits");
            assert_eq!(here.counts(group).await, (0, 0, 0));
            let item = here.waiting(group).await;
            assert_eq!((item.kind, item.entry, item.actor), (QueueKind::Post, Some(entry), bob));
            assert_eq!((item.title.as_str(), item.reason.as_str()), ("Hello", reason.as_str()));
            assert_eq!((item.object, item.received), (Some(kept.ap_id), cause.received()));
            let (action, target, rule) = (DecisionAction::Hold, Target::Entry(entry), Some(reason.as_str().to_owned()));
            let record = Seen { action, target, layer, rule, reason: None, note: None, by: None };
            assert_eq!(here.decisions(group).await.pop(), Some(record));
        }
        // Once something of theirs was admitted, the next one is in.
        queue::admit(&here.app, here.waiting(first).await.id, first.actor()).await.unwrap();
        assert_eq!(submit(&here, posting(first, bob, "Again")).await.decided.verdict, Verdict::Admit);
        let moderator = here.moderator(all).await;
        assert_eq!(submit(&here, posting(all, moderator, "Mine")).await.decided.verdict, Verdict::Admit);
    }

    async fn what_a_blocked_host_sends_is_dropped_without_a_trace(db: Db) {
        let here = Here::new(db);
        let (group, far) = (here.group("garden").await, here.far_group("boats").await);
        let bob = here.remote("bob").await;
        list(&here, None, PeeringAction::Block).await;
        for group in [group, far] {
            let command = here.received(posting(group, bob, "Spam")).await;
            let cause = command.cause;
            let done = submit(&here, command).await;
            assert_eq!((done.entry, done.decided.layer), (None, Layer::InstancePeering));
            assert_eq!(here.outcome(cause).await, "refused");
            assert_eq!(here.counts(group).await, (0, 0, 0));
            assert!(here.told().await.is_empty() && here.decisions(group).await.is_empty());
        }
        let (entries,): (i64,) = here.app.store.query("SELECT count(*) FROM entries").one().await.unwrap();
        assert_eq!(entries, 0);
    }

    async fn only_what_is_published_in_the_same_group_can_be_answered(db: Db) {
        let here = Here::new(db);
        let (group, other) = (here.group_with("garden", reviewing(Review::First)).await, here.group("boats").await);
        let (ann, bob) = (here.moderator(group).await, here.remote("bob").await);
        let held = here.post(group, bob, "Held").await;
        let removed = here.post(group, ann, "Removed").await;
        here.take_away(removed, group.actor()).await;
        let deleted = here.post(group, ann, "Deleted").await;
        here.take_away(deleted, ann).await;
        let elsewhere = here.post(other, ann, "Elsewhere").await;
        for parent in [held, removed, deleted, elsewhere, EntryId(9)] {
            let command = here.received(commenting(group, ann, parent, "Hi")).await;
            let cause = command.cause;
            assert!(matches!(refused(&here, command).await, SubmitError::NoSuchParent));
            assert_eq!(here.outcome(cause).await, "ignored");
        }
        let command = here.received(posting(GroupId(9), ann, "Hi")).await;
        let cause = command.cause;
        assert!(matches!(refused(&here, command).await, SubmitError::NoSuchGroup));
        assert_eq!(here.outcome(cause).await, "ignored");
        here.counts(group).await;
    }

    async fn a_locked_thread_and_one_whose_post_is_gone_take_comments_of_moderators_alone(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (moderator, ann) = (here.moderator(group).await, here.person("ann").await);
        let verdict = async |parent, author| {
            submit(&here, commenting(group, author, parent, "Hi")).await.decided.verdict
        };
        let (locked, gone) = (here.post(group, ann, "Locked").await, here.post(group, ann, "Gone").await);
        let (in_locked, in_gone) = (here.comment(locked, ann, "First").await, here.comment(gone, ann, "First").await);
        lock(&here, locked).await;
        here.take_away(gone, moderator).await;
        for parent in [locked, in_locked, in_gone] {
            assert_eq!(verdict(parent, ann).await, Verdict::Refuse(Refusal::Locked));
            assert_eq!(verdict(parent, moderator).await, Verdict::Admit);
        }
        // A comment that is locked stops what hangs on it.
        let open = here.post(group, ann, "Open").await;
        let comment = here.comment(open, ann, "First").await;
        lock(&here, comment).await;
        assert_eq!(verdict(comment, ann).await, Verdict::Refuse(Refusal::Locked));
        assert_eq!(verdict(open, ann).await, Verdict::Admit);
    }

    async fn the_same_thing_by_two_ways_enters_once(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let bob = here.remote("bob").await;
        let first = here.received(posting(group, bob, "Tomatoes")).await;
        submit(&here, first.clone()).await;
        here.told().await;

        let wrapped = Submit { cause: here.activity().await, ..first.clone() };
        assert!(matches!(refused(&here, wrapped.clone()).await, SubmitError::Known), "another activity");
        assert_eq!(here.outcome(wrapped.cause).await, "ignored");
        let again = Submit { origin: here.written_elsewhere(), ..first.clone() };
        assert!(matches!(refused(&here, again).await, SubmitError::Known), "the same activity");
        assert_eq!(here.outcome(first.cause).await, "applied", "the first outcome stays");
        assert_eq!(here.counts(group).await, (0, 1, 0));
        assert!(here.told().await.is_empty());
    }

    async fn a_group_elsewhere_decides_for_itself(db: Db) {
        let here = Here::new(db);
        let group = here.far_group("boats").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        list(&here, Some(group), PeeringAction::Block).await;
        list(&here, None, PeeringAction::Limit).await;
        let theirs = here.received(posting(group, bob, "Theirs")).await;
        let done = submit(&here, theirs).await;
        assert_eq!(done.decided.verdict, Verdict::Admit);
        assert!(here.told().await.is_empty(), "its own server tells of it");
        let ours = here.post(group, ann, "Ours").await;
        assert_eq!(here.told().await, [EventKind::EntryPublished { entry: ours }]);
        assert_eq!(here.counts(group).await, (0, 2, 0));
    }

    async fn comments_nest_no_deeper_than_can_be_shown(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let ann = here.person("ann").await;
        let mut last = here.post(group, ann, "Deep").await;
        for _ in 0..MAX_DEPTH + 2 {
            last = here.comment(last, ann, "Deeper").await;
        }
        assert_eq!(here.entry(last).await.depth, MAX_DEPTH);
        assert_eq!(here.counts(group).await, (0, 1, MAX_DEPTH + 2));
    }

    async fn a_question_comes_with_its_options_and_an_edited_text_with_its_times(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let bob = here.remote("bob").await;
        let asked =
            Poll { options: vec![("Yes".to_owned(), 2), ("No".to_owned(), 0)], multiple: false, closes_at: None };
        let (published_at, edited_at) = (Timestamp(5), Some(Timestamp(9)));
        let Origin::Elsewhere { ap_id, wire_type, .. } = here.written_elsewhere() else { panic!("written here") };
        let page_url = Some("https://far.example/@bob/1".to_owned());
        let origin = Origin::Elsewhere { ap_id, wire_type, page_url: page_url.clone(), context_url: None, published_at, edited_at };
        let command = Submit { poll: Some(asked.clone()), origin, ..posting(group, bob, "Yes?") };
        let id = submit(&here, command).await.entry.unwrap();
        assert_eq!(poll::find(&here.app.store, id).await.unwrap(), Some(asked));
        let kept = here.entry(id).await;
        assert_eq!((kept.published_at, kept.edited_at, kept.page_url), (published_at, edited_at, page_url));
    }
}
