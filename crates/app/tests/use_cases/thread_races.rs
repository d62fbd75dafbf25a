//! Threads as a whole beside what is written in them, on PostgreSQL. SQLite has one writer at a time.

use std::time::Duration;

use guildhall_app::entry::{self as entries, SubmitError};
use guildhall_store::{Db, db::Engine, entry, group, testing::run};
use tokio::time::timeout;

use crate::support::{
    Here,
    write::{by, commenting},
};

/// Long enough for a statement that need not wait, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);
/// Long enough to get as far as where it waits.
const GLIMPSE: Duration = Duration::from_millis(300);

/// Who edits a comment locks it, and the group after it.
async fn a_thread_goes_and_comes_back_beside_an_edit_of_a_comment(db: Db) {
    let here = Here::new(db);
    let group = here.group("garden").await;
    let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
    let post = here.post(group, ann, "Tomatoes").await;
    let comment = here.comment(post, bob, "Nice").await;
    for is_removal in [true, false] {
        let mut editing = here.app.begin().await.unwrap();
        entry::lock(&mut editing, comment).await.unwrap().unwrap();
        let whole = async {
            let command = by(post, group.actor());
            if is_removal {
                entries::remove_thread(&here.app, command).await
            } else {
                entries::restore_thread(&here.app, command).await
            }
        };
        tokio::pin!(whole);
        assert!(timeout(GLIMPSE, &mut whole).await.is_err(), "the comment is locked");
        let counters = timeout(PATIENCE, group::lock(&mut editing, group)).await;
        assert!(counters.expect("the group is not locked before the comments").unwrap().is_some());
        editing.commit().await.unwrap();
        whole.await.unwrap();
    }
    assert_eq!(here.counts(group).await, (0, 1, 1));
}

async fn a_comment_on_its_way_does_not_stay_behind_when_its_thread_moves(db: Db) {
    let here = Here::new(db);
    let (from, to, bob) =
        (here.far_group("boats").await, here.far_group("ships").await, here.remote("bob").await);
    let post = here.post(from, bob, "Theirs").await;
    let comment = here.comment(post, bob, "Yes").await;
    for (parent, from, to) in [(post, from, to), (comment, to, from)] {
        let mut moving = here.app.begin().await.unwrap();
        entry::lock_in_thread(&mut moving, post).await.unwrap().unwrap();
        entry::set_group(&mut moving, post, to).await.unwrap();
        let writing = entries::submit(&here.app, commenting(from, bob, parent, "Late"));
        tokio::pin!(writing);
        assert!(timeout(GLIMPSE, &mut writing).await.is_err(), "the thread is locked");
        moving.commit().await.unwrap();
        assert!(matches!(writing.await.unwrap_err(), SubmitError::NoSuchParent));
    }
}

mod postgres {
    use super::{Engine, run};

    #[test]
    fn a_thread_goes_and_comes_back_beside_an_edit_of_a_comment() {
        run(Engine::Postgres, super::a_thread_goes_and_comes_back_beside_an_edit_of_a_comment);
    }

    #[test]
    fn a_comment_on_its_way_does_not_stay_behind_when_its_thread_moves() {
        run(Engine::Postgres, super::a_comment_on_its_way_does_not_stay_behind_when_its_thread_moves);
    }
}
