//! Answers to those who want to join.

use guildhall_app::{group::ChangeGroup, queue};
use guildhall_domain::{
    GroupId,
    actor::ActorKind,
    group::{Admission, Policy, Visibility},
};
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::{
    stage::{BASE, Row, Stage},
    support::{PUBLIC, gardening, open},
};

on_both_engines! {
    async fn a_follow_is_answered_by_an_accept_that_holds_it(db: Db) {
        let stage = Stage::new(db).await;
        let (group, _) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let follow = stage.follow(group, &ann).await;

        let [row] = &stage.publish().await[..] else { panic!("one row") };
        let accept = row.both();
        assert_eq!((&accept["type"], &accept["actor"]), (&json!("Accept"), &json!(format!("{BASE}/groups/gardening"))));
        assert_eq!(accept["object"], follow);
        assert_eq!((row.sender, row.group), (group.actor(), None));
        assert_eq!(row.targets, [ann.inbox.as_str()]);

        // Asking again changes nothing and is answered again.
        stage.follow(group, &ann).await;
        let again = stage.publish().await;
        assert_eq!(again.len(), 1);
        assert_eq!(again[0].both()["type"], "Accept");
        assert_ne!(again[0].id, row.id);
    }

    async fn who_has_to_wait_hears_nothing_until_a_moderator_decides(db: Db) {
        let stage = Stage::new(db).await;
        let policy = Policy { admission: Admission::Approval, ..open() };
        let (group, mona) = gardening(&stage, policy).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let bob = stage.remote("micro.example", "bob", ActorKind::Person).await;
        let (follow_of_ann, follow_of_bob) = (stage.follow(group, &ann).await, stage.follow(group, &bob).await);
        assert_eq!(stage.publish().await, []);

        let waiting = guildhall_store::queue::list_open(&stage.app.store, group, None, None, 10).await.unwrap();
        queue::admit(&stage.app, waiting[0].id, mona.id).await.unwrap();
        queue::refuse(&stage.app, waiting[1].id, mona.id, "Tell us who you are.").await.unwrap();
        let rows = stage.publish().await;
        let answers: Vec<Value> = rows.iter().map(Row::both).collect();
        assert_eq!((&answers[0]["type"], &answers[0]["object"]), (&json!("Accept"), &follow_of_ann));
        assert_eq!((&answers[1]["type"], &answers[1]["object"]), (&json!("Reject"), &follow_of_bob));
        assert_eq!(answers[1]["summary"], "Tell us who you are.");
        assert_eq!(rows[1].targets, [bob.inbox.as_str()]);
    }

    async fn who_follows_a_post_is_answered_by_its_author(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("friendica.example", "ann", ActorKind::Person).await;
        let post = stage.write(group, &mona, None, "Plant them early.").await;
        stage.publish().await;
        let follow = json!({ "id": "https://friendica.example/follows/1", "type": "Follow", "actor": ann.ap_id.as_str(),
            "object": format!("{BASE}/posts/{post}") });
        let cause = stage.received(&ann, &follow).await;
        guildhall_app::entry::follow(&stage.app, post, ann.id, cause).await.unwrap();
        let [row] = &stage.publish().await[..] else { panic!("one row") };
        let accept = row.both();
        assert_eq!((&accept["type"], &accept["actor"], &accept["object"]), (&json!("Accept"), &json!(mona.ap_id.as_str()), &follow));
        assert_eq!((row.sender, &row.targets[..]), (mona.id, &[ann.inbox.clone()][..]));
    }

    async fn who_may_not_join_is_told_why(db: Db) {
        let stage = Stage::new(db).await;
        let (group, _) = gardening(&stage, Policy { admission: Admission::Invite, ..open() }).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        stage.follow(group, &ann).await;
        let rows = stage.publish().await;
        assert_eq!(rows[0].both()["type"], "Reject");
        assert_eq!(rows[0].both()["summary"], "This group takes members by invitation only.");
    }

    async fn of_a_group_that_becomes_local_those_elsewhere_are_told_once_that_they_are_out(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let follow = stage.follow(group, &ann).await;
        stage.publish().await;
        change(&stage, group, Some(Visibility::Local), "For us").await;
        let [row] = &stage.publish().await[..] else { panic!("one row") };
        let reject = row.both();
        assert_eq!((&reject["type"], &reject["object"]), (&json!("Reject"), &follow));
        assert_eq!(reject["summary"], "This group is for people with an account on its own server.");
        assert_eq!(row.targets, [ann.inbox.as_str()]);

        change(&stage, group, None, "Still for us").await;
        stage.write(group, &mona, None, "Among us.").await;
        assert_eq!(stage.publish().await, [], "nothing of it leaves this server");
    }

    async fn what_a_group_for_its_members_is_called_is_for_everybody(db: Db) {
        let stage = Stage::new(db).await;
        let (group, _) = gardening(&stage, Policy { visibility: Visibility::Members, ..open() }).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        stage.follow(group, &ann).await;
        stage.publish().await;
        change(&stage, group, None, "The den").await;
        let [row] = &stage.publish().await[..] else { panic!("one row") };
        assert!(row.group == Some(group.0) && row.microblog().to_string().contains(PUBLIC));
    }
}

async fn change(stage: &Stage, group: GroupId, visibility: Option<Visibility>, title: &str) {
    let title = Some(title.to_owned());
    let change = ChangeGroup { visibility, title, ..ChangeGroup::default() };
    guildhall_app::group::change(&stage.app, group, group.actor(), change).await.unwrap();
}
