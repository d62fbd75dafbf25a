use std::sync::atomic::Ordering;
use std::time::Duration;

use guildhall_domain::audience::Profile;
use guildhall_domain::peering::PeeringAction;
use guildhall_store::testing::on_both_engines;
use guildhall_store::{Db, instance, peering};

use crate::peer::{Answer, in_time};
use crate::world::{GROUP, World};

const A: &str = "https://a.example/inbox";
const DAY: Duration = Duration::from_hours(24);

on_both_engines! {
    async fn each_host_gets_what_it_understands(db: Db) {
        let world = World::new(db).await;
        for (host, software) in [("lemmy.example", "lemmy"), ("blog.example", "mastodon")] {
            world.profiles.software.lock().unwrap().insert(host.into(), software.into());
            world.follow(&format!("https://{host}/inbox")).await;
        }
        world.announce(Some("wrapped post"), Some("boost")).await;
        world.announce(Some("wrapped comment"), None).await;
        world.engine.run_until_idle().await;
        let mut sent: Vec<_> = world.peer.taken().into_iter().map(|made| (made.url, made.body)).collect();
        sent.sort();
        let expected = [
            ("https://blog.example/inbox", "boost"),
            ("https://lemmy.example/inbox", "wrapped comment"),
            ("https://lemmy.example/inbox", "wrapped post"),
        ];
        assert_eq!(sent, expected.map(|(url, body)| (url.to_owned(), body.to_owned())));
        assert_eq!(world.status("blog.example").await.waiting, 0, "nothing to send is done with");
    }

    async fn a_host_is_asked_once_and_after_a_day_where_it_did_not_say(db: Db) {
        let world = World::new(db).await;
        world.follow(A).await;
        let asked = || world.profiles.asked.load(Ordering::SeqCst);
        world.announce(Some("wrapped"), Some("boost")).await;
        assert_eq!(world.deliver().await, ["boost"]);
        world.announce(Some("wrapped"), Some("boost")).await;
        assert_eq!(world.deliver().await, ["boost"]);
        assert_eq!(asked(), 1);
        world.profiles.software.lock().unwrap().insert("a.example".into(), "lemmy".into());
        world.advance(DAY);
        world.announce(Some("wrapped"), Some("boost")).await;
        assert_eq!(world.deliver().await, ["wrapped"]);
        assert_eq!(asked(), 2);
    }

    async fn nobody_is_asked_where_it_makes_no_difference(db: Db) {
        let world = World::new(db).await;
        world.send("accept", "x", &[A]).await;
        assert_eq!(world.deliver().await, ["accept"]);
        assert_eq!(world.profiles.asked.load(Ordering::SeqCst), 0);
    }

    async fn what_an_admin_fixed_counts(db: Db) {
        let world = World::new(db).await;
        world.follow(A).await;
        let mut tx = world.app.begin().await.unwrap();
        instance::fix_profile(&mut tx, "a.example", Some(Profile::Group), world.now()).await.unwrap();
        tx.commit().await.unwrap();
        world.announce(Some("wrapped"), Some("boost")).await;
        assert_eq!(world.deliver().await, ["wrapped"]);
        assert_eq!(world.profiles.asked.load(Ordering::SeqCst), 0);
    }

    async fn a_blocked_host_gets_nothing(db: Db) {
        let world = World::new(db).await;
        world.follow(A).await;
        block(&world, None, "a.example").await;
        world.announce(Some("wrapped"), Some("boost")).await;
        world.send("letter", "x", &[A]).await;
        assert_eq!(world.deliver().await, [""; 0]);
        assert_eq!(world.status("a.example").await.waiting, 0, "nor later");
    }

    async fn a_host_that_is_blocked_while_it_waits_gets_no_more(db: Db) {
        let world = World::new(db).await;
        world.peer.always(A, Answer::Status(503));
        world.send("letter", "x", &[A]).await;
        assert_eq!(world.deliver().await, ["letter"]);
        block(&world, None, "a.example").await;
        world.advance(DAY);
        assert_eq!(world.deliver().await, [""; 0]);
        assert_eq!(world.status("a.example").await.waiting, 0);
    }

    async fn what_is_published_after_a_host_was_cleared_is_sent_and_nothing_from_before(db: Db) {
        // Time stands still: nothing here becomes true by waiting.
        let world = World::new(db).await;
        world.follow(A).await;
        block(&world, None, "a.example").await;
        world.announce(Some("blocked"), Some("blocked")).await;
        assert_eq!(world.deliver().await, [""; 0]);
        clear(&world, "a.example").await;
        world.announce(Some("cleared"), Some("cleared")).await;
        world.send("letter", "x", &[A]).await;
        let mut sent = world.deliver().await;
        sent.sort();
        assert_eq!(sent, ["cleared", "letter"]);
        block(&world, None, "example").await;
        world.send("again", "x", &[A]).await;
        assert_eq!(world.deliver().await, [""; 0]);
    }

    async fn a_block_counts_from_the_next_request_on(db: Db) {
        let world = World::new(db).await;
        world.peer.next_answers("first", [Answer::Ask]);
        world.send("first", "x", &[A]).await;
        world.send("second", "x", &[A]).await;
        let engine = world.engine.clone();
        let running = tokio::spawn(async move { engine.run_until_idle().await });
        let first = world.peer.next().await;
        // As another process would.
        block(&world, None, "a.example").await;
        first.answer(202);
        in_time(running).await.unwrap();
        assert_eq!(world.peer.bodies(), ["first"]);
        assert_eq!(world.status("a.example").await.waiting, 0);
    }

    async fn a_host_blocked_by_a_group_gets_nothing_of_that_group(db: Db) {
        let world = World::new(db).await;
        world.follow(A).await;
        block(&world, Some(()), "a.example").await;
        world.announce(Some("wrapped"), Some("boost")).await;
        world.send("letter", "x", &[A]).await;
        assert_eq!(world.deliver().await, ["letter"]);
    }
}

async fn block(world: &World, of_group: Option<()>, host: &str) {
    let group = of_group.map(|()| GROUP);
    let mut tx = world.app.begin().await.unwrap();
    peering::set(&mut tx, group, host, PeeringAction::Block, None, world.now()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn clear(world: &World, host: &str) {
    let mut tx = world.app.begin().await.unwrap();
    assert!(peering::delete(&mut tx, None, host).await.unwrap());
    tx.commit().await.unwrap();
}
