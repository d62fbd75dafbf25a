//! Votes, reactions, answers to polls.

use guildhall_app::{
    entry::{self, CastVote, Poll, PollVote, React, Submit, VoteError},
    instance,
};
use guildhall_domain::{
    ActorId, EntryId, GroupId,
    admission::Refusal,
    content::{EntryState, Tally, Vote, VoteRefusal},
    event::{Cause, EventKind},
    group::Review,
    peering::PeeringAction,
};
use guildhall_store::{Db, testing::on_both_engines};

use crate::support::{Here, people::reviewing, write::posting};

async fn cast(
    here: &Here,
    entry: EntryId,
    actor: ActorId,
    vote: Option<Vote>,
) -> (String, Result<(), VoteError>) {
    let cause = here.activity().await;
    let result = entry::cast_vote(&here.app, CastVote { entry, actor, vote, cause }).await;
    (here.outcome(cause).await, result)
}

async fn tally(here: &Here, post: EntryId) -> (i64, i64) {
    here.assert_counters_agree().await;
    let Tally { up, down } = here.entry(post).await.tally;
    (up, down)
}

async fn post(here: &Here) -> (GroupId, EntryId, ActorId) {
    let group = here.group("garden").await;
    let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
    let post = here.post(group, ann, "Tomatoes").await;
    here.told().await;
    (group, post, bob)
}

fn is_refused(result: &Result<(), VoteError>, refusal: VoteRefusal) -> bool {
    matches!(result, Err(VoteError::Refused(found)) if *found == refusal)
}

async fn count(here: &Here, sql: &'static str) -> i64 {
    here.app.store.query(sql).one::<(i64,)>().await.unwrap().0
}

const REACTIONS: &str = "SELECT count(*) FROM reactions";
const ANSWERS: &str = "SELECT count(*) FROM poll_votes";

