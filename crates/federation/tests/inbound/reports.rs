//! `Flag` in its shapes.

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
            ("Mbin: both texts", json!({ "object": [post.ap_id, ann.ap_id], "summary": "bad", "content": "bad", "audience": group }), about_post),
            ("a person alone", json!({ "object": ann.ap_id, "content": "bad", "to": group }), (None, Some(ann_id))),
            ("the group alone", json!({ "object": group, "content": "bad" }), (None, None)),
        ];
        for (shape, fields, (entry, person)) in shapes {
            let flag = activity(&world.alice, "Flag", Value::Null).with(fields);
            assert_eq!(world.send(&flag).await, "applied", "{shape}");
            let reports = world.here.reports(world.group.id).await;
            let report = reports.last().unwrap();
            assert_eq!((&report.1, &report.2, report.3.as_str()), (&entry, &person, "bad"), "{shape}");
        }
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
