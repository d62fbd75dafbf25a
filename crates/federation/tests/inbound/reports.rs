//! `Flag` in its shapes.

use guildhall_app::{Viewer, case};
use guildhall_domain::CaseId;
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{With as _, World, activity, id};

on_both_engines! {
    async fn a_report_reaches_the_group_in_every_shape(db: Db) {
        let world = World::new(db, "mastodon").await;
        let ann = world.here.person("ann").await;
        let post = world.here.post(&world.group, &ann, "Tulips", "How deep?").await;
        let group = &world.group.ap_id;
        let (post_id, ann_id) = (post.ap_id.to_string(), ann.ap_id.to_string());
        let about_post = (Some(post_id.clone()), Some(ann_id.clone()));
        let shapes: [(&str, Value, _); 6] = [
            ("Lemmy: one URL, text in summary", json!({ "object": post.ap_id, "summary": "bad", "to": [group] }), about_post.clone()),
            ("Mastodon: person first, text in content", json!({ "object": [ann.ap_id, post.ap_id], "content": "bad" }), about_post.clone()),
            ("Mastodon: the group for the person", json!({ "object": [group, post.ap_id], "content": "bad" }), about_post.clone()),
            ("Mbin: both texts", json!({ "object": [post.ap_id, ann.ap_id], "summary": "bad", "content": "bad", "audience": group }), about_post.clone()),
            ("Misskey: the post in the text alone", json!({ "object": ann.ap_id, "content": format!("Note: {post_id}\n-----\nbad") }), about_post),
            ("a person alone", json!({ "object": ann.ap_id, "content": "bad", "to": group }), (None, Some(ann_id))),
        ];
        for (shape, fields, (entry, person)) in shapes {
            let flag = activity(&world.alice, "Flag", Value::Null).with(fields);
            assert_eq!(world.send(&flag).await, "applied", "{shape}");
            let reports = world.here.reports(world.group.id).await;
            let report = reports.last().unwrap();
            assert_eq!((&report.1, &report.2, report.3.ends_with("bad")), (&entry, &person, true), "{shape}");
        }
    }

    async fn a_microblog_reports_a_group_or_one_of_our_people_to_those_who_run_the_server(db: Db) {
        let world = World::new(db, "mastodon").await;
        let ann = world.here.person("ann").await;
        let server = world.peer.actor_of("Application", "/actor", "peer");
        for object in [world.group.ap_id.as_str(), ann.ap_id.as_str()] {
            let flag = activity(&server, "Flag", json!([object])).with(json!({ "content": "bad" }));
            assert_eq!(world.send(&flag).await, "applied");
        }
        let open = world.here.cases(None).await;
        assert_eq!(open, [("group".to_owned(), 1), ("person".to_owned(), 1)]);
        assert!(world.here.cases(Some(world.group.id)).await.is_empty());
    }

    async fn several_posts_of_one_person_are_one_case(db: Db) {
        let world = World::new(db, "mastodon").await;
        let ann = world.here.person("ann").await;
        let one = world.here.post(&world.group, &ann, "One", "x").await;
        let two = world.here.post(&world.group, &ann, "Two", "x").await;
        let flag = activity(&world.alice, "Flag", json!([ann.ap_id, one.ap_id, { "id": two.ap_id, "type": "Note" }]));
        assert_eq!(world.send(&flag.with(json!({ "content": "bad" }))).await, "applied");
        assert_eq!(world.here.cases(Some(world.group.id)).await, [("person".to_owned(), 1)]);
    }

    async fn whoever_reported_may_take_it_back_and_a_stranger_settles_nothing(db: Db) {
        let world = World::new(db, "lemmy").await;
        let post = world.posted("Tulips").await;
        let flag = activity(&world.alice, "Flag", json!(id(&post))).with(json!({ "summary": "bad" }));
        world.send(&flag).await;
        assert_eq!(world.send(&activity(&world.alice, "Resolve", flag.clone())).await, "refused", "it is about her");
        let admin = world.peer.actor("admin");
        let resolve = activity(&admin, "Resolve", flag.clone());
        assert_eq!(world.send(&resolve).await, "applied", "the lane of their own server, and no other");
        assert_eq!(world.here.cases(Some(world.group.id)).await, [("entry".to_owned(), 1)]);
        assert_eq!(world.send(&activity(&admin, "Resolve", flag.clone())).await, "refused", "it is closed");
        assert_eq!(world.send(&activity(&world.alice, "Undo", flag.clone())).await, "applied");
        let unknown = json!({ "id": format!("{}/flags/9", world.peer.base), "type": "Flag", "actor": world.alice.id, "object": id(&post) });
        assert_eq!(world.send(&activity(&world.alice, "Resolve", unknown)).await, "ignored");
    }

    async fn on_a_server_where_admins_have_an_account_of_the_server_nobody_else_settles_for_it(db: Db) {
        let world = World::new(db, "mastodon").await;
        let post = world.posted("Tulips").await;
        let flag = activity(&world.alice, "Flag", json!(id(&post))).with(json!({ "content": "bad" }));
        world.send(&flag).await;
        let bob = world.peer.actor("bob");
        assert_eq!(world.send(&activity(&bob, "Resolve", flag)).await, "refused");
    }

    async fn who_reported_elsewhere_hears_that_the_moderators_have_done_with_it(db: Db) {
        let (world, flag, told) = settled(db, "lemmy").await;
        let [resolved] = &told[..] else { panic!("one Resolve: {told:?}") };
        assert_eq!((&resolved["object"]["type"], &resolved["object"]["id"]), (&json!("Flag"), &json!(id(&flag))));
        assert_eq!(resolved["object"]["object"], json!([flag["object"]]));
        assert_eq!((&resolved["actor"], &resolved["object"]["actor"]), (&json!(world.group.ap_id), &json!(world.alice.id)));
    }

    async fn a_microblog_is_not_told_that_its_report_is_settled(db: Db) {
        assert_eq!(settled(db, "mastodon").await.2, Vec::<Value>::new());
    }

    async fn the_same_report_twice_is_one(db: Db) {
        let world = World::new(db, "lemmy").await;
        let post = world.posted("Tulips").await;
        let flag = activity(&world.alice, "Flag", json!(id(&post))).with(json!({ "summary": "bad" }));
        world.send(&flag).await;
        world.send(&flag).await;
        assert_eq!(world.here.reports(world.group.id).await.len(), 1);
    }

    async fn a_report_about_nothing_here_is_left_aside(db: Db) {
        let world = World::new(db, "mastodon").await;
        let flag = activity(&world.alice, "Flag", json!(format!("{}/notes/none", world.peer.base)));
        assert_eq!(world.send(&flag).await, "ignored");
        assert_eq!(world.status(&activity(&world.alice, "Flag", json!([]))).await.as_u16(), 422);
    }
}

/// A report from a server that runs `software`, with which the moderators have done: the Flag, and the `Resolve`s it gets.
async fn settled(db: Db, software: &str) -> (World, Value, Vec<Value>) {
    let world = World::new(db, software).await;
    let ann = world.here.person("ann").await;
    let post = world.here.post(&world.group, &ann, "Tulips", "How deep?").await;
    let flag =
        activity(&world.alice, "Flag", json!(post.ap_id)).with(json!({ "summary": "bad", "content": "bad" }));
    assert_eq!(world.send(&flag).await, "applied");
    let (case,): (i64,) = world.here.app.store.query("SELECT max(id) FROM cases").one().await.unwrap();
    world.peer.take();
    let admin = Viewer { is_admin: true, ..Viewer::anonymous() };
    case::close(&world.here.app, &admin, CaseId(case)).await.unwrap();
    world.here.run_until_idle().await;
    let told = world.peer.take().all("Resolve");
    (world, flag, told)
}