on_both_engines! {
    async fn votes_are_counted_changed_and_taken_back(db: Db) {
        let here = Here::new(db);
        let (_, post, bob) = post(&here).await;
        let mut before = None;
        for (vote, want) in
            [(Some(Vote::Up), (1, 0)), (Some(Vote::Down), (0, 1)), (None, (0, 0)), (Some(Vote::Down), (0, 1))]
        {
            let cause = here.activity().await;
            entry::cast_vote(&here.app, CastVote { entry: post, actor: bob, vote, cause }).await.unwrap();
            assert_eq!(tally(&here, post).await, want);
            assert_eq!(here.caused().await, [(cause, EventKind::Voted { entry: post, actor: bob, vote, before })]);
            before = vote;
        }
        let (outcome, result) = cast(&here, post, bob, Some(Vote::Down)).await;
        assert!(result.is_ok() && outcome == "ignored" && here.told().await.is_empty(), "the same vote again");
    }

    async fn the_same_activity_counts_once(db: Db) {
        let here = Here::new(db);
        let (_, post, bob) = post(&here).await;
        let cause = here.activity().await;
        let like = CastVote { entry: post, actor: bob, vote: Some(Vote::Up), cause };
        entry::cast_vote(&here.app, like).await.unwrap();
        cast(&here, post, bob, None).await.1.unwrap();
        here.told().await;
        entry::cast_vote(&here.app, like).await.unwrap();
        assert_eq!(tally(&here, post).await, (0, 0), "it was taken back since");
        assert!(here.told().await.is_empty());
    }

    async fn who_may_not_vote_is_refused_but_may_take_a_vote_back(db: Db) {
        let here = Here::new(db);
        let (group, post, bob) = post(&here).await;
        let limited = here.elsewhere("eve", "limited.example", guildhall_domain::actor::ActorKind::Person).await;
        cast(&here, post, bob, Some(Vote::Up)).await.1.unwrap();
        here.ban(group, bob).await;
        instance::set_peering(&here.app, None, "limited.example", Some(PeeringAction::Limit), None).await.unwrap();
        here.told().await;
        for (actor, refusal) in [(bob, VoteRefusal::NotAdmitted(Refusal::Banned)), (limited, VoteRefusal::NotAdmitted(Refusal::HostLimited))] {
            let (outcome, result) = cast(&here, post, actor, Some(Vote::Down)).await;
            assert!(is_refused(&result, refusal) && outcome == "refused", "{result:?}");
        }
        assert_eq!(tally(&here, post).await, (1, 0));
        assert!(here.told().await.is_empty());
        cast(&here, post, bob, None).await.1.unwrap();
        assert_eq!(tally(&here, post).await, (0, 0));

        let (outcome, result) = cast(&here, EntryId(9), bob, Some(Vote::Up)).await;
        assert!(matches!(result, Err(VoteError::NotFound)) && outcome == "refused");
    }

    async fn only_what_is_published_is_voted_on_reacted_to_and_answered(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", reviewing(Review::All)).await;
        let (ann, bob) = (here.person("ann").await, here.person("bob").await);
        let asked = Poll { options: vec![("Yes".to_owned(), 0)], multiple: false, closes_at: None };
        let command = Submit { poll: Some(asked), ..posting(group, ann, "Held") };
        let post = entry::submit(&here.app, command).await.unwrap().entry.unwrap();
        assert_eq!(here.state(post).await, EntryState::Held);
        let closed = VoteRefusal::NotOpen;
        let (outcome, result) = cast(&here, post, bob, Some(Vote::Up)).await;
        assert!(is_refused(&result, closed) && outcome == "refused", "{result:?}");

        let cause = here.activity().await;
        let react = React { entry: post, actor: bob, emoji: Some("x".to_owned()), is_withdrawn: false, cause };
        assert!(is_refused(&entry::react(&here.app, react).await, closed));
        assert_eq!(here.outcome(cause).await, "refused");
        let cause = here.activity().await;
        let choice = PollVote { entry: post, actor: bob, option: "Yes".to_owned(), cause };
        assert!(is_refused(&entry::vote_in_poll(&here.app, choice).await, closed));
        assert_eq!(here.outcome(cause).await, "refused");
        assert_eq!((count(&here, REACTIONS).await, count(&here, ANSWERS).await), (0, 0));
        assert_eq!(tally(&here, post).await, (0, 0));
    }

    async fn votes_in_a_group_elsewhere_are_told_when_they_are_ours(db: Db) {
        let here = Here::new(db);
        let group = here.far_group("boats").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let post = entry::submit(&here.app, here.received(posting(group, bob, "Boat")).await).await.unwrap();
        let post = post.entry.unwrap();
        cast(&here, post, bob, Some(Vote::Up)).await.1.unwrap();
        assert!(here.told().await.is_empty());
        let (vote, cause) = (Some(Vote::Down), Cause::Local);
        entry::cast_vote(&here.app, CastVote { entry: post, actor: ann, vote, cause }).await.unwrap();
        assert_eq!(here.told().await, [EventKind::Voted { entry: post, actor: ann, vote, before: None }]);
        assert_eq!(tally(&here, post).await, (1, 1));
    }

    async fn reactions_are_kept_beside_the_votes(db: Db) {
        let here = Here::new(db);
        let (group, post, bob) = post(&here).await;
        let react = async |emoji: Option<&str>, is_withdrawn| {
            let cause = here.activity().await;
            let emoji = emoji.map(str::to_owned);
            let result = entry::react(&here.app, React { entry: post, actor: bob, emoji, is_withdrawn, cause }).await;
            (here.outcome(cause).await, result)
        };
        for emoji in ["a", "b", "b"] {
            assert_eq!(react(Some(emoji), false).await.0, "applied");
        }
        assert_eq!((count(&here, REACTIONS).await, tally(&here, post).await), (2, (0, 0)));
        react(Some("a"), true).await.1.unwrap();
        assert_eq!(count(&here, REACTIONS).await, 1);

        here.ban(group, bob).await;
        let (outcome, result) = react(Some("c"), false).await;
        assert!(is_refused(&result, VoteRefusal::NotAdmitted(Refusal::Banned)) && outcome == "refused");
        react(None, true).await.1.unwrap();
        assert_eq!(count(&here, REACTIONS).await, 0, "nobody is kept in a reaction");
    }

    async fn answers_to_a_poll_are_recorded_once(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let options = vec![("Yes".to_owned(), 0), ("No".to_owned(), 0)];
        let closes_at = Some(here.now().plus(std::time::Duration::from_secs(90)));
        let asked = Poll { options, multiple: false, closes_at };
        let command = Submit { poll: Some(asked), ..posting(group, ann, "Yes?") };
        let post = entry::submit(&here.app, command).await.unwrap().entry.unwrap();
        let choose = async |actor, option: &str| {
            let cause = here.activity().await;
            let choice = PollVote { entry: post, actor, option: option.to_owned(), cause };
            entry::vote_in_poll(&here.app, choice.clone()).await.unwrap();
            entry::vote_in_poll(&here.app, choice).await.unwrap();
            here.outcome(cause).await
        };
        assert_eq!(choose(bob, "Maybe").await, "ignored");
        assert_eq!(choose(bob, "Yes").await, "applied");
        assert_eq!(choose(bob, "No").await, "ignored");
        here.minute();
        here.minute();
        assert_eq!(choose(ann, "No").await, "ignored", "closed");
        assert_eq!(count(&here, ANSWERS).await, 1);
    }
}
