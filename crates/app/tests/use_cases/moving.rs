//! Threads moved by hand from one group here to another: what waits moves with them, and nobody reads more by it.

use guildhall_app::{
    Viewer,
    case::{self, Act, CaseAction, CaseError, Report},
    entry::{self, Edited},
    group::{self, ChangeGroup},
    queue::{self, QueueError},
    read::{CaseFilter, PageRequest, cases},
    rulebook::{self, Replace},
};
use guildhall_domain::{
    ActorId, EntryId, GroupId,
    content::{EntryState, MoveRefusal},
    event::EventKind,
    group::{Policy, Visibility},
};
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::json;

use crate::support::{Here, people::viewer, write::by};

/// A group here of a visibility.
async fn group_for(here: &Here, name: &str, visibility: Visibility) -> GroupId {
    here.group_with(name, Policy { visibility, ..Policy::default() }).await
}

/// Moves a thread by a case about it.
pub(crate) async fn move_to(
    here: &Here,
    moderator: ActorId,
    post: EntryId,
    to: GroupId,
) -> Result<(), CaseError> {
    let report = Report { entries: vec![post], ..Report::by(moderator, "It belongs elsewhere.") };
    case::report(&here.app, report).await.unwrap();
    let (reader, open) = (viewer(moderator), CaseFilter { is_open: true, assignee: None });
    let from = here.entry(post).await.group_id;
    let found = cases::of_group(&here.app, &reader, from, open, PageRequest::default()).await.unwrap().items;
    let act = Act { actions: vec![CaseAction::Move(to)], ..Act::default() };
    case::act(&here.app, &reader, found[0].id, act).await.map(|_| ())
}

async fn visibility_of(here: &Here, group: GroupId, visibility: Visibility) {
    let change = ChangeGroup { visibility: Some(visibility), ..ChangeGroup::default() };
    group::change(&here.app, group, group.actor(), change).await.unwrap();
}

fn admin() -> Viewer {
    Viewer { is_admin: true, ..Viewer::anonymous() }
}

on_both_engines! {
    async fn what_waits_in_a_thread_moves_into_the_queue_of_its_new_group(db: Db) {
        let here = Here::new(db);
        let (from, to) = (here.group("garden").await, group_for(&here, "den", Visibility::Members).await);
        let (mona, left) = (here.moderator(from).await, here.moderator(from).await);
        here.appoint(to, mona).await;
        let bob = here.person("bob").await;
        let post = here.post(from, bob, "Tomatoes").await;
        here.minute();
        let held_if = json!({ "name": "casinos", "title": "No casinos.", "when": { "words": ["casino"] }, "then": ["hold"] });
        let book = Replace { group: Some(from), before: 0, body: json!({ "rules": [held_if] }) };
        rulebook::replace(&here.app, &admin(), book).await.unwrap();
        let held = here.comment(post, bob, "A casino").await;
        let gone = here.comment(post, bob, "Another casino").await;
        assert_eq!(entry::edit(&here.app, here.retitling(post, bob, "Casino")).await.unwrap(), Edited::Held);
        here.take_away(gone, mona).await;
        let items = here.queue(from).await;
        assert_eq!(items.len(), 2);

        move_to(&here, mona, post, to).await.unwrap();
        assert!(here.queue(from).await.is_empty(), "not for those whom it left");
        assert_eq!(here.queue(to).await.len(), 2);
        for item in &items {
            let refused = queue::admit(&here.app, item.id, left).await;
            assert!(matches!(refused, Err(QueueError::NotPermitted(_))), "{refused:?}");
        }
        for item in &items {
            queue::admit(&here.app, item.id, mona).await.unwrap();
        }
        assert_eq!(here.state(held).await, EntryState::Published);
        assert_eq!(here.entry(post).await.title.as_deref(), Some("Casino"));
        assert_eq!((here.counts(from).await, here.counts(to).await), ((0, 0, 0), (0, 1, 1)));

        // What was taken away while it waited waits where its thread is now.
        entry::restore(&here.app, by(gone, mona)).await.unwrap();
        assert!(here.queue(from).await.is_empty());
        assert_eq!(here.waiting(to).await.entry, Some(gone));
    }

    async fn a_thread_does_not_move_to_where_others_read_it(db: Db) {
        let here = Here::new(db);
        let (from, to) = (here.group("den").await, here.group("garden").await);
        let (mona, bob) = (here.moderator(from).await, here.person("bob").await);
        here.appoint(to, mona).await;
        here.join(from, bob).await;
        for visibility in [Visibility::Members, Visibility::Local, Visibility::Unlisted] {
            visibility_of(&here, from, visibility).await;
            let post = here.post(from, bob, "Among us").await;
            here.told().await;
            let refused = move_to(&here, mona, post, to).await;
            assert!(matches!(refused, Err(CaseError::NotMoved(MoveRefusal::Wider))), "{visibility}: {refused:?}");
            assert_eq!((here.entry(post).await.group_id, here.state(post).await), (from, EntryState::Published));
            let published = here.told().await.into_iter().any(|told| matches!(told, EventKind::EntryPublished { .. }));
            assert!(!published, "{visibility}");

            visibility_of(&here, to, visibility).await;
            move_to(&here, mona, post, to).await.unwrap();
            assert_eq!(here.entry(post).await.group_id, to);
            visibility_of(&here, to, Visibility::Public).await;
        }
        here.counts(from).await;
    }
}
