//! What the authors of refused posts hear.

use guildhall_app::queue;
use guildhall_domain::{
    actor::ActorKind,
    group::{Policy, Posting, Review},
};
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::json;

use crate::{
    stage::{Stage, named},
    support::{PUBLIC, gardening, numbers_of, open},
};

on_both_engines! {
    async fn a_refused_author_gets_a_reject_or_a_message(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, Policy { review: Review::All, ..open() }).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await;
        let waiting = guildhall_store::queue::list_open(&stage.app.store, group, None, None, 10).await.unwrap();
        queue::refuse(&stage.app, waiting[0].id, mona.id, "We had <this> already.").await.unwrap();

        let [reject, notice] = &stage.publish_all().await[..] else { panic!("two rows") };
        let told = reject.both();
        assert_eq!((&told["type"], &told["summary"]), (&json!("Reject"), &json!("We had <this> already.")));
        assert_eq!(told["object"]["object"], post.ap_id);
        assert_eq!(told["object"]["type"], "Create");
        assert_eq!((reject.sender, notice.sender), (group.actor(), group.actor()));
        assert_eq!((&notice.body_group, &notice.targets), (&None, &reject.targets));
        assert!(!notice.microblog().to_string().contains(PUBLIC), "a direct message");
        let event = notice.id.split('/').nth(4).unwrap().parse().unwrap();
        let names: Vec<_> = [(event, "event")].into_iter().chain(numbers_of(&post.ap_id)).collect();
        insta::allow_duplicates! {
            insta::assert_json_snapshot!("notice", named(&notice.microblog(), &names));
        }
    }

    async fn members_only_groups_refuse_with_their_reason(db: Db) {
        let stage = Stage::new(db).await;
        let (group, _) = gardening(&stage, Policy { posting: Posting::Members, ..open() }).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        stage.receive(group, &ann, None, "Tulips?").await;
        let rows = stage.publish().await;
        assert_eq!(rows[0].both()["summary"], "Only members can post in this group. Follow the group, then post again.");
    }
}
