//! New posts and comments.

use guildhall_app::queue;
use guildhall_domain::{
    actor::ActorKind,
    audience::Profile,
    group::{Policy, Review},
};
use guildhall_store::{Db, actor::Actor, testing::on_both_engines};
use serde_json::{Value, json};

use crate::{
    stage::{BASE, Stage, named},
    support::{gardening, numbers_of, open},
};

on_both_engines! {
    async fn a_post_from_here_is_announced_with_its_create_and_boosted(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let post = stage.write(group, &mona, None, "Plant them **early**.").await;

        let [row] = &stage.publish().await[..] else { panic!("one row") };
        assert_eq!(row.id, format!("{BASE}/posts/{post}/announce"));
        assert_eq!((row.sender, row.group), (group.actor(), Some(group.0)));
        assert_eq!(row.order_key, format!("entry:{post}"));
        assert_eq!(row.targets, Vec::<String>::new());
        let names = [(post.0, "post")];
        insta::allow_duplicates! {
            insta::assert_json_snapshot!("announce_create", named(&row.group_aware(), &names));
            insta::assert_json_snapshot!("boost", named(&row.microblog(), &names));
        }
    }

    async fn a_post_from_elsewhere_is_announced_in_its_own_bytes(db: Db) {
        let stage = Stage::new(db).await;
        let (group, _) = gardening(&stage, open()).await;
        let ann = stage.remote("lemmy.example", "ann", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await;

        let [row] = &stage.publish().await[..] else { panic!("one row") };
        let body = row.body_group.clone().unwrap();
        assert!(body.windows(post.bytes.len()).any(|part| part == post.bytes), "the original bytes are inside");
        assert_eq!(row.microblog()["object"], post.ap_id);
        assert_eq!(row.sender, group.actor());
    }

    async fn what_was_held_is_announced_in_its_own_bytes_once_it_is_admitted(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, Policy { review: Review::All, ..open() }).await;
        let ann = stage.remote("lemmy.example", "ann", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await;
        assert_eq!(stage.publish().await, [], "nothing of what is held goes out");

        let waiting = guildhall_store::queue::list_open(&stage.app.store, group, None, None, 10).await.unwrap();
        queue::admit(&stage.app, waiting[0].id, mona.id).await.unwrap();
        let rows = stage.publish().await;
        let body = rows[0].body_group.clone().unwrap();
        assert!(body.windows(post.bytes.len()).any(|part| part == post.bytes));
    }

    async fn what_is_limited_is_told_to_its_authors_server_alone(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("lemmy.example", "ann", ActorKind::Person).await;
        let theirs = stage.receive(group, &ann, None, "Tulips?").await;
        let ours = stage.write(group, &mona, None, "Plant them early, @ann@lemmy.example.").await;
        let mut tx = stage.app.begin().await.unwrap();
        for entry in [theirs.entry, ours] {
            guildhall_store::entry::past::set_limited(&mut tx, entry, true).await.unwrap();
        }
        tx.commit().await.unwrap();

        let [row] = &stage.publish().await[..] else { panic!("one row") };
        assert_eq!((row.group, row.targets.as_slice()), (None, &[ann.inbox.clone()][..]));
        assert_eq!(row.group_aware()["object"]["object"]["id"], theirs.ap_id);
    }

    async fn a_post_whose_bytes_are_gone_is_announced_by_its_id(db: Db) {
        let stage = Stage::new(db).await;
        let (group, _) = gardening(&stage, open()).await;
        let ann = stage.remote("lemmy.example", "ann", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await;
        let mut tx = stage.app.begin().await.unwrap();
        tx.query("DELETE FROM received_activities").execute().await.unwrap();
        tx.commit().await.unwrap();

        let rows = stage.publish().await;
        assert_eq!(rows.len(), 1);
        assert_eq!((&rows[0].group_aware()["type"], &rows[0].group_aware()["object"]), (&json!("Announce"), &json!(post.ap_id)));
    }

    async fn a_comment_is_no_boost_and_reaches_those_it_answers(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let bob = stage.remote("lemmy.example", "bob", ActorKind::Person).await;
        let carl = stage.remote("other.example", "carl", ActorKind::Person).await;
        stage.profile("lemmy.example", Profile::Group).await;
        stage.follow(group, &bob).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await;
        let answer = stage.receive(group, &bob, Some(post.entry), "Yes").await;
        stage.publish().await;

        let text = "Ask @carl@other.example and @nobody@nowhere.example.";
        let comment = stage.write(group, &mona, Some(answer.entry), text).await;
        let [announce, direct] = &stage.publish().await[..] else { panic!("two rows") };
        assert_eq!(announce.microblog(), Value::Null);
        assert_eq!((announce.sender, announce.group), (group.actor(), Some(group.0)));
        assert_eq!((direct.sender, direct.group), (mona.id, None), "signed by its author");
        assert_eq!(direct.id, format!("{BASE}/comments/{comment}/create"));
        // Not bob's server: it follows the group and understands what it announces.
        let inbox = |actor: &Actor| actor.shared_inbox.clone().unwrap();
        assert_eq!(direct.targets, [inbox(&ann), inbox(&carl)]);
        assert_eq!(announce.group_aware()["object"], direct.both());
        let names = [(comment.0, "comment"), (post.entry.0, "post"), (answer.entry.0, "answer")];
        let names: Vec<_> = names.into_iter().chain(numbers_of(&answer.ap_id)).collect();
        insta::allow_duplicates! {
            insta::assert_json_snapshot!("create_comment", named(&direct.both(), &names));
        }
    }

    async fn an_answer_reaches_the_author_of_a_host_whose_software_is_not_known(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let bob = stage.remote("new.example", "bob", ActorKind::Person).await;
        stage.follow(group, &bob).await;
        let post = stage.receive(group, &bob, None, "Tulips?").await;
        stage.publish().await;
        stage.write(group, &mona, Some(post.entry), "Yes").await;
        assert_eq!(stage.publish().await.len(), 2);
    }

    async fn a_very_long_chain_of_answers_still_reaches_who_began_it(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("other.example", "ann", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await.entry;
        let mut last = post;
        // More than are looked through one by one.
        for _ in 0..63 {
            last = stage.write(group, &mona, Some(last), "Yes").await;
        }
        stage.publish().await;
        stage.write(group, &mona, Some(last), "Yes").await;
        let rows = stage.publish().await;
        assert!(rows.iter().any(|row| row.targets.contains(&ann.delivery_inbox().to_owned())), "{rows:?}");
    }
}
