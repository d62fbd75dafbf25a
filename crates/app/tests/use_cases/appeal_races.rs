//! Appeals beside what others decide about the same, on PostgreSQL. SQLite has one writer at a time.

use std::time::Duration;

use guildhall_app::{
    Viewer,
    appeal::{self, DecideError},
    entry as entries, queue,
};
use guildhall_domain::{
    ActorId, DecisionId, GroupId,
    admission::{End, Layer, Sanction},
    content::EntryState,
    group::Admission,
    moderation::{Decision, DecisionAction, ReversalRefusal, Target},
};
use guildhall_store::{Db, Tx, db::Engine, decision, entry, group, standing, testing::run};
use tokio::time::timeout;

use crate::support::{
    Here,
    appeals::{admin, ban_everywhere, is_banned, latest, object, promised, reversing},
    people::{admitting, viewer},
};

/// Long enough to get as far as where it waits.
const GLIMPSE: Duration = Duration::from_millis(300);

/// A group, one who decides, one who judges, and somebody here.
async fn garden(here: &Here) -> (GroupId, ActorId, Viewer, ActorId) {
    let group = here.group_with("garden", admitting(Admission::Approval)).await;
    let (by, judge) = (here.moderator(group).await, here.moderator(group).await);
    (group, by, viewer(judge), here.person("ann").await)
}

/// Decides about something once more.
async fn decide_anew(
    here: &Here,
    tx: &mut Tx,
    group: Option<GroupId>,
    action: DecisionAction,
    target: Target,
) {
    let id = DecisionId(here.app.new_id());
    let anew = Decision { group, ..Decision::new(id, action, target, Layer::Moderator, here.now()) };
    decision::insert(tx, &anew).await.unwrap();
}

async fn nobody_is_let_in_beside_a_ban(db: Db) {
    let here = Here::new(db);
    let (group, by, judge, ann) = garden(&here).await;
    here.join(group, ann).await;
    queue::refuse(&here.app, here.waiting(group).await.id, by, "No.").await.unwrap();
    let made = object(&here, latest(&here, ann).await, ann).await;
    let mut banning = here.app.begin().await.unwrap();
    group::lock(&mut banning, group).await.unwrap();
    standing::set(&mut banning, Some(group), ann, Sanction::Ban, End::Open).await.unwrap();
    let deciding = appeal::decide(&here.app, &judge, reversing(made));
    tokio::pin!(deciding);
    assert!(timeout(GLIMPSE, &mut deciding).await.is_err(), "the group is locked");
    banning.commit().await.unwrap();
    let refused = deciding.await;
    assert!(matches!(refused, Err(DecideError::NotReversible(ReversalRefusal::Banned))), "{refused:?}");
    assert_eq!(here.membership(group, ann).await, None);
}

async fn what_is_removed_anew_stays_away(db: Db) {
    let here = Here::new(db);
    let (group, by, judge, ann) = garden(&here).await;
    let post = here.post(group, ann, "Tulips").await;
    here.take_away(post, by).await;
    let made = object(&here, latest(&here, ann).await, ann).await;
    let mut removing = here.app.begin().await.unwrap();
    entry::lock_in_thread(&mut removing, post).await.unwrap().unwrap();
    decide_anew(&here, &mut removing, Some(group), DecisionAction::Remove, Target::Entry(post)).await;
    let deciding = appeal::decide(&here.app, &judge, reversing(made));
    tokio::pin!(deciding);
    assert!(timeout(GLIMPSE, &mut deciding).await.is_err(), "the post is locked");
    removing.commit().await.unwrap();
    deciding.await.unwrap();
    assert_eq!(here.state(post).await, EntryState::Removed);
}

async fn a_ban_from_the_instance_that_is_decided_anew_stands(db: Db) {
    let here = Here::new(db);
    let (chief, other) = (admin(&here, "chief").await, admin(&here, "other").await);
    let bob = here.person("bob").await;
    ban_everywhere(&here, &chief, bob).await;
    let made = object(&here, latest(&here, bob).await, bob).await;
    let mut banning = here.app.begin().await.unwrap();
    standing::set(&mut banning, None, bob, Sanction::Ban, End::Open).await.unwrap();
    decide_anew(&here, &mut banning, None, DecisionAction::Ban, Target::Actor(bob)).await;
    let deciding = appeal::decide(&here.app, &other, reversing(made));
    tokio::pin!(deciding);
    assert!(timeout(GLIMPSE, &mut deciding).await.is_err(), "what stands is locked");
    banning.commit().await.unwrap();
    deciding.await.unwrap();
    assert!(is_banned(&here, None, bob).await);
}

async fn what_is_removed_anew_does_not_come_back_with_a_ban(db: Db) {
    let here = Here::new(db);
    let (group, by, _, ann) = garden(&here).await;
    let post = promised(&here, group, by, ann).await;
    let mut removing = here.app.begin().await.unwrap();
    entry::lock_in_thread(&mut removing, post).await.unwrap().unwrap();
    decide_anew(&here, &mut removing, Some(group), DecisionAction::Remove, Target::Entry(post)).await;
    let returning = entries::finish_returns(&here.app);
    tokio::pin!(returning);
    assert!(timeout(GLIMPSE, &mut returning).await.is_err(), "the post is locked");
    removing.commit().await.unwrap();
    returning.await.unwrap();
    assert_eq!(here.state(post).await, EntryState::Removed);
}

async fn nothing_comes_back_beside_a_new_ban(db: Db) {
    let here = Here::new(db);
    let (group, by, _, ann) = garden(&here).await;
    let post = promised(&here, group, by, ann).await;
    let mut banning = here.app.begin().await.unwrap();
    group::lock(&mut banning, group).await.unwrap();
    standing::set(&mut banning, Some(group), ann, Sanction::Ban, End::Open).await.unwrap();
    let returning = entries::finish_returns(&here.app);
    tokio::pin!(returning);
    assert!(timeout(GLIMPSE, &mut returning).await.is_err(), "the group is locked");
    banning.commit().await.unwrap();
    returning.await.unwrap();
    assert_eq!(here.state(post).await, EntryState::Removed);
    here.counts(group).await;
}

mod postgres {
    use super::{Engine, run};

    #[test]
    fn nobody_is_let_in_beside_a_ban() {
        run(Engine::Postgres, super::nobody_is_let_in_beside_a_ban);
    }

    #[test]
    fn what_is_removed_anew_stays_away() {
        run(Engine::Postgres, super::what_is_removed_anew_stays_away);
    }

    #[test]
    fn a_ban_from_the_instance_that_is_decided_anew_stands() {
        run(Engine::Postgres, super::a_ban_from_the_instance_that_is_decided_anew_stands);
    }

    #[test]
    fn what_is_removed_anew_does_not_come_back_with_a_ban() {
        run(Engine::Postgres, super::what_is_removed_anew_does_not_come_back_with_a_ban);
    }

    #[test]
    fn nothing_comes_back_beside_a_new_ban() {
        run(Engine::Postgres, super::nothing_comes_back_beside_a_new_ban);
    }
}
