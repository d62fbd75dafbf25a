//! Many at once: nothing is counted twice or lost, nobody waits for somebody who waits for them.

use guildhall_app::{
    App,
    entry::{self, CastVote, Delete, Edit, SubmitError},
    group::{self, Leave, RequestJoin},
    queue::{self, QueueError},
    remote::{self, JoinAnswered},
};
use guildhall_domain::{
    ActorId, ApId, EntryId,
    content::{EntryState, Vote},
    event::{Cause, EventKind},
    group::{Admission, Review},
    membership::MembershipState,
};
use guildhall_store::{Db, membership, testing::on_both_engines};
use tokio::task::JoinSet;

use crate::support::{
    Here,
    people::{admitting, asking, reviewing},
    write::{by, commenting, posting, titled},
};

const TASKS: usize = 32;

/// Runs all at once; gives their answers in no fixed order.
async fn all_at_once<F>(work: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let tasks: JoinSet<F::Output> = work.into_iter().collect();
    tasks.join_all().await
}

/// A vote on `entry`.
async fn vote(app: App, entry: EntryId, actor: ActorId, vote: Option<Vote>) {
    entry::cast_vote(&app, CastVote { entry, actor, vote, cause: Cause::Local }).await.unwrap();
}

async fn people(here: &Here, count: usize) -> Vec<ActorId> {
    let mut people = Vec::with_capacity(count);
    for number in 0..count {
        people.push(here.remote(&format!("p{number}")).await);
    }
    people
}

