//! What people are told, and what they answer.

use axum::http::StatusCode;
use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::json;

use crate::support::Here;

on_both_engines! {
    async fn a_removal_is_read_and_appealed_and_an_admin_takes_it_back(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        alice.delete_because(&format!("/posts/{post}"), json!({ "reason": "Off topic." })).await;
        let told = bob.get("/notices").await.ok();
        let notice = &told["items"][0];
        assert_eq!((&notice["kind"], &notice["is_read"]), (&json!("decision"), &json!(false)));
        assert_eq!((&notice["decision"]["action"], &notice["decision"]["by"]), (&json!("remove"), &json!(null)));
        assert_eq!(notice["appeal"]["state"], "possible");
        let path = format!("/notices/{}", notice["id"].as_str().unwrap());
        assert_eq!(bob.get(&path).await.ok(), *notice);
        alice.get(&path).await.is(StatusCode::NOT_FOUND);
        bob.call(&format!("{path}/read")).await.is(StatusCode::NO_CONTENT);
        assert_eq!(bob.get(&path).await.ok()["is_read"], true);

        bob.post(&format!("{path}/appeal"), json!({ "text": " " })).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        let made = bob.post(&format!("{path}/appeal"), json!({ "text": "It is on topic." })).await.ok();
        assert_eq!(made["appeal"]["state"], "open");
        bob.get("/groups/garden/appeals").await.is(StatusCode::FORBIDDEN);
        let open = alice.get("/groups/garden/appeals").await.ok();
        assert_eq!(open["items"][0]["text"], "It is on topic.");
        assert_eq!(open["items"][0]["person"]["handle"], "@bob@here.example");

        let decide = format!("/appeals/{}/decide", made["appeal"]["id"].as_str().unwrap());
        let chief = here.admin("chief").await;
        alice.get("/instance/appeals").await.is(StatusCode::FORBIDDEN);
        assert_eq!(chief.get("/instance/appeals").await.ok()["items"], json!([]), "none against the whole instance");
        let late = json!({ "outcome": "changed", "reason": "It is.", "until": "2020-01-01T00:00:00Z" });
        chief.post(&decide, late).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        let word = json!({ "outcome": "reversed", "reason": "It is." });
        alice.post(&decide, word.clone()).await.is(StatusCode::FORBIDDEN);
        bob.post(&decide, word.clone()).await.is(StatusCode::NOT_FOUND);
        assert_eq!(chief.post(&decide, word.clone()).await.ok()["outcome"], "reversed");
        chief.post(&decide, word).await.is(StatusCode::CONFLICT);
        assert_eq!(bob.get(&format!("/posts/{post}")).await.ok()["state"], "published");
        let after = bob.get(&path).await.ok();
        assert_eq!((&after["appeal"]["state"], &after["appeal"]["reason"]), (&json!("reversed"), &json!("It is.")));
        assert_eq!(bob.get("/notices").await.ok()["items"][0]["kind"], "outcome");
    }

    async fn an_end_that_is_no_sooner_is_refused_by_name(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({})).await;
        let until = |day: u32| json!({ "until": format!("2026-03-{day:02}T00:00:00.000Z") });
        alice.put("/groups/garden/mutes/bob", until(20)).await.done();
        let notice = bob.get("/notices").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
        let made = bob.post(&format!("/notices/{notice}/appeal"), json!({ "text": "Why?" })).await.ok();
        let decide = format!("/appeals/{}/decide", made["appeal"]["id"].as_str().unwrap());
        let word = |day| json!({ "outcome": "changed", "reason": "As you like.", "until": until(day)["until"] });
        let problem = alice.post(&decide, word(21)).await.problem(409, "not-sooner");
        let detail = "An appeal can shorten what was decided, not lengthen it: give an end before the one that stands.";
        assert_eq!(problem["detail"], detail);
        assert_eq!(alice.post(&decide, word(19)).await.ok()["outcome"], "changed");
    }

    async fn a_group_says_for_how_long_it_can_be_appealed_to(db: Db) {
        let here = Here::start(db);
        let (alice, _) = here.garden(json!({})).await;
        assert_eq!(alice.get("/groups/garden").await.ok()["appeal_days"], 14);
        assert_eq!(alice.patch("/groups/garden", json!({ "appeal_days": 30 })).await.ok()["appeal_days"], 30);
        alice.patch("/groups/garden", json!({ "appeal_days": 366 })).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    }
}
