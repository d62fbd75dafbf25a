use std::time::Duration;

use guildhall_domain::Timestamp;
use guildhall_store::Db;
use guildhall_store::delivery::{HostState, host};
use guildhall_store::testing::on_both_engines;

use crate::peer::{Answer, in_time};
use crate::world::{SHORTLY, World};

const A: &str = "https://a.example/inbox";
const DAY: Duration = Duration::from_hours(24);
/// The smallest step of time.
const TICK: Duration = Duration::from_millis(1);

on_both_engines! {
    async fn a_host_in_trouble_is_left_alone_for_longer_each_time(db: Db) {
        let world = World::new(db).await;
        world.peer.always(A, Answer::Status(500));
        world.send("item", "x", &[A]).await;
        for seconds in [15.0, 30.0, 60.0, 120.0, 240.0, 480.0] {
            assert_eq!(world.deliver().await, ["item"]);
            let wait = wait(&world).await;
            let ratio = wait.as_secs_f64() / seconds;
            assert!((0.8..=1.2).contains(&ratio), "{wait:?} after {seconds}");
            world.advance(wait.checked_sub(TICK).unwrap());
            assert_eq!(world.deliver().await, [""; 0], "not before its time");
            world.advance(TICK);
        }
        world.peer.always(A, Answer::Status(202));
        assert_eq!(world.deliver().await, ["item"]);
        let status = world.status("a.example").await;
        assert_eq!((status.state, status.failures, status.waiting), (HostState::Active, 0, 0));
        assert_eq!(status.last_success_at, Some(world.now()));
        assert_eq!(status.last_error.as_deref(), Some("HTTP 500"));
    }

    async fn every_sort_of_trouble_puts_off(db: Db) {
        let world = World::new(db).await;
        let troubles = [408, 425, 429, 500, 502, 503, 504].map(Answer::Status).into_iter().chain([Answer::Silence]);
        for (number, trouble) in troubles.enumerate() {
            let inbox = format!("https://h{number}.example/inbox");
            world.peer.next_answers(&inbox, [trouble]);
            world.send("item", "x", &[&inbox]).await;
            assert_eq!(world.deliver().await, ["item"]);
            assert_eq!(world.status(&format!("h{number}.example")).await.state, HostState::Failing);
        }
        world.advance(SHORTLY);
        assert_eq!(world.deliver().await.len(), 8);
    }

    async fn retry_after_is_honoured_up_to_a_day(db: Db) {
        let world = World::new(db).await;
        let (short, long) = (Duration::from_secs(4), 5 * DAY);
        world.peer.next_answers(A, [Answer::RetryAfter(429, short), Answer::RetryAfter(503, long)]);
        world.send("item", "x", &[A]).await;
        world.deliver().await;
        assert_eq!(wait(&world).await, short);
        world.advance(short);
        assert_eq!(world.deliver().await, ["item"]);
        assert_eq!(wait(&world).await, DAY);
    }

    async fn a_host_in_doubt_gets_one_request_first(db: Db) {
        let world = World::new(db).await;
        world.peer.always(A, Answer::Silence);
        for number in 0..20 {
            world.send(&number.to_string(), &number.to_string(), &[A]).await;
        }
        assert_eq!(world.deliver().await.len(), 8);
        world.advance(SHORTLY);
        assert_eq!(world.deliver().await.len(), 1);
        world.peer.always(A, Answer::Status(202));
        world.advance(2 * SHORTLY);
        let mut sent: Vec<u32> = world.deliver().await.iter().map(|body| body.parse().unwrap()).collect();
        sent.sort_unstable();
        assert_eq!(sent, (0..20).collect::<Vec<_>>());
    }

    async fn a_refusal_is_final_for_its_item_and_kept(db: Db) {
        let world = World::new(db).await;
        let refusals = [301, 400, 404, 410, 413, 422];
        world.peer.next_answers(A, refusals.map(Answer::Status));
        for number in 0..=refusals.len() {
            world.send(&number.to_string(), "x", &[A]).await;
        }
        assert_eq!(world.deliver().await.len(), 7);
        let mut errors: Vec<_> = world.failures("a.example").await.into_iter().map(|f| f.error).collect();
        errors.reverse();
        assert_eq!(errors, refusals.map(|status| format!("HTTP {status}")));
        let status = world.status("a.example").await;
        assert_eq!((status.state, status.waiting, status.refused), (HostState::Active, 0, 6));
        world.advance(DAY);
        assert_eq!(world.deliver().await, [""; 0]);
    }

    async fn an_inbox_that_is_no_address_is_given_up(db: Db) {
        let world = World::new(db).await;
        world.send("item", "x", &["gopher://a.example/inbox"]).await;
        assert_eq!(world.deliver().await, [""; 0]);
        assert_eq!(world.failures("a.example").await.len(), 1);
    }

    async fn a_signature_that_is_not_liked_is_made_another_way_once(db: Db) {
        let world = World::new(db).await;
        world.peer.next_answers(A, [Answer::Status(401), Answer::Status(202)]);
        world.send("first", "x", &[A]).await;
        assert_eq!(world.deliver_schemes().await, ["cavage", "rfc9421"]);
        world.send("second", "x", &[A]).await;
        assert_eq!(world.deliver_schemes().await, ["rfc9421"], "what worked is remembered");
        world.peer.next_answers(A, [Answer::Status(401), Answer::Status(403)]);
        world.send("third", "x", &[A]).await;
        assert_eq!(world.deliver_schemes().await, ["rfc9421", "cavage"]);
        assert_eq!(world.failures("a.example").await.len(), 1, "refused both ways");
        world.send("fourth", "x", &[A]).await;
        assert_eq!(world.deliver_schemes().await, ["rfc9421"], "what did not work is not learned");
    }

    async fn who_does_not_like_a_key_gets_the_other_before_another_signature(db: Db) {
        let world = World::new(db).await;
        world.signer.has_other.store(true, std::sync::atomic::Ordering::SeqCst);
        world.peer.next_answers(A, [Answer::Status(401)]);
        world.send("first", "x", &[A]).await;
        assert_eq!(world.deliver_schemes().await, ["cavage", "cavage, other key"]);
        world.peer.next_answers(A, [401, 403].map(Answer::Status));
        world.send("second", "x", &[A]).await;
        assert_eq!(world.deliver_schemes().await, ["cavage", "cavage, other key", "rfc9421"]);
        world.send("third", "x", &[A]).await;
        assert_eq!(world.deliver_schemes().await, ["rfc9421"], "a scheme is learned, a key is not");
        assert_eq!(world.status("a.example").await.waiting, 0);
    }

    async fn who_likes_no_signature_at_all_is_asked_again_later(db: Db) {
        let world = World::new(db).await;
        world.peer.next_answers(A, [Answer::Status(401), Answer::Status(401)]);
        world.send("item", "x", &[A]).await;
        world.deliver().await;
        assert_eq!(world.failures("a.example").await.len(), 0, "a clock may be off");
        world.advance(Duration::from_mins(1));
        assert_eq!(world.deliver().await, ["item"]);
    }

    async fn one_bad_item_does_not_stop_a_host_that_takes_others(db: Db) {
        let world = World::new(db).await;
        world.peer.always("poison", Answer::Status(500));
        world.send("poison", "p", &[A]).await;
        let (mut poison, mut others) = (0, 0);
        for round in 0..60 {
            world.send(&format!("good {round}"), "g", &[A]).await;
            world.advance(Duration::from_hours(3));
            for body in world.deliver().await {
                if body == "poison" { poison += 1 } else { others += 1 }
            }
        }
        assert_eq!(poison, 10);
        assert_eq!(others, 60, "each of the others went through, once");
        let failures = world.failures("a.example").await;
        assert_eq!(failures.len(), 1);
        assert_eq!(world.status("a.example").await.waiting, 0);
    }

    async fn an_item_is_never_given_up_while_its_host_is_down(db: Db) {
        let world = World::new(db).await;
        world.peer.always(A, Answer::Status(502));
        world.send("item", "x", &[A]).await;
        for _ in 0..20 {
            world.advance(Duration::from_hours(6));
            assert_eq!(world.deliver().await, ["item"]);
        }
        world.peer.always(A, Answer::Status(202));
        world.advance(Duration::from_hours(6));
        assert_eq!(world.deliver().await, ["item"]);
        assert!(world.failures("a.example").await.is_empty());
    }

    async fn a_host_is_dead_after_seven_days_and_tried_once_a_day(db: Db) {
        let world = World::new(db).await;
        world.peer.always(A, Answer::Silence);
        world.send("item", "x", &[A]).await;
        world.deliver().await;
        world.advance((7 * DAY).checked_sub(TICK).unwrap());
        world.deliver().await;
        assert_eq!(world.status("a.example").await.state, HostState::Failing);
        world.advance(DAY);
        assert_eq!(world.deliver().await, ["item"]);
        assert_eq!(world.status("a.example").await.state, HostState::Dead);
        for _ in 0..3 {
            world.advance(DAY.checked_sub(TICK).unwrap());
            assert_eq!(world.deliver().await, [""; 0]);
            world.advance(TICK);
            assert_eq!(world.deliver().await, ["item"]);
        }
        world.peer.always(A, Answer::Status(202));
        world.advance(DAY);
        assert_eq!(world.deliver().await, ["item"]);
        assert_eq!(world.status("a.example").await.state, HostState::Active);
    }

    async fn a_paused_host_waits_until_it_is_resumed(db: Db) {
        let world = World::new(db).await;
        world.send("first", "x", &[A]).await;
        change(&world, |mut tx| async move { host::pause(&mut tx, "a.example").await.map(|_| tx) }).await;
        world.send("second", "x", &[A]).await;
        world.advance(DAY);
        assert_eq!(world.deliver().await, [""; 0]);
        assert_eq!(world.status("a.example").await.waiting, 2);
        change(&world, |mut tx| async move { host::resume(&mut tx, "a.example").await.map(|_| tx) }).await;
        assert_eq!(world.deliver().await, ["first", "second"]);
    }

    async fn what_a_host_is_stuck_at_can_be_skipped(db: Db) {
        let world = World::new(db).await;
        world.peer.always("stuck", Answer::Status(500));
        world.send("stuck", "x", &[A]).await;
        world.send("next", "x", &[A]).await;
        assert_eq!(world.deliver().await, ["stuck"]);
        change(&world, |mut tx| async move { host::skip_next(&mut tx, "a.example").await.map(|_| tx) }).await;
        assert_eq!(world.deliver().await, ["next"]);
    }

    async fn a_retry_by_hand_comes_before_its_time(db: Db) {
        let world = World::new(db).await;
        world.peer.next_answers(A, [Answer::Status(503)]);
        world.send("item", "x", &[A]).await;
        world.deliver().await;
        assert_eq!(world.deliver().await, [""; 0]);
        let now = world.now();
        change(&world, |mut tx| async move { host::retry(&mut tx, "a.example", now).await.map(|_| tx) }).await;
        assert_eq!(world.deliver().await, ["item"]);
    }

    async fn a_running_engine_tries_again_when_the_time_has_come(db: Db) {
        let world = World::new(db).await;
        world.peer.always(A, Answer::Ask);
        world.send("item", "x", &[A]).await;
        let engine = world.start();
        world.peer.next().await.answer(503);
        // The wait begins when the answer is noted, so time may only move on then.
        in_time(async {
            while world.status("a.example").await.state != HostState::Failing {
                tokio::task::yield_now().await;
            }
        })
        .await;
        world.advance(SHORTLY);
        let again = world.peer.next().await;
        engine.stop(|| again.answer(202)).await;
        assert_eq!(world.status("a.example").await.waiting, 0);
    }
}

impl World {
    async fn deliver_schemes(&self) -> Vec<String> {
        self.engine.run_until_idle().await;
        self.peer.taken().into_iter().map(|made| made.scheme).collect()
    }
}

async fn wait(world: &World) -> Duration {
    let next: Option<Timestamp> = world.status("a.example").await.next_attempt_at;
    next.expect("it waits").since(world.now())
}

async fn change<F>(world: &World, step: impl FnOnce(guildhall_store::Tx) -> F)
where
    F: Future<Output = Result<guildhall_store::Tx, guildhall_store::StoreError>>,
{
    let tx = world.app.begin().await.unwrap();
    step(tx).await.unwrap().commit().await.unwrap();
}
