//! Step 11: what a body has to be, before anybody is asked about its sender.

use guildhall_store::{Db, testing::on_both_engines};
use serde_json::json;

use super::support::{Scene, dropped, refusal};
use crate::peer::Post;

on_both_engines! {
    async fn a_body_that_is_no_activity_is_refused(db: Db) {
        let scene = Scene::start(db).await;
        let deep = format!("{}1{}", "[".repeat(40), "]".repeat(40));
        for (body, status, code) in [
            ("[]".to_owned(), 400, "document"),
            ("{".to_owned(), 400, "document"),
            (format!("{{\"a\":{deep}}}"), 400, "document"),
            ("{}".to_owned(), 422, "malformed"),
        ] {
            let post = Post::of_bytes(&scene.here, &scene.alice, body.as_bytes());
            assert_eq!(scene.refused_unasked(&post).await, refusal(status, code), "{body}");
        }
    }

    async fn what_a_known_activity_needs_has_to_be_there(db: Db) {
        let scene = Scene::start(db).await;
        let change = |field: &str, value: serde_json::Value| {
            let mut follow = scene.follow();
            follow[field] = value;
            follow
        };
        for activity in [
            change("id", json!(null)),
            change("id", json!("no url")),
            change("type", json!(null)),
            change("actor", json!(null)),
            change("actor", json!([scene.alice.id, scene.peer.iri("/users/bob")])),
            change("object", json!(null)),
            change("object", json!([])),
        ] {
            let post = Post::cavage(&scene.here, &scene.alice, &activity);
            assert_eq!(scene.refused_unasked(&post).await, refusal(422, "malformed"), "{activity}");
        }
    }

    async fn keywords_that_rearrange_a_document_are_refused(db: Db) {
        let scene = Scene::start(db).await;
        for keyword in ["@graph", "@reverse", "@included"] {
            let mut follow = scene.follow();
            follow[keyword] = json!([{"id": "https://example.org/x"}]);
            let post = Post::cavage(&scene.here, &scene.alice, &follow);
            assert_eq!(scene.refused_unasked(&post).await, refusal(400, "document"), "{keyword}");
        }
    }

    async fn unknown_types_are_accepted_and_dropped_unasked(db: Db) {
        let scene = Scene::start(db).await;
        for kind in ["Travel", "View", "https://example.org/ns#Frobnicate"] {
            let mut activity = scene.follow();
            activity["type"] = json!(kind);
            let post = Post::cavage(&scene.here, &scene.alice, &activity);
            assert_eq!(scene.refused_unasked(&post).await, dropped("unknown-type"), "{kind}");
        }
    }
}
