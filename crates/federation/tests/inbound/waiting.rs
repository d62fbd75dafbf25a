//! What is about something held: it waits for the moderator's word, and then has its turn.

use guildhall_domain::content::{EntryKind, EntryState, Tally};
use guildhall_domain::group::{Admission, Policy, Posting, Review};
use guildhall_store::{Db, testing::on_both_engines};
use guildhall_testkit::{FixedClock, LocalGroup, TestInstance};
use serde_json::Value;

use crate::support::{With as _, World, create, delete, follow, id, like, note, to_group, undo, update};

/// A group that reviews first posts, alice's held post, and bob, who is known there.
struct Held {
    world: World,
    post: Value,
    bob: guildhall_testkit::PeerActor,
}

impl Held {
    async fn new(db: Db) -> Self {
        let policy = Policy {
            admission: Admission::Open,
            posting: Posting::Everyone,
            review: Review::First,
            ..Policy::default()
        };
        let here = TestInstance::start(db, FixedClock::default()).await;
        let group: LocalGroup = here.group_with("gardening", policy).await;
        let peer = here.peer("mastodon").await;
        let (alice, bob) = (peer.actor("alice"), peer.actor("bob"));
        let world = World { here, group, peer, alice };
        let first = to_group(note(&bob, "Hello"), &world.group.ap_id);
        assert_eq!(world.send(&create(&bob, &first)).await, "held");
        world.here.admit(world.here.queue(world.group.id).await[0].id).await;
        let post = to_group(note(&world.alice, "Tulips"), &world.group.ap_id);
        assert_eq!(world.send(&create(&world.alice, &post)).await, "held");
        Self { world, post, bob }
    }

    fn answer(&self, text: &str) -> Value {
        note(&self.bob, text).with(serde_json::json!({ "inReplyTo": id(&self.post) }))
    }

    async fn admit(&self) {
        self.world.here.admit(self.world.here.queue(self.world.group.id).await[0].id).await;
        self.world.here.run_until_idle().await;
    }
}

