use std::time::Duration;

use guildhall_store::Db;
use guildhall_store::delivery::host;
use guildhall_store::testing::on_both_engines;

use crate::peer::{Answer, in_time};
use crate::world::{START, World};

const A: &str = "https://a.example/inbox";
const LEASE: Duration = Duration::from_secs(15);

on_both_engines! {
    async fn after_a_crash_nothing_is_lost_and_another_goes_on(db: Db) {
        let world = World::new(db).await;
        for number in 0..5 {
            world.send(&number.to_string(), &number.to_string(), &[A]).await;
        }
        world.peer.next_answers("3", [Answer::Ask]);
        let engine = world.start();
        let hanging = world.peer.next().await;
        engine.crash().await;
        hanging.abandoned().await;
        world.peer.taken();

        let other = world.other_engine();
        other.run_until_idle().await;
        assert_eq!(world.peer.bodies(), [""; 0], "the lease of the dead still holds");
        world.advance(LEASE);
        other.run_until_idle().await;
        let mut sent = world.peer.bodies();
        sent.sort_unstable();
        assert!(sent.contains(&"3".to_owned()) && sent.contains(&"4".to_owned()), "{sent:?}");
        assert_eq!(world.status("a.example").await.waiting, 0);
    }

    async fn the_cursor_is_written_down_within_a_second(db: Db) {
        let world = World::new(db).await;
        world.peer.next_answers("2", [Answer::Ask]);
        for number in 0..3 {
            world.send(&number.to_string(), &number.to_string(), &[A]).await;
        }
        let engine = world.start();
        let hanging = world.peer.next().await;
        // Both answers have to be in before time moves, and that shows nowhere but in the database, later.
        in_time(async {
            while world.status("a.example").await.waiting != 1 {
                world.advance(Duration::from_millis(100));
                tokio::task::yield_now().await;
            }
        })
        .await;
        assert!(world.now().since(START) < LEASE);
        engine.crash().await;
        hanging.abandoned().await;
        world.peer.taken();
        world.advance(LEASE);
        assert_eq!(world.deliver().await, ["2"], "what was written down is not sent again");
    }

    async fn the_cursor_is_written_down_every_fifty_answers(db: Db) {
        let world = World::new(db).await;
        for number in 0..60 {
            world.send(&number.to_string(), "x", &[A]).await;
        }
        world.peer.next_answers("59", [Answer::Ask]);
        let engine = world.start();
        let hanging = world.peer.next().await;
        assert_eq!(world.status("a.example").await.waiting, 10, "no second has passed");
        engine.crash().await;
        hanging.abandoned().await;
    }

    async fn a_stop_waits_for_answers_and_sends_nothing_again(db: Db) {
        let world = World::new(db).await;
        world.peer.next_answers(A, [Answer::Ask]);
        world.send("first", "x", &[A]).await;
        world.send("second", "x", &[A]).await;
        let engine = world.start();
        let asked = world.peer.next().await;
        engine.stop(|| asked.answer(202)).await;
        // The second goes before the stop is heard, or when the host is delivered to again, which may be at once.
        assert_eq!(world.deliver().await, ["first", "second"]);
    }

    async fn a_stop_waits_seven_seconds_and_no_more(db: Db) {
        let world = World::new(db).await;
        world.peer.next_answers(A, [Answer::Ask]);
        world.send("item", "x", &[A]).await;
        let engine = world.start();
        let hanging = world.peer.next().await;
        engine.stop_in_time(&world).await;
        assert!(world.now().since(START) >= Duration::from_secs(7));
        hanging.abandoned().await;
        assert_eq!(world.deliver().await, ["item", "item"], "the host is free at once");
    }

    async fn who_overslept_its_lease_stops_at_once(db: Db) {
        let world = World::new(db).await;
        world.peer.next_answers(A, [Answer::Ask]);
        world.send("first", "x", &[A]).await;
        world.send("second", "x", &[A]).await;
        let _engine = world.start();
        let hanging = world.peer.next().await;
        world.peer.taken();
        // As if the process had been asleep: time jumps past the lease between two renewals.
        world.advance(LEASE);
        let other = world.other_engine();
        hanging.abandoned().await;
        other.run_until_idle().await;
        // The first process may be the faster one to lease the host anew; one of them sends, and in order.
        in_time(async {
            while world.status("a.example").await.waiting > 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
        assert_eq!(world.peer.bodies(), ["first", "second"]);
    }

    async fn a_lease_holds_while_its_holder_lives(db: Db) {
        let world = World::new(db).await;
        world.peer.next_answers(A, [Answer::Ask]);
        world.send("first", "x", &[A]).await;
        world.send("second", "x", &[A]).await;
        let engine = world.start();
        let slow = world.peer.next().await;
        let other = world.other_engine();
        for _ in 0..10 {
            let before = lease_end(&world).await;
            world.advance(Duration::from_secs(5));
            in_time(async {
                while lease_end(&world).await == before {
                    tokio::task::yield_now().await;
                }
            })
            .await;
            other.run_until_idle().await;
        }
        engine.stop(|| slow.answer(202)).await;
        assert_eq!(world.deliver().await, ["first", "second"], "nobody else took the host meanwhile");
    }

    async fn a_pause_reaches_the_running_engine(db: Db) {
        let world = World::new(db).await;
        world.peer.next_answers(A, [Answer::Ask]);
        world.send("item", "x", &[A]).await;
        let _engine = world.start();
        let hanging = world.peer.next().await;
        let mut tx = world.app.begin().await.unwrap();
        assert!(host::pause(&mut tx, "a.example").await.unwrap());
        tx.commit().await.unwrap();
        world.advance(Duration::from_secs(5));
        hanging.abandoned().await;
    }
}

async fn lease_end(world: &World) -> i64 {
    let (until,): (i64,) = world
        .app
        .store
        .query("SELECT lease_until FROM delivery_hosts WHERE host = 'a.example'")
        .one()
        .await
        .unwrap();
    until
}
