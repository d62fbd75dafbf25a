//! Questions at the door and the answers to them.

use std::time::Duration;

use guildhall_app::{
    group::{self, Brings, JoinError, Leave, RequestJoin},
    welcome::{self, QuestionsError, TakeAnswer},
};
use guildhall_domain::{
    ActorId, ApId, GroupId,
    admission::Layer,
    direct_note::NotePurpose,
    event::{Cause, EventKind},
    group::Admission,
    membership::{JoinOutcome, JoinRefusal, MembershipState},
    welcome::{Answer, InvalidAnswers, JoinQuestion},
};
use guildhall_store::{Db, direct_note, testing::on_both_engines, welcome::answer};

use crate::support::{
    Here,
    people::{admitting, asking},
};

const WHY: &str = "Why do you want to join?";
const WHERE: &str = "Where do you garden?";

fn question(text: &str, required: bool) -> JoinQuestion {
    JoinQuestion { text: text.to_owned(), required }
}

/// A group that approves its members and asks two questions, the first of them required.
async fn asking_group(here: &Here) -> GroupId {
    let group = here.group_with("garden", admitting(Admission::Approval)).await;
    let questions = vec![question(WHY, true), question(WHERE, false)];
    welcome::set_questions(&here.app, group, group.actor(), questions).await.unwrap();
    group
}

fn saying(answers: &[&str]) -> Brings {
    Brings { answers: answers.iter().map(ToString::to_string).collect(), ..Brings::default() }
}

async fn follow(here: &Here, group: GroupId, actor: ActorId) -> RequestJoin {
    let cause = here.activity().await;
    let follow = ApId::new(format!("https://far.example/follows/{}", cause.received().unwrap()));
    RequestJoin { follow: Some(follow), cause, ..asking(group, actor) }
}

/// Answers by message; whether a request waited for it.
async fn reply(here: &Here, group: GroupId, actor: ActorId, message: &str, text: &str) -> (bool, Cause) {
    let cause = here.activity().await;
    let html = format!("<p>@garden {text}</p>");
    let command = TakeAnswer { group, actor, message: ApId::new(message), html, cause };
    (welcome::take_answer(&here.app, command).await.unwrap(), cause)
}

async fn said(here: &Here, group: GroupId, actor: ActorId) -> Vec<Answer> {
    answer::list(&here.app.store, group, actor).await.unwrap()
}

/// A group whose rules turn away who says a word.
async fn refuse_word(here: &Here, group: GroupId, word: &str) {
    let body = serde_json::json!({
        "rules": [{ "name": "spam", "title": "No ads.", "when": { "words": [word] }, "then": [{ "refuse": "No ads here." }] }],
    });
    let book = guildhall_store::rulebook::StoredRulebook { revision: 1, body, updated_at: here.now() };
    let mut tx = here.app.begin().await.unwrap();
    assert!(guildhall_store::rulebook::set(&mut tx, Some(group), 0, &book).await.unwrap());
    tx.commit().await.unwrap();
}

fn questions_asked(told: &[EventKind]) -> usize {
    told.iter().filter(|kind| matches!(kind, EventKind::QuestionsAsked { .. })).count()
}

