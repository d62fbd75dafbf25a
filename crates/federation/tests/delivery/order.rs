use std::time::Duration;

use guildhall_store::Db;
use guildhall_store::delivery::host;
use guildhall_store::testing::on_both_engines;

use crate::peer::{Answer, Asked, in_time};
use crate::world::{SHORTLY, World};

const A: &str = "https://a.example/inbox";
const B: &str = "https://b.example/inbox";

on_both_engines! {
    async fn items_of_one_key_go_one_after_another_and_others_beside_them(db: Db) {
        let world = World::new(db).await;
        world.peer.always(A, Answer::Ask);
        world.send("create x", "x", &[A]).await;
        world.send("update x", "x", &[A]).await;
        world.send("create y", "y", &[A]).await;
        let engine = world.start();
        let mut first = [world.peer.next().await, world.peer.next().await];
        first.sort_by(|one, other| one.made.body.cmp(&other.made.body));
        let [create_x, create_y] = first;
        assert_eq!([&*create_x.made.body, &*create_y.made.body], ["create x", "create y"]);
        create_y.answer(202);
        world.send("create z", "z", &[A]).await;
        ask(&world, "create z").await.answer(202);
        create_x.answer(202);
        let update_x = ask(&world, "update x").await;
        engine.stop(|| update_x.answer(202)).await;
        assert_eq!(world.status("a.example").await.waiting, 0);
    }

    async fn the_order_of_a_key_holds_across_retries(db: Db) {
        let world = World::new(db).await;
        world.peer.next_answers("create x", [Answer::Status(503), Answer::Silence]);
        world.send("create x", "x", &[A]).await;
        world.send("update x", "x", &[A]).await;
        world.send("delete x", "x", &[A]).await;
        assert_eq!(world.deliver().await, ["create x"]);
        world.advance(SHORTLY);
        assert_eq!(world.deliver().await, ["create x"]);
        world.advance(2 * SHORTLY);
        assert_eq!(world.deliver().await, ["create x", "update x", "delete x"]);
    }

    async fn one_item_goes_to_several_inboxes_of_a_host_before_the_next_of_its_key(db: Db) {
        let world = World::new(db).await;
        let inboxes = ["https://a.example/u/1", "https://a.example/u/2"];
        for inbox in inboxes {
            world.peer.always(inbox, Answer::Ask);
        }
        world.send("create x", "x", &inboxes).await;
        world.send("update x", "x", &inboxes).await;
        let _engine = world.start();
        let (first, second) = (ask(&world, "create x").await, ask(&world, "create x").await);
        first.answer(202);
        world.send("create y", "y", &inboxes[..1]).await;
        ask(&world, "create y").await.answer(202);
        second.answer(202);
        ask(&world, "update x").await.answer(202);
        ask(&world, "update x").await.answer(202);
    }

    async fn a_host_that_was_left_out_is_found_again_where_there_is_always_news(db: Db) {
        let world = World::new(db).await;
        world.peer.always(B, Answer::Ask);
        let engine = world.start();
        world.send("before", "before", &[A]).await;
        waits(&world, 0).await;
        // What is for others makes it one that may be leased.
        world.send("between", "between", &[B]).await;
        ask(&world, "between").await.answer(202);
        in_time(async { while !lease_for_a_moment(&world).await {} }).await;
        world.send("left out", "left out", &[A]).await;
        for number in 0..20 {
            world.advance(Duration::from_secs(1));
            let news = format!("news {number}");
            world.send(&news, &news, &[B]).await;
            ask(&world, &news).await.answer(202);
        }
        waits(&world, 0).await;
        drop(engine);
    }

    async fn a_host_gets_eight_requests_at_a_time(db: Db) {
        let world = World::new(db).await;
        world.peer.always(A, Answer::Ask);
        for number in 0..30 {
            world.send(&format!("item {number}"), &format!("key {number}"), &[A]).await;
        }
        let engine = world.start();
        let mut asked = Vec::new();
        for _ in 0..8 {
            asked.push(world.peer.next().await);
        }
        for _ in 8..30 {
            asked.remove(0).answer(202);
            asked.push(world.peer.next().await);
        }
        engine.stop(|| asked.into_iter().for_each(|asked| asked.answer(202))).await;
        assert_eq!(world.peer.most_in_flight(), 8);
        assert_eq!(world.status("a.example").await.waiting, 0);
    }

    async fn a_host_that_hangs_delays_no_other(db: Db) {
        let world = World::new(db).await;
        world.peer.always(A, Answer::Ask);
        world.peer.always(B, Answer::Ask);
        world.send("for a", "x", &[A]).await;
        let _engine = world.start();
        let hanging = ask(&world, "for a").await;
        for number in 0..20 {
            world.send(&format!("both {number}"), "x", &[A, B]).await;
            let asked = ask(&world, &format!("both {number}")).await;
            assert_eq!(asked.made.url, B);
            asked.answer(202);
        }
        hanging.answer(202);
        assert_eq!(ask(&world, "both 0").await.made.url, A);
    }

    async fn two_processes_share_the_hosts_and_send_everything_once(db: Db) {
        let world = World::new(db).await;
        let inboxes: Vec<String> = (0..40).map(|number| format!("https://h{number}.example/inbox")).collect();
        let inboxes: Vec<&str> = inboxes.iter().map(String::as_str).collect();
        world.send("one", "x", &inboxes).await;
        world.send("two", "x", &inboxes).await;
        let other = world.other_engine();
        tokio::join!(world.engine.run_until_idle(), other.run_until_idle());
        let mut sent: Vec<_> = world.peer.taken().into_iter().map(|made| (made.url, made.body)).collect();
        assert_eq!(sent.len(), 80);
        for inbox in inboxes {
            let first = sent.iter().position(|(url, _)| url == inbox).map(|index| sent.remove(index).1);
            let second = sent.iter().position(|(url, _)| url == inbox).map(|index| sent.remove(index).1);
            assert_eq!((first.as_deref(), second.as_deref()), (Some("one"), Some("two")), "{inbox}");
        }
    }
}

/// The next request, which has to be that one.
/// Lets another have a.example for a second, as soon as it is free.
async fn lease_for_a_moment(world: &World) -> bool {
    let mut tx = world.app.begin().await.unwrap();
    let (now, until) = (world.now(), world.now().plus(Duration::from_secs(1)));
    let leased = host::lease_all(&mut tx, vec!["a.example".to_owned()], "another", now, until).await.unwrap();
    tx.commit().await.unwrap();
    !leased.is_empty()
}

/// Until so many items wait for a.example.
async fn waits(world: &World, count: u64) {
    in_time(async {
        while world.status("a.example").await.waiting != count {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

async fn ask(world: &World, body: &str) -> Asked {
    let asked = world.peer.next().await;
    assert_eq!(asked.made.body, body);
    asked
}
