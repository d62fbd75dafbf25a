//! The publisher as a running worker, one at a time.

use guildhall_federation::outbound::publisher;
use guildhall_store::{Db, lease, testing::on_both_engines};

use crate::{
    stage::Stage,
    support::{gardening, open},
};

on_both_engines! {
    async fn the_running_publisher_hears_of_events_and_holds_its_lease(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let running = tokio::spawn(publisher::run(stage.app.clone(), "one".into(), async { drop(stopped.await) }));
        stage.write(group, &mona, None, "Plant them early.").await;
        stage.app.signals.delivery.notified().await;
        assert_eq!(stage.log().await.len(), 1);
        let holder = |now| lease::find_holder(&stage.app.store, publisher::LEASE, now);
        assert_eq!(holder(stage.now()).await.unwrap().as_deref(), Some("one"));
        stop.send(()).unwrap();
        running.await.unwrap();
        assert_eq!(holder(stage.now()).await.unwrap(), None, "given back for the next one");
    }

    async fn a_second_publisher_leaves_events_to_the_first(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let mut tx = stage.app.begin().await.unwrap();
        lease::acquire(&mut tx, publisher::LEASE, "first", stage.now()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        stage.write(group, &mona, None, "Plant them early.").await;
        // Stopped before it begins: it looks once.
        publisher::run(stage.app.clone(), "second".into(), async {}).await;
        assert_eq!(stage.log().await, []);
        stage.advance(60_000);
        publisher::run(stage.app.clone(), "second".into(), async {}).await;
        assert_eq!(stage.log().await.len(), 1, "the first one's lease has ended");
    }
}