on_both_engines! {
    async fn an_answer_and_a_vote_enter_when_what_they_are_about_is_admitted(db: Db) {
        let held = Held::new(db).await;
        let (answer, world) = (held.answer("How deep?"), &held.world);
        assert_eq!(world.send(&create(&held.bob, &answer)).await, "waiting");
        assert_eq!(world.send(&like(&held.bob, id(&held.post))).await, "waiting");
        assert_eq!(world.here.state(id(&answer)).await, None);
        held.admit().await;
        let entry = world.here.entry(id(&answer)).await.unwrap();
        assert_eq!((entry.kind, entry.depth, entry.state), (EntryKind::Comment, 1, EntryState::Published));
        assert_eq!(world.here.tally(id(&held.post)).await, Tally { up: 1, down: 0 });
    }

    async fn what_is_taken_back_meanwhile_does_not_appear(db: Db) {
        let held = Held::new(db).await;
        let (answer, world) = (held.answer("How deep?"), &held.world);
        let vote = like(&held.bob, id(&held.post));
        for activity in [&create(&held.bob, &answer), &vote, &delete(&held.bob, id(&answer)), &undo(&held.bob, &vote)]
        {
            assert_eq!(world.send(activity).await, "waiting", "{activity}");
        }
        held.admit().await;
        assert_eq!(world.here.state(id(&answer)).await, Some(EntryState::Deleted));
        assert_eq!(world.here.tally(id(&held.post)).await, Tally { up: 0, down: 0 });
    }

    async fn a_new_text_of_a_waiting_answer_is_the_one_that_shows(db: Db) {
        let held = Held::new(db).await;
        let (answer, world) = (held.answer("How dep?"), &held.world);
        assert_eq!(world.send(&create(&held.bob, &answer)).await, "waiting");
        let newer = answer.clone().with(serde_json::json!({
            "content": "<p>How deep?</p>", "updated": "2026-03-01T11:59:30Z",
        }));
        assert_eq!(world.send(&update(&held.bob, &newer)).await, "waiting");
        held.admit().await;
        assert_eq!(world.here.entry(id(&answer)).await.unwrap().content_html, "<p>How deep?</p>");
    }

    async fn below_what_is_refused_or_withdrawn_nothing_appears(db: Db) {
        let held = Held::new(db).await;
        let (answer, world) = (held.answer("How deep?"), &held.world);
        let sent = create(&held.bob, &answer);
        assert_eq!(world.send(&sent).await, "waiting");
        world.here.refuse(world.here.queue(world.group.id).await[0].id, "No.").await;
        world.here.run_until_idle().await;
        assert_eq!(world.here.outcome(id(&sent)).await, "ignored");
        assert_eq!(world.here.state(id(&answer)).await, None);

        let post = to_group(note(&world.alice, "Roses"), &world.group.ap_id);
        assert_eq!(world.send(&create(&world.alice, &post)).await, "held");
        let answer = note(&held.bob, "Red?").with(serde_json::json!({ "inReplyTo": id(&post) }));
        let sent = create(&held.bob, &answer);
        assert_eq!(world.send(&sent).await, "waiting");
        assert_eq!(world.send(&delete(&world.alice, id(&post))).await, "applied");
        assert_eq!(world.here.outcome(id(&sent)).await, "ignored");
    }

    // carol, a stranger, wrote to the group; we never got it. bob answers her.
    async fn an_answer_waits_for_what_was_fetched_above_it(db: Db) {
        let held = Held::new(db).await;
        let world = &held.world;
        let carol = world.peer.actor("carol");
        let above = to_group(note(&carol, "Roses"), &world.group.ap_id);
        world.peer.put(&above);
        let between = note(&carol, "Red ones.").with(serde_json::json!({ "inReplyTo": id(&above) }));
        world.peer.put(&between);
        let answer = to_group(note(&held.bob, "Which?"), &world.group.ap_id)
            .with(serde_json::json!({ "inReplyTo": id(&between) }));
        assert_eq!(world.send(&create(&held.bob, &answer)).await, "waiting");
        assert_eq!(world.here.state(id(&above)).await, Some(EntryState::Held));
        let item = world.here.queue(world.group.id).await.into_iter().find(|item| item.title == "Roses").unwrap();
        world.here.admit(item.id).await;
        world.here.run_until_idle().await;
        assert_eq!(world.here.state(id(&between)).await, Some(EntryState::Published), "fetched anew");
        assert_eq!(world.here.entry(id(&answer)).await.unwrap().depth, 2);
    }

    async fn who_never_wrote_here_is_not_told_of_a_refusal(db: Db) {
        let here = TestInstance::start(db, FixedClock::default()).await;
        let policy =
            Policy { admission: Admission::Open, posting: Posting::Members, review: Review::None, ..Policy::default() };
        let group = here.group_with("gardening", policy).await;
        let peer = here.peer("mastodon").await;
        let (alice, carol) = (peer.actor("alice"), peer.actor("carol"));
        let world = World { here, group, peer, alice };
        assert_eq!(world.send(&follow(&world.alice, &world.group.ap_id)).await, "applied");
        world.peer.take();
        let above = to_group(note(&carol, "Roses"), &world.group.ap_id);
        world.peer.put(&above);
        let answer = to_group(note(&world.alice, "Which?"), &world.group.ap_id)
            .with(serde_json::json!({ "inReplyTo": id(&above) }));
        let outcome = world.send(&create(&world.alice, &answer)).await;
        assert_eq!(world.here.state(id(&above)).await, Some(EntryState::Refused), "carol is no member");
        assert_eq!(outcome, "ignored");
        assert_eq!(world.peer.take().shapes(), [""; 0]);
    }

    async fn what_a_deleted_account_left_waiting_does_not_appear(db: Db) {
        let held = Held::new(db).await;
        let (answer, world) = (held.answer("How deep?"), &held.world);
        let sent = create(&held.bob, &answer);
        assert_eq!(world.send(&sent).await, "waiting");
        world.peer.bury(&held.bob.id);
        assert_eq!(world.send(&delete(&held.bob, held.bob.id.as_str())).await, "applied");
        held.admit().await;
        assert_eq!(world.here.outcome(id(&sent)).await, "ignored");
        assert_eq!(world.here.state(id(&answer)).await, None);
    }

    async fn an_answer_to_an_answer_that_waits_waits_too(db: Db) {
        let held = Held::new(db).await;
        let (answer, world) = (held.answer("How deep?"), &held.world);
        world.peer.put(&answer);
        assert_eq!(world.send(&create(&held.bob, &answer)).await, "waiting");
        let below = to_group(note(&held.bob, "Ten centimetres."), &world.group.ap_id)
            .with(serde_json::json!({ "inReplyTo": id(&answer) }));
        assert_eq!(world.send(&create(&held.bob, &below)).await, "waiting");
        held.admit().await;
        assert_eq!(world.here.entry(id(&below)).await.unwrap().depth, 2);
        assert_eq!(world.here.entries(world.group.id).await.len(), 4, "bob's first, the post and both answers");
    }

    async fn nobody_makes_more_wait_than_a_person_would(db: Db) {
        let held = Held::new(db).await;
        let world = &held.world;
        let mut outcomes = Vec::new();
        for _ in 0..22 {
            outcomes.push(world.send(&like(&held.bob, id(&held.post))).await);
        }
        assert!(outcomes[..20].iter().all(|outcome| outcome == "waiting"), "{outcomes:?}");
        assert_eq!(outcomes[20..], ["ignored", "ignored"]);
        assert_eq!(world.send(&like(&world.alice, id(&held.post))).await, "waiting", "others still may");
    }
}