on_both_engines! {
    async fn votes_of_many_at_once_are_all_counted(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let people = people(&here, TASKS).await;
        let post = here.post(group, people[0], "Tomatoes").await;
        for (vote_of_even, want) in [(Some(Vote::Up), (16, 16)), (None, (0, 16)), (Some(Vote::Down), (0, 32))] {
            let votes = people.iter().enumerate().map(|(number, actor)| {
                let wanted = if number % 2 == 0 { vote_of_even } else { Some(Vote::Down) };
                vote(here.app.clone(), post, *actor, wanted)
            });
            all_at_once(votes).await;
            let tally = here.entry(post).await.tally;
            assert_eq!((tally.up, tally.down), want);
        }
        // One person, many times: one vote.
        all_at_once((0..TASKS).map(|_| vote(here.app.clone(), post, people[0], Some(Vote::Up)))).await;
        assert_eq!(here.entry(post).await.tally.up, 1);
        here.assert_counters_agree().await;
    }

    async fn comments_of_many_at_once_are_all_counted(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let people = people(&here, TASKS).await;
        let post = here.post(group, people[0], "Tomatoes").await;
        let first = here.comment(post, people[0], "First").await;
        here.minute();
        let comments = people.iter().enumerate().map(|(number, author)| {
            let (app, parent) = (here.app.clone(), if number % 2 == 0 { post } else { first });
            let command = commenting(group, *author, parent, "Hi");
            async move { entry::submit(&app, command).await.unwrap().entry.unwrap() }
        });
        all_at_once(comments).await;
        assert_eq!(here.counts(group).await, (0, 1, 33));
        assert_eq!((here.entry(post).await.comment_count, here.entry(first).await.comment_count), (33, 16));
    }

    async fn one_of_two_moderators_decides(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", reviewing(Review::All)).await;
        let (first, second, bob) =
            (here.moderator(group).await, here.moderator(group).await, here.remote("bob").await);
        for _ in 0..4 {
            let post = here.post(group, bob, "Tomatoes").await;
            let item = here.waiting(group).await.id;
            here.told().await;
            let decisions = [(first, true), (second, false)].map(|(by, is_admitted)| {
                let app = here.app.clone();
                async move {
                    if is_admitted { queue::admit(&app, item, by).await } else { queue::refuse(&app, item, by, "No").await }
                }
            });
            let answers = Box::pin(all_at_once(decisions)).await;
            let late = answers.iter().filter(|answer| matches!(answer, Err(QueueError::AlreadyDecided))).count();
            assert_eq!((late, answers.iter().filter(|answer| answer.is_ok()).count()), (1, 1), "{answers:?}");
            let told = here.told().await;
            let is_published = here.state(post).await == EntryState::Published;
            assert_eq!(told.len(), 1);
            assert_eq!(matches!(told[0], EventKind::EntryPublished { .. }), is_published);
            here.assert_counters_agree().await;
        }
    }

    async fn many_requests_to_join_are_decided_at_once(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", admitting(Admission::Approval)).await;
        let people = people(&here, TASKS).await;
        let asked = people.iter().map(|actor| {
            let (app, command) = (here.app.clone(), asking(group, *actor));
            async move { group::request_join(&app, command).await.map(drop).unwrap() }
        });
        all_at_once(asked).await;
        let items = here.queue(group).await;
        assert_eq!(items.len(), TASKS);
        // While some are decided, others take their request back.
        let decided = items.into_iter().enumerate().map(|(number, item)| {
            let app = here.app.clone();
            async move {
                let leave = Leave { group, actor: item.actor, cause: Cause::Local };
                match number % 3 {
                    0 => queue::admit(&app, item.id, group.actor()).await.unwrap(),
                    1 => queue::refuse(&app, item.id, group.actor(), "Full").await.unwrap(),
                    _ => {
                        let (left, admitted) = tokio::join!(
                            group::leave(&app, leave),
                            queue::admit(&app, item.id, group.actor())
                        );
                        assert!(left.unwrap());
                        assert!(matches!(admitted, Ok(()) | Err(QueueError::AlreadyDecided)), "{admitted:?}");
                    }
                }
            }
        });
        all_at_once(decided).await;
        assert!(here.queue(group).await.is_empty());
        assert_eq!(here.counts(group).await, (11, 0, 0));
    }

    async fn one_activity_in_two_hands_has_one_effect(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let both = async |work: [std::pin::Pin<Box<dyn Future<Output = ()> + Send>>; 2]| all_at_once(work).await;

        let post = here.received(posting(group, bob, "Tomatoes")).await;
        let app = here.app.clone();
        let submit = |command: entry::Submit| {
            let app = app.clone();
            async move {
                let submitted = entry::submit(&app, command).await;
                assert!(matches!(submitted, Ok(_) | Err(SubmitError::Known)), "{submitted:?}");
            }
        };
        both([Box::pin(submit(post.clone())), Box::pin(submit(post))]).await;
        assert_eq!((here.counts(group).await, here.told().await.len()), ((0, 1, 0), 1));

        let comment = here.post(group, ann, "Other").await;
        let cause = here.activity().await;
        let follow = RequestJoin { follow: Some(ApId::new("x:1")), cause, ..asking(group, bob) };
        let like = CastVote { entry: comment, actor: bob, vote: Some(Vote::Up), cause: here.activity().await };
        let delete = Delete { cause: here.activity().await, ..by(comment, ann) };
        here.told().await;
        let join = |command: RequestJoin| {
            let app = app.clone();
            async move { group::request_join(&app, command).await.map(drop).unwrap() }
        };
        both([Box::pin(join(follow.clone())), Box::pin(join(follow))]).await;
        assert_eq!((here.counts(group).await, here.told().await.len()), ((1, 2, 0), 1));
        let cast = || {
            let app = app.clone();
            async move { entry::cast_vote(&app, like).await.unwrap() }
        };
        both([Box::pin(cast()), Box::pin(cast())]).await;
        assert_eq!((here.entry(comment).await.tally.up, here.told().await.len()), (1, 1));
        let gone = |command: Delete| {
            let app = app.clone();
            async move { entry::delete(&app, command).await.map(drop).unwrap() }
        };
        both([Box::pin(gone(delete.clone())), Box::pin(gone(delete))]).await;
        assert_eq!((here.counts(group).await, here.told().await.len()), ((1, 1, 0), 1));
    }

    async fn two_answers_to_one_follow_make_one_member(db: Db) {
        let here = Here::new(db);
        let (group, ann) = (here.far_group("boats").await, here.person("ann").await);
        for _ in 0..4 {
            here.join(group, ann).await;
            let follow = membership::find(&here.app.store, group, ann).await.unwrap().unwrap().follow;
            let mut answers = Vec::new();
            for _ in 0..8 {
                let (group, cause) = (group.actor(), here.activity().await);
                answers.push(JoinAnswered { group, follow: follow.clone(), follower: None, is_accepted: true, reason: None, cause });
            }
            let app = here.app.clone();
            all_at_once(answers.into_iter().map(|answer| {
                let app = app.clone();
                async move { remote::join_answered(&app, answer).await.unwrap() }
            }))
            .await;
            assert_eq!(here.counts(group).await, (1, 0, 0));
            assert_eq!(here.membership(group, ann).await, Some(MembershipState::Member));
            group::leave(&here.app, Leave { group, actor: ann, cause: Cause::Local }).await.unwrap();
        }
    }

    async fn a_busy_thread_makes_nobody_wait_for_ever(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let people = people(&here, 8).await;
        let post = here.post(group, people[0], "Tomatoes").await;
        let mut comments = vec![here.comment(post, people[0], "First").await];
        for number in 1..8 {
            comments.push(here.comment(comments[number - 1], people[number], "Next").await);
        }
        here.minute();
        let work = (0..96).map(|number: usize| {
            let app = here.app.clone();
            let (author, comment) = (people[number % 8], comments[number % 8]);
            let written_at = here.now();
            async move {
                match number / 8 % 6 {
                    0 => {
                        let submitted = entry::submit(&app, commenting(group, author, comment, "Hi")).await;
                        // What it answers may have been deleted a moment before.
                        assert!(matches!(submitted, Ok(_) | Err(SubmitError::NoSuchParent)), "{submitted:?}");
                    }
                    1 => vote(app, post, author, Some(Vote::Up)).await,
                    2 => drop(entry::delete(&app, by(comment, author)).await.unwrap()),
                    3 => {
                        let (texts, cause) = (titled("New"), Cause::Local);
                        let command = Edit { entry: post, editor: author, texts, poll: None, written_at, is_dated: false, cause };
                        let edited = entry::edit(&app, command).await;
                        assert!(!matches!(edited, Err(entry::EditError::Store(_))), "{edited:?}");
                    }
                    4 => {
                        let restored = entry::restore(&app, by(comment, author)).await;
                        assert!(!matches!(restored, Err(entry::DeleteError::Store(_))), "{restored:?}");
                    }
                    _ => drop(group::request_join(&app, asking(group, author)).await.unwrap()),
                }
            }
        });
        all_at_once(work).await;
        here.counts(group).await;
    }

    async fn what_waits_is_edited_deleted_and_decided_at_once(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", reviewing(Review::All)).await;
        let people = people(&here, 8).await;
        let mut held = Vec::new();
        for author in &people {
            held.push((here.post(group, *author, "Held").await, *author));
        }
        here.minute();
        let items = here.queue(group).await;
        let work = (0..24).map(|number: usize| {
            let (app, (post, author)) = (here.app.clone(), held[number % 8]);
            let item = items.iter().find(|item| item.entry == Some(post)).unwrap().id;
            let written_at = here.now();
            async move {
                match number / 8 {
                    0 => {
                        let (texts, cause) = (titled("New"), Cause::Local);
                        let command = Edit { entry: post, editor: author, texts, poll: None, written_at, is_dated: false, cause };
                        let edited = entry::edit(&app, command).await;
                        assert!(!matches!(edited, Err(entry::EditError::Store(_))), "{edited:?}");
                    }
                    1 => {
                        let decided = queue::admit(&app, item, group.actor()).await;
                        assert!(matches!(decided, Ok(()) | Err(QueueError::AlreadyDecided)), "{decided:?}");
                    }
                    _ if number.is_multiple_of(2) => drop(entry::delete(&app, by(post, author)).await.unwrap()),
                    _ => {}
                }
            }
        });
        all_at_once(work).await;
        here.counts(group).await;
    }
}
