//! Questions and the answers to them.

use guildhall_domain::Timestamp;
use guildhall_domain::group::{Admission, Policy, Posting, Review};
use guildhall_store::{Db, poll, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{With as _, World, activity, create, fresh, id, to_group, update};

on_both_engines! {
    async fn a_question_is_a_post_with_options(db: Db) {
        let world = World::new(db, "mastodon").await;
        let question = asked(&world, "oneOf").await;
        let entry = world.here.entry(id(&question)).await.unwrap();
        assert_eq!(entry.title.as_deref(), Some("Tulips or roses?"));
        let poll = poll::find(&world.here.app.store, entry.id).await.unwrap().unwrap();
        assert_eq!(poll.options, [("Tulips".to_owned(), 0), ("Roses".to_owned(), 2)]);
        assert_eq!((poll.multiple, poll.closes_at), (false, Some(Timestamp(1_772_370_000_000))));
    }

    async fn new_counts_come_as_an_update(db: Db) {
        let world = World::new(db, "mastodon").await;
        let question = asked(&world, "oneOf").await;
        let counted = question.clone().with(json!({ "oneOf": [option("Tulips", 5), option("Roses", 3)] }));
        assert_eq!(world.send(&update(&world.alice, &counted)).await, "applied");
        let entry = world.here.entry(id(&question)).await.unwrap();
        let poll = poll::find(&world.here.app.store, entry.id).await.unwrap().unwrap();
        assert_eq!(poll.options, [("Tulips".to_owned(), 5), ("Roses".to_owned(), 3)]);
        assert_eq!(entry.edited_at, None, "counting is no edit");
    }

    async fn counts_are_taken_where_edits_are_reviewed_and_new_options_are_not(db: Db) {
        let world = World::new(db, "mastodon").await;
        let policy = Policy { admission: Admission::Open, posting: Posting::Everyone, review: Review::All, ..Policy::default() };
        let group = world.here.group_with("careful", policy).await;
        let world = World { group, ..world };
        let question = question(&world, "oneOf");
        assert_eq!(world.send(&create(&world.alice, &question)).await, "held");
        world.here.admit(world.here.queue(world.group.id).await[0].id).await;
        let with_options = |options: Value| update(&world.alice, &question.clone().with(json!({ "oneOf": options })));
        let counted = json!([option("Tulips", 5), option("Roses", 3)]);
        assert_eq!(world.send(&with_options(counted)).await, "applied");
        let renamed = json!([option("Buy!", 5), option("Roses", 3)]);
        assert_eq!(world.send(&with_options(renamed)).await, "held");
    }

    async fn an_answer_counts_once_and_only_by_its_exact_name(db: Db) {
        let world = World::new(db, "mastodon").await;
        let question = asked(&world, "oneOf").await;
        let bob = world.peer.actor("bob");
        let answer = |name: &str| {
            create(&bob, &json!({
                "id": fresh(&bob, "votes"),
                "type": "Note",
                "attributedTo": bob.id,
                "name": name,
                "inReplyTo": id(&question),
                "to": [world.alice.id],
            }))
        };
        assert_eq!(world.send(&answer("tulips")).await, "ignored");
        assert_eq!(world.send(&answer("Tulips")).await, "applied");
        assert_eq!(world.send(&answer("Roses")).await, "ignored", "one answer, one choice");
        let answers = world.here.poll_answers(id(&question)).await;
        assert_eq!(answers, [("Tulips".to_owned(), bob.id.to_string())]);
        assert_eq!(world.here.entries(world.group.id).await.len(), 1, "an answer is no comment");
    }

    async fn where_several_may_be_chosen_each_answer_counts(db: Db) {
        let world = World::new(db, "piefed").await;
        let question = asked(&world, "anyOf").await;
        let bob = world.peer.actor("bob");
        for name in ["Tulips", "Roses", "Roses"] {
            let vote = activity(&bob, "PollVote", json!(id(&question))).with(json!({ "choice_text": name }));
            world.send(&vote).await;
        }
        let names: Vec<String> =
            world.here.poll_answers(id(&question)).await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["Tulips", "Roses"]);
    }
}

fn option(name: &str, votes: u32) -> Value {
    json!({ "type": "Note", "name": name, "replies": { "type": "Collection", "totalItems": votes } })
}

/// alice asks the group, in `oneOf` or `anyOf`.
async fn asked(world: &World, field: &str) -> Value {
    let question = question(world, field);
    assert_eq!(world.send(&create(&world.alice, &question)).await, "applied");
    question
}

fn question(world: &World, field: &str) -> Value {
    let question = json!({
        "id": fresh(&world.alice, "questions"),
        "type": "Question",
        "attributedTo": world.alice.id,
        "content": "<p>Tulips or roses?</p>",
        "published": "2026-03-01T11:59:00Z",
        "endTime": "2026-03-01T13:00:00Z",
        "votersCount": 2,
        (field): [option("Tulips", 0), option("Roses", 2)],
    });
    to_group(question, &world.group.ap_id)
}
