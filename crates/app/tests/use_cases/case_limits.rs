//! Where the hands of those who act on a case end.

use guildhall_app::{
    Viewer,
    case::{self, Act, Acted, CaseAction, CaseError, EntryAction, PersonAction, Report},
    entry,
    group::{self, ChangeGroup, SetModerator},
    read::{CaseFilter, PageRequest, cases},
};
use guildhall_domain::{ActorId, CaseId, EntryId, GroupId, content::EntryState, event::Cause, group::Review};
use guildhall_store::{Db, decision, testing::on_both_engines};

use crate::support::{Here, people::viewer};

/// A group, its moderator, a reported post and its case.
async fn reported(here: &Here) -> (GroupId, ActorId, EntryId, CaseId) {
    let group = here.group("garden").await;
    let (by, bob) = (here.moderator(group).await, here.person("bob").await);
    let post = here.post(group, bob, "Cheap seeds").await;
    let ann = here.person("ann").await;
    case::report(&here.app, Report { entries: vec![post], ..Report::by(ann, "Look.") }).await.unwrap();
    let filter = CaseFilter { is_open: true, assignee: None };
    let open = cases::of_group(&here.app, &viewer(by), group, filter, PageRequest::default()).await.unwrap();
    (group, by, post, open.items[0].id)
}

async fn act(here: &Here, by: &Viewer, id: CaseId, action: CaseAction) -> Result<Acted, CaseError> {
    case::act(&here.app, by, id, Act { actions: vec![action], ..Act::default() }).await
}

on_both_engines! {
    async fn of_two_who_act_at_once_one_finds_the_case_closed(db: Db) {
        let here = Here::new(db);
        let (group, by, _, id) = reported(&here).await;
        let other = here.moderator(group).await;
        let (by, other) = (viewer(by), viewer(other));
        let warn = PersonAction::Warn.into();
        let (one, two) = tokio::join!(act(&here, &by, id, warn), act(&here, &other, id, warn));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        assert!(matches!(one.and(two), Err(CaseError::Closed)));
        assert_eq!(decision::list_of_case(&here.app.store, id, None, 9).await.unwrap().len(), 1);
    }

    async fn a_thread_that_was_moved_is_out_of_reach_of_those_it_was_moved_from(db: Db) {
        let here = Here::new(db);
        let (garden, by, post, id) = reported(&here).await;
        let boats = here.group("boats").await;
        here.appoint(boats, by).await;
        let moving = Act { actions: vec![CaseAction::Move(boats)], stays_open: true, ..Act::default() };
        case::act(&here.app, &viewer(by), id, moving).await.unwrap();
        let dismissal = SetModerator { group: boats, actor: by, by: boats.actor(), appointed: false, cause: Cause::Local };
        group::set_moderator(&here.app, dismissal).await.unwrap();
        for action in [
            EntryAction::Limit, EntryAction::MarkSensitive, EntryAction::AskChange, EntryAction::Remove, EntryAction::Lock(None),
        ] {
            let refused = act(&here, &viewer(by), id, action.into()).await;
            assert!(matches!(refused, Err(CaseError::NotApplicable(_))), "{refused:?}");
        }
        let found = here.entry(post).await;
        assert!(!found.limited && !found.sensitive && found.state == EntryState::Published);
        assert!(decision::list_of_entry(&here.app.store, post, None, 9).await.unwrap().iter().all(|made| made.group == Some(garden)));

        // What waits there now, too.
        let all = ChangeGroup { review: Some(Review::All), ..ChangeGroup::default() };
        group::change(&here.app, boats, boats.actor(), all).await.unwrap();
        here.minute();
        let author = found.author_id;
        entry::edit(&here.app, here.retitling(post, author, "Cheaper seeds")).await.unwrap();
        let refused = act(&here, &viewer(by), id, EntryAction::Admit.into()).await;
        assert!(matches!(refused, Err(CaseError::NotApplicable(_))), "{refused:?}");
        assert_eq!(here.queue(boats).await.len(), 1);
    }
}