on_both_engines! {
    async fn only_moderators_set_questions_and_only_such_as_fit(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, mona) = (here.person("ann").await, here.moderator(group).await);
        let refused = welcome::set_questions(&here.app, group, ann, vec![question(WHY, true)]).await.unwrap_err();
        assert!(matches!(refused, QuestionsError::NotPermitted(_)));
        let many = vec![question(WHY, true); 11];
        let refused = welcome::set_questions(&here.app, group, mona, many).await.unwrap_err();
        assert!(matches!(refused, QuestionsError::Invalid(_)));
        let kept = welcome::set_questions(&here.app, group, mona, vec![question(" Why\n so? ", true)]).await.unwrap();
        assert_eq!(kept, [question("Why so?", true)], "one line");
    }

    async fn people_here_answer_what_is_required_or_are_asked(db: Db) {
        let here = Here::new(db);
        let group = asking_group(&here).await;
        let ann = here.person("ann").await;
        for brings in [Brings::default(), saying(&["", "In a pot."])] {
            let error = group::join_with(&here.app, asking(group, ann), brings).await.unwrap_err();
            assert!(matches!(error, JoinError::AnswersNeeded(questions) if questions.len() == 2));
        }
        let long = "x".repeat(2_001);
        for (answers, why) in [(vec!["a", "b", "c"], InvalidAnswers::TooMany), (vec![&long], InvalidAnswers::TooLong)] {
            let error = group::join_with(&here.app, asking(group, ann), saying(&answers)).await.unwrap_err();
            assert!(matches!(error, JoinError::Answers(invalid) if invalid == why));
        }
        assert!(here.queue(group).await.is_empty(), "nothing is written");
        assert_eq!(here.membership(group, ann).await, None);

        let outcome = group::join_with(&here.app, asking(group, ann), saying(&["Roses."])).await.unwrap();
        assert_eq!(outcome, JoinOutcome::AwaitingApproval);
        let why = Answer { question: Some(WHY.to_owned()), text: "Roses.".to_owned() };
        assert_eq!(said(&here, group, ann).await, [why]);
        assert_eq!(here.join(group, ann).await, JoinOutcome::AwaitingApproval, "who answered may ask again");

        let leave = Leave { group, actor: ann, cause: Cause::Local };
        assert!(group::leave(&here.app, leave).await.unwrap());
        assert!(said(&here, group, ann).await.is_empty(), "and is forgotten with the request");
    }

    async fn where_nobody_would_wait_nothing_is_asked(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        welcome::set_questions(&here.app, group, group.actor(), vec![question(WHY, true)]).await.unwrap();
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        assert_eq!(here.join(group, ann).await, JoinOutcome::Joined);
        assert_eq!(here.join(group, bob).await, JoinOutcome::Joined);
        assert_eq!(questions_asked(&here.told().await), 0);
    }

    async fn people_elsewhere_are_asked_once_a_request_and_once_a_day(db: Db) {
        let here = Here::new(db);
        let group = asking_group(&here).await;
        let bob = here.remote("bob").await;
        for (hours, times) in [(0, 1), (1, 0), (48, 0)] {
            here.pass(Duration::from_hours(hours));
            let follow = follow(&here, group, bob).await;
            group::request_join(&here.app, follow).await.unwrap();
            assert_eq!(questions_asked(&here.told().await), times, "after {hours} hours");
        }
        let mut tx = here.app.begin().await.unwrap();
        let note = direct_note::find_latest(&mut tx, group, bob, NotePurpose::Questions).await.unwrap().unwrap();
        drop(tx);
        assert!(note.ap_id.as_str().ends_with("/questions/note"));
        let found = direct_note::find(&here.app.store, &note.ap_id).await.unwrap();
        assert_eq!(found, Some(note));

        for (hours, times) in [(1, 1), (1, 0), (24, 1)] {
            here.pass(Duration::from_hours(hours));
            let leave = Leave { group, actor: bob, cause: Cause::Local };
            group::leave(&here.app, leave).await.unwrap();
            let follow = follow(&here, group, bob).await;
            group::request_join(&here.app, follow).await.unwrap();
            assert_eq!(questions_asked(&here.told().await), times, "a new request, {hours} hours later");
        }
    }

    async fn what_comes_with_the_request_is_the_answer(db: Db) {
        let here = Here::new(db);
        let group = asking_group(&here).await;
        let bob = here.remote("bob").await;
        let brings = Brings { message: Some("I grow roses.".to_owned()), ..Brings::default() };
        let join = follow(&here, group, bob).await;
        group::join_with(&here.app, join, brings).await.unwrap();
        assert_eq!(questions_asked(&here.told().await), 0);
        assert_eq!(said(&here, group, bob).await, [Answer { question: None, text: "I grow roses.".to_owned() }]);
    }

    async fn a_reply_is_attached_to_the_request_and_an_edit_of_it_replaces_it(db: Db) {
        let here = Here::new(db);
        let group = asking_group(&here).await;
        let bob = here.remote("bob").await;
        let request = follow(&here, group, bob).await;
        group::request_join(&here.app, request).await.unwrap();
        let item = here.waiting(group).await.id;

        for (message, text) in [("x:1", "Roses."), ("x:2", "And pots."), ("x:1", "Tulips.")] {
            let (took, cause) = reply(&here, group, bob, message, text).await;
            assert!(took);
            assert_eq!(here.outcome(cause).await, "applied");
        }
        let texts: Vec<String> = said(&here, group, bob).await.into_iter().map(|answer| answer.text).collect();
        assert_eq!(texts, ["Tulips.", "And pots."]);
        assert_eq!(here.waiting(group).await.id, item, "the same item");

        let eve = here.remote("eve").await;
        let (took, cause) = reply(&here, group, eve, "x:3", "Me too.").await;
        assert!(!took, "who did not ask answers nothing");
        assert_eq!(here.outcome(cause).await, "ignored");
        for number in 0..30 {
            reply(&here, group, bob, &format!("y:{number}"), "More.").await;
        }
        assert_eq!(said(&here, group, bob).await.len(), 20, "nobody fills the disk");
    }

    async fn rules_on_words_see_answers_with_the_request_and_when_they_come_later(db: Db) {
        let here = Here::new(db);
        let group = asking_group(&here).await;
        refuse_word(&here, group, "casino").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let error = group::join_with(&here.app, asking(group, ann), saying(&["My casino."])).await.unwrap_err();
        assert!(matches!(error, JoinError::Refused(JoinRefusal::Rule)));

        let request = follow(&here, group, bob).await;
        group::request_join(&here.app, request.clone()).await.unwrap();
        here.told().await;
        reply(&here, group, bob, "x:1", "Come to my casino!").await;
        assert_eq!(here.membership(group, bob).await, None);
        assert!(here.queue(group).await.is_empty());
        let (decision, reason) = (Err(JoinRefusal::Rule), Some("No ads here.".to_owned()));
        let told = EventKind::JoinDecided { group, actor: bob, decision, reason };
        assert_eq!(here.caused().await, [(request.cause, told)], "told as the answer to the Follow");
        let record = here.decisions(group).await.pop().unwrap();
        assert_eq!((record.layer, record.rule.as_deref()), (Layer::Rule, Some("spam")));
    }

    async fn an_answer_lets_in_where_the_door_was_opened_meanwhile(db: Db) {
        let here = Here::new(db);
        let group = asking_group(&here).await;
        let bob = here.remote("bob").await;
        let request = follow(&here, group, bob).await;
        group::request_join(&here.app, request).await.unwrap();
        let open = group::ChangeGroup { admission: Some(Admission::Open), ..Default::default() };
        group::change(&here.app, group, group.actor(), open).await.unwrap();
        reply(&here, group, bob, "x:1", "Roses.").await;
        assert_eq!(here.membership(group, bob).await, Some(MembershipState::Member));
    }
}
