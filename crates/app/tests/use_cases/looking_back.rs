//! What rules ask about the past: of those who come at once, of texts that changed, and of nobody who is turned away.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

use guildhall_app::{
    Viewer,
    entry::{self, CastVote, Edited, Submit, SubmitError, Submitted},
    rulebook::{self, Replace, SetRule},
};
use guildhall_domain::{
    ActorId, GroupId,
    content::{EntryState, Vote},
    event::Cause,
};
use guildhall_store::{Db, rulebook as books, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{
    Here,
    write::{commenting, posting, said},
};

const SPAM: &str = "Buy my marvellous book about tulips, today only";

fn admin() -> Viewer {
    Viewer { is_admin: true, ..Viewer::anonymous() }
}

/// One rule of a group, or of the instance, in the place of all others.
async fn rule(here: &Here, group: Option<GroupId>, when: Value, then: Value) {
    let before = rulebook::current(&here.app, &admin(), group).await.unwrap().revision;
    let rule = json!({ "name": "tulips", "title": "No tulips.", "when": when, "then": then });
    let command = Replace { group, before, body: json!({ "rules": [rule] }) };
    rulebook::replace(&here.app, &admin(), command).await.unwrap();
}

/// How often it fitted.
async fn fitted(here: &Here, group: Option<GroupId>) -> i64 {
    let today = here.now().day();
    books::list_fitted(&here.app.store, group, today).await.unwrap().iter().map(|(_, _, count)| count).sum()
}

/// All at once: they wait for the same thing, so that they go in by few transactions.
async fn together(here: &Here, group: GroupId, commands: Vec<Submit>) -> Vec<EntryState> {
    type Answer = Result<Submitted, SubmitError>;
    let mut tx = here.app.begin().await.unwrap();
    guildhall_store::group::lock(&mut tx, group).await.unwrap().unwrap();
    let mut waiting: Vec<Pin<Box<dyn Future<Output = Answer> + Send>>> = Vec::new();
    for command in commands {
        let app = here.app.clone();
        waiting.push(Box::pin(async move { entry::submit(&app, command).await }));
    }
    poll_fn(|context| {
        assert!(waiting.iter_mut().all(|one| one.as_mut().poll(context).is_pending()));
        Poll::Ready(())
    })
    .await;
    drop(tx);
    let mut states = Vec::new();
    for one in waiting {
        states.push(one.await.unwrap().state);
    }
    states
}

fn let_in(states: &[EntryState]) -> usize {
    states.iter().filter(|state| **state == EntryState::Published).count()
}

fn saying(group: GroupId, author: ActorId, text: &str) -> Submit {
    Submit { texts: said(text), ..posting(group, author, "x") }
}

on_both_engines! {
    async fn who_comes_with_others_of_their_own_is_counted_with_them(db: Db) {
        let here = Here::new(db);
        let (group, other) = (here.group("garden").await, here.group("boats").await);
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        rule(&here, Some(group), json!({ "rate": { "over": 2, "within": "1h" } }), json!(["refuse"])).await;
        let many = (0..9).map(|number| saying(group, ann, &format!("Number {number}"))).collect();
        assert_eq!(let_in(&together(&here, group, many).await), 3, "three are not over two");

        rule(&here, Some(group), json!({ "repeats": { "what": "text", "within": "1d" } }), json!(["refuse"])).await;
        let same = (0..9).map(|number| saying(group, if number % 2 == 0 { ann } else { bob }, SPAM)).collect();
        assert_eq!(let_in(&together(&here, group, same).await), 1, "whoever says it");

        rule(&here, Some(group), json!({ "rate": { "over": 99, "within": "1h" } }), json!(["refuse"])).await;
        rule(&here, None, json!({ "repeats": { "what": "text", "by": "author", "within": "1d" } }), json!(["hold"])).await;
        let text = "The harbour is open again from Monday on";
        let places = [(group, ann), (other, ann), (other, bob), (group, bob)];
        let same = places.map(|(group, author)| saying(group, author, text)).to_vec();
        let states = together(&here, group, same).await;
        assert_eq!(let_in(&states), 2, "each once, in whatever group: {states:?}");
        here.counts(group).await;
    }

    async fn a_count_goes_as_far_as_it_matters(db: Db) {
        let here = Here::new(db);
        let (group, ann) = (here.group("garden").await, here.person("ann").await);
        for number in 0..4 {
            here.post(group, ann, &format!("Post {number}")).await;
        }
        let rates = json!({ "any": [{ "rate": { "over": 3, "within": "1h" } }, { "rate": { "over": 9, "within": "1h" } }] });
        rule(&here, Some(group), rates, json!(["refuse"])).await;
        let refused = entry::submit(&here.app, saying(group, ann, "The fifth")).await.unwrap();
        assert_eq!(refused.state, EntryState::Refused, "four are over three");
        rule(&here, Some(group), json!({ "rate": { "over": 5, "within": "1h" } }), json!(["refuse"])).await;
        assert_eq!(entry::submit(&here.app, saying(group, ann, "The sixth")).await.unwrap().state, EntryState::Published);
    }

    async fn what_was_edited_into_known_words_is_found_and_repeats_nothing_itself(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        rule(&here, Some(group), json!({ "repeats": { "what": "text", "within": "1d" } }), json!(["refuse"])).await;
        let post = here.post(group, ann, "Hello").await;
        let comment = here.comment(post, ann, "I have grown these myself, and they are fine").await;
        here.minute();
        let edit = |text: &str| entry::Edit { texts: said(text), ..here.retitling(comment, ann, "") };
        assert_eq!(entry::edit(&here.app, edit(SPAM)).await.unwrap(), Edited::Changed);
        here.minute();
        let shouted = SPAM.to_uppercase();
        assert_eq!(entry::edit(&here.app, edit(&shouted)).await.unwrap(), Edited::Changed, "it does not repeat itself");
        let again = entry::submit(&here.app, commenting(group, bob, post, SPAM)).await.unwrap();
        assert_eq!(again.state, EntryState::Refused);
    }

    async fn an_edit_that_waits_or_is_refused_leaves_what_is_shown_as_it_is(db: Db) {
        let here = Here::new(db);
        let (group, ann) = (here.group("garden").await, here.person("ann").await);
        let post = here.post(group, ann, "Roses").await;
        for effect in ["hold", "refuse"] {
            here.minute();
            let tulips = json!({ "words": ["tulip"] });
            rule(&here, Some(group), tulips, json!([effect, "limit", { "add_tag": "flower" }])).await;
            let fitted_before = fitted(&here, Some(group)).await;
            let edited = entry::edit(&here.app, here.retitling(post, ann, &format!("A tulip to {effect}"))).await;
            assert_ne!(edited.ok(), Some(Edited::Changed));
            assert_eq!(fitted(&here, Some(group)).await, fitted_before + 1);
            assert!(!here.entry(post).await.limited && here.entry(post).await.tags.is_empty(), "{effect}");
        }
        rule(&here, Some(group), json!({ "words": ["tulip"] }), json!(["limit", { "add_tag": "flower" }])).await;
        here.minute();
        entry::edit(&here.app, here.retitling(post, ann, "A fine tulip")).await.unwrap();
        assert!(here.entry(post).await.limited && here.entry(post).await.tags == ["flower"], "what is let in is");
    }

    async fn rules_about_votes_hear_of_votes_here_that_are_given(db: Db) {
        let here = Here::new(db);
        let (group, elsewhere) = (here.group("garden").await, here.far_group("boats").await);
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let post = here.post(group, ann, "Roses").await;
        let vote = |entry, vote| CastVote { entry, actor: ann, vote, cause: Cause::Local };
        entry::cast_vote(&here.app, vote(post, Some(Vote::Up))).await.unwrap();
        rule(&here, None, json!({ "kind": ["vote"] }), json!(["limit", "report"])).await;
        entry::cast_vote(&here.app, vote(post, None)).await.unwrap();
        assert!(!here.entry(post).await.limited, "taken back");
        assert_eq!(fitted(&here, None).await, 0);

        let far = entry::submit(&here.app, here.received(posting(elsewhere, bob, "Boats")).await).await.unwrap();
        let far = far.entry.unwrap();
        entry::cast_vote(&here.app, vote(far, Some(Vote::Up))).await.unwrap();
        assert_eq!((here.entry(far).await.limited, here.entry(far).await.tally.up), (false, 1), "its own server decides");

        entry::cast_vote(&here.app, vote(post, Some(Vote::Up))).await.unwrap();
        assert!(here.entry(post).await.limited);
        assert_eq!(fitted(&here, None).await, 1);
    }

    async fn two_who_write_rules_at_once_both_have_theirs(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let names = ["one", "two", "three", "four"];
        let tasks: tokio::task::JoinSet<_> = names
            .into_iter()
            .map(|name| {
                let (app, body) = (here.app.clone(), json!({ "title": "T.", "when": "remote", "then": ["notify"] }));
                let command = SetRule { group: Some(group), before: None, name: name.to_owned(), rule: Some(body) };
                async move { rulebook::set_rule(&app, &admin(), command).await.map(|_| ()) }
            })
            .collect();
        for done in tasks.join_all().await {
            done.unwrap();
        }
        let now = rulebook::current(&here.app, &admin(), Some(group)).await.unwrap();
        assert_eq!((now.revision, now.book.rules.len()), (4, 4));
    }
}
