//! Votes.

use guildhall_app::entry;
use guildhall_domain::{actor::ActorKind, content::Vote, event::Cause};
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::json;

use crate::{
    stage::{BASE, Stage},
    support::{PUBLIC, gardening, open, vote},
};

on_both_engines! {
    async fn votes_go_to_those_who_understand_them(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await.entry;
        stage.publish().await;

        entry::cast_vote(&stage.app, vote(post, &mona, Some(Vote::Up), Cause::Local)).await.unwrap();
        let [announce, direct] = &stage.publish().await[..] else { panic!("two rows") };
        assert_eq!(announce.group_aware()["object"], direct.both());
        assert_eq!((&direct.both()["type"], &direct.both()["actor"]), (&json!("Like"), &json!(mona.ap_id.as_str())));
        assert!(!direct.both().to_string().contains(PUBLIC), "a vote is addressed to the author");
        assert_eq!((direct.sender, announce.body_microblog.clone()), (mona.id, None));
        assert_eq!(direct.targets, ["https://micro.example/inbox"]);
        assert_eq!(direct.order_key, format!("vote:{post}:{}", mona.id));

        entry::cast_vote(&stage.app, vote(post, &mona, Some(Vote::Down), Cause::Local)).await.unwrap();
        let [announce, direct] = &stage.publish().await[..] else { panic!("two rows") };
        assert_eq!(announce.group_aware()["object"]["type"], "Dislike");
        assert_eq!(direct.group_aware()["type"], "Dislike");
        let undo = direct.microblog();
        assert_eq!((&undo["type"], &undo["object"]["type"]), (&json!("Undo"), &json!("Like")), "favourites only");

        entry::cast_vote(&stage.app, vote(post, &mona, None, Cause::Local)).await.unwrap();
        let [announce, direct] = &stage.publish().await[..] else { panic!("two rows") };
        let undo = &announce.group_aware()["object"];
        assert_eq!((&undo["type"], &undo["object"]["type"]), (&json!("Undo"), &json!("Dislike")));
        assert_eq!(direct.body_microblog, None);
    }

    async fn a_vote_from_elsewhere_is_announced_and_not_sent_in_anothers_name(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let post = stage.write(group, &mona, None, "Plant them early.").await;
        stage.publish().await;
        let like = json!({ "id": "https://micro.example/likes/1", "type": "Like", "actor": ann.ap_id.as_str(),
            "object": format!("{BASE}/posts/{post}") });
        let cause = stage.received(&ann, &like).await;
        entry::cast_vote(&stage.app, vote(post, &ann, Some(Vote::Up), cause)).await.unwrap();
        let [row] = &stage.publish().await[..] else { panic!("one row") };
        assert_eq!(row.group_aware()["object"], like);
        assert_eq!((row.sender, &row.body_microblog), (group.actor(), &None));
    }
}
