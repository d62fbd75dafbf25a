//! Appeals against what a group decided about a thread that is another group's by now: they change nothing there.

use std::time::Duration;

use guildhall_app::{
    appeal::{self, DecideError},
    case::{self, Act, EntryAction, Report},
    entry::{self, Annotate, Annotation},
    read::{CaseFilter, PageRequest, cases},
};
use guildhall_domain::{
    ActorId, EntryId, GroupId, content::EntryState, event::Cause, moderation::DecisionAction,
};
use guildhall_store::{Db, testing::on_both_engines};

use crate::{
    moving::move_to,
    support::{
        Here,
        appeals::{changing, latest, object, put_into, reversing},
        people::viewer,
    },
};

/// Two groups; somebody who moderates both, and one more for each.
struct Neighbours {
    from: GroupId,
    to: GroupId,
    mona: ActorId,
    judge: ActorId,
    lea: ActorId,
    ann: ActorId,
}

impl Neighbours {
    async fn new(here: &Here) -> Self {
        let (from, to) = (here.group("garden").await, here.group("den").await);
        let (mona, judge, lea) =
            (here.moderator(from).await, here.moderator(from).await, here.moderator(to).await);
        here.appoint(to, mona).await;
        Self { from, to, mona, judge, lea, ann: here.person("ann").await }
    }
}

async fn lock(here: &Here, entry: EntryId, by: ActorId, locked: bool) {
    let annotation = Annotation::Locked(locked);
    let command = Annotate { entry, by, annotation, reason: None, cause: Cause::Local };
    entry::annotate(&here.app, command).await.unwrap();
}

/// Decides about a post by a case.
async fn act_on(here: &Here, post: EntryId, by: ActorId, action: EntryAction) {
    case::report(&here.app, Report { entries: vec![post], ..Report::by(by, "Look.") }).await.unwrap();
    let (reader, open) = (viewer(by), CaseFilter { is_open: true, assignee: None });
    let group = here.entry(post).await.group_id;
    let found = cases::of_group(&here.app, &reader, group, open, PageRequest::default()).await.unwrap().items;
    let act = Act { actions: vec![action.into()], ..Act::default() };
    case::act(&here.app, &reader, found[0].id, act).await.unwrap();
}

on_both_engines! {
    async fn the_lock_of_the_group_that_has_a_thread_now_stays(db: Db) {
        let here = Here::new(db);
        let Neighbours { to, mona, judge, lea, ann, from } = Neighbours::new(&here).await;
        let post = here.post(from, ann, "Tulips").await;
        lock(&here, post, mona, true).await;
        let made = object(&here, latest(&here, ann).await, ann).await;
        move_to(&here, mona, post, to).await.unwrap();
        lock(&here, post, lea, false).await;
        lock(&here, post, lea, true).await;
        let sooner = changing(made, here.now().plus(Duration::from_hours(1)));
        let refused = appeal::decide(&here.app, &viewer(judge), sooner).await;
        assert!(matches!(refused, Err(DecideError::NotStanding)), "{refused:?}");
        appeal::decide(&here.app, &viewer(judge), reversing(made)).await.unwrap();
        let kept = here.entry(post).await;
        assert_eq!((kept.locked, kept.locked_until), (true, None));
        let opened = here.decisions(to).await.into_iter().filter(|seen| seen.action == DecisionAction::Unlock).count();
        assert_eq!(opened, 1, "by its own moderator");
    }

    async fn the_lock_of_another_group_stays_when_the_thread_comes_back(db: Db) {
        let here = Here::new(db);
        let Neighbours { to, mona, judge, lea, ann, from } = Neighbours::new(&here).await;
        let post = here.post(from, ann, "Tulips").await;
        lock(&here, post, mona, true).await;
        let made = object(&here, latest(&here, ann).await, ann).await;
        move_to(&here, mona, post, to).await.unwrap();
        lock(&here, post, lea, false).await;
        lock(&here, post, lea, true).await;
        move_to(&here, mona, post, from).await.unwrap();
        appeal::decide(&here.app, &viewer(judge), reversing(made)).await.unwrap();
        assert!(here.entry(post).await.locked);
    }

    async fn what_hides_a_post_is_left_to_the_group_that_has_it_now(db: Db) {
        let here = Here::new(db);
        let Neighbours { from, to, mona, judge, ann, .. } = Neighbours::new(&here).await;
        for action in [EntryAction::Remove, EntryAction::Limit, EntryAction::MarkSensitive] {
            let post = here.post(from, ann, "Tulips").await;
            act_on(&here, post, mona, action).await;
            let made = object(&here, latest(&here, ann).await, ann).await;
            put_into(&here, post, to).await;
            let before = here.entry(post).await;
            assert!(before.state == EntryState::Removed || before.limited || before.sensitive);
            appeal::decide(&here.app, &viewer(judge), reversing(made)).await.unwrap();
            let after = here.entry(post).await;
            let hidden = |entry: &guildhall_store::entry::Entry| (entry.state, entry.limited, entry.sensitive);
            assert_eq!(hidden(&after), hidden(&before), "{action:?}");
        }
    }
}
