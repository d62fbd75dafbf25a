//! NodeBB: a category that somebody here follows announces each topic twice, and its people write directly as well.

use guildhall_activitypub::Iri;
use guildhall_store::{Db, testing::on_both_engines};
use guildhall_testkit::RecordedPeer;

use crate::stage::{Stage, instance};

const CATEGORY: &str = "https://nodebb.test/category/2";
const FOLLOW: &str = "https://fake.test/activities/3561b279-451f-43de-8a22-01bb290095ac";
const OUR_REPLY: &str = "https://fake.test/notes/e0bd1ff8-0aea-4e1b-8d69-0b0cd6a9c8c0";
const OUR_TOPIC: &str = "https://fake.test/post/1795305950";

on_both_engines! {
    async fn a_category_that_is_followed_tells_what_happens_in_it(db: Db) {
        let here = instance(db).await;
        let frank = here.person("frank").await;
        let theirs = RecordedPeer::start("nodebb", &here, &[]).await;
        let (category, follow) = here.follow(&frank, &theirs.iri(CATEGORY)).await;
        let mut stage = Stage::begin(here, theirs).await;
        stage.note("frank follows the category").await;
        stage.theirs.map(FOLLOW, &follow);
        let opened = ["inbox-01", "inbox-02", "inbox-03", "inbox-04", "inbox-05", "inbox-06"];
        stage.play_all(&opened).await;

        let topic = stage.here.entry(stage.theirs.iri("https://nodebb.test/post/2").as_str()).await.unwrap();
        let reply = stage.here.write(category, &frank, Some(topic.id), None, "Reply from the fediverse").await;
        stage.note("frank replies").await;
        stage.theirs.map(OUR_REPLY, &reply.ap_id);
        stage.play_all(&["inbox-07", "inbox-08", "inbox-09"]).await;

        let page = stage.here.write(category, &frank, None, Some("A remote page"), "Body of the page").await;
        stage.note("frank opens a topic").await;
        stage.theirs.map(OUR_TOPIC, &page.ap_id);
        stage.play_all(&["inbox-10", "inbox-11", "inbox-12", "inbox-13", "inbox-14", "inbox-15", "inbox-16"]).await;
        stage.tells("nodebb");
    }

    // What a category announces that nobody here follows is none of our business.
    async fn a_category_that_nobody_follows_is_not_listened_to(db: Db) {
        let here = instance(db).await;
        let theirs = RecordedPeer::start("nodebb", &here, &[]).await;
        for name in ["inbox-04", "inbox-05", "inbox-06"] {
            assert_eq!(theirs.send(name).await.0.as_u16(), 202);
        }
        here.run_until_idle().await;
        let topic: Iri = theirs.iri("https://nodebb.test/post/2");
        assert!(here.entry(topic.as_str()).await.is_none());
        assert_eq!(theirs.peer.count(&topic), 0, "nothing is fetched for it");
    }
}
