//! Votes.

use guildhall_app::{
    entry,
    group::{self, ChangeGroup},
};
use guildhall_domain::{GroupId, actor::ActorKind, content::Vote, event::Cause, group::Votes};
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::json;

use crate::{
    stage::{BASE, Stage},
    support::{PUBLIC, gardening, open, vote},
};

async fn set_votes(stage: &Stage, group: GroupId, votes: Votes) {
    let change = ChangeGroup { votes: Some(votes), ..ChangeGroup::default() };
    group::change(&stage.app, group, group.actor(), change).await.unwrap();
    stage.publish().await;
}

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

    async fn where_votes_are_only_counted_no_vote_leaves(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        stage.follow(group, &ann).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await.entry;
        set_votes(&stage, group, Votes::Counted).await;
        for cast in [Some(Vote::Up), Some(Vote::Down), None] {
            entry::cast_vote(&stage.app, vote(post, &mona, cast, Cause::Local)).await.unwrap();
            assert!(stage.publish().await.is_empty(), "{cast:?}: to the followers, and to the author");
        }
        let like = json!({ "id": "https://micro.example/likes/1", "type": "Like", "actor": ann.ap_id.as_str(),
            "object": "https://micro.example/1" });
        let cause = stage.received(&ann, &like).await;
        entry::cast_vote(&stage.app, vote(post, &ann, Some(Vote::Up), cause)).await.unwrap();
        assert!(stage.publish().await.is_empty(), "nor is one that came from elsewhere passed on");
    }

    async fn votes_for_members_are_addressed_to_them_and_sent_to_nobody_else(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await.entry;
        set_votes(&stage, group, Votes::Members).await;
        entry::cast_vote(&stage.app, vote(post, &mona, Some(Vote::Up), Cause::Local)).await.unwrap();
        let [announce] = &stage.publish().await[..] else { panic!("one row: the author is no member") };
        let announce = announce.group_aware();
        assert_eq!(announce["to"], json!([format!("{BASE}/groups/gardening/followers")]));
        assert!(!announce.to_string().contains(PUBLIC), "{announce}");

        stage.follow(group, &ann).await;
        entry::cast_vote(&stage.app, vote(post, &mona, Some(Vote::Down), Cause::Local)).await.unwrap();
        let rows = stage.publish().await;
        assert!(rows.iter().any(|row| row.targets == ["https://micro.example/inbox"]), "the author is one now");
    }
}
