//! Who voted, and what moderators see of it.

use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::Here;

on_both_engines! {
    async fn a_group_chooses_who_learns_who_voted(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        let carol = here.person("carol").await;
        carol.set("/groups/garden/membership").await.ok();
        carol.put(&format!("/posts/{post}/vote"), json!({ "value": -1 })).await.ok();
        let votes = format!("/posts/{post}/votes");
        let seen = here.anybody().get(&votes).await.ok();
        assert_eq!((&seen["items"][0]["person"]["handle"], &seen["items"][0]["value"]), (&json!("@carol@here.example"), &json!(-1)));

        assert_eq!(alice.patch("/groups/garden", json!({ "votes": "members" })).await.ok()["votes"], "members");
        here.anybody().get(&votes).await.problem(403, "members-only");
        bob.get(&votes).await.problem(403, "members-only");
        for reader in [&alice, &carol] {
            assert_eq!(reader.get(&votes).await.ok()["items"].as_array().unwrap().len(), 1);
        }

        alice.patch("/groups/garden", json!({ "votes": "counted" })).await.ok();
        for reader in [&alice, &bob, &carol] {
            reader.get(&votes).await.problem(403, "votes-counted");
            assert_eq!(reader.get(&format!("/posts/{post}")).await.ok()["down"], 1, "the figures stay");
        }
    }

    async fn moderators_see_patterns_without_names(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        alice.patch("/groups/garden", json!({ "votes": "counted" })).await.ok();
        let voters = [here.person("carol").await, here.person("dora").await, here.person("emil").await];
        for (voter, value) in voters.iter().zip([1, 1, -1]) {
            voter.put(&format!("/posts/{post}/vote"), json!({ "value": value })).await.ok();
        }
        let comment = alice.post(&format!("/posts/{post}/comments"), json!({ "content": "x" })).await.created();
        for path in [format!("/posts/{post}/votes/pattern"), "/groups/garden/people/bob/votes/pattern?days=7".to_owned()] {
            let pattern = alice.get(&path).await.ok();
            assert_eq!([&pattern["voters"], &pattern["up"], &pattern["down"], &pattern["busiest"]], [3, 2, 1, 3], "{path}");
            assert_eq!(pattern["new"], json!({ "voters": 3, "votes": 3 }));
            assert_eq!(pattern["hosts"], json!([{ "host": "here.example", "voters": 3, "votes": 3 }]));
            assert!(!pattern.to_string().contains("carol"), "{pattern}");
            bob.get(&path).await.problem(403, "not-moderator");
        }
        let of_comment = alice.get(&format!("/comments/{}/votes/pattern", comment["id"].as_str().unwrap())).await.ok();
        assert_eq!(of_comment["voters"], 0);
        here.advance_seconds(8 * 86_400);
        assert_eq!(alice.get("/groups/garden/people/bob/votes/pattern?days=7").await.ok()["voters"], 0);
    }

    async fn names_are_found_by_way_of_an_open_case_which_tells_of_it(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        let other = bob.post("/groups/garden/posts", json!({ "title": "Roses" })).await.created();
        alice.patch("/groups/garden", json!({ "votes": "counted" })).await.ok();
        let carol = here.person("carol").await;
        carol.put(&format!("/posts/{post}/vote"), json!({ "value": -1 })).await.ok();
        carol.post(&format!("/posts/{post}/report"), json!({ "text": "A ring?" })).await.done();
        let cases = alice.get("/groups/garden/cases").await.ok();
        let case = format!("/cases/{}", cases["items"][0]["id"].as_str().unwrap());

        let look = json!({ "entry": post });
        let seen = alice.post(&format!("{case}/voters"), look.clone()).await.ok();
        assert_eq!(seen["items"][0]["person"]["handle"], "@carol@here.example");
        let looks = async || {
            let history = alice.get(&case).await.ok()["history"].clone();
            let is_look = |one: &&Value| one["kind"] == "voters-seen";
            history.as_array().unwrap().iter().filter(is_look).cloned().collect::<Vec<_>>()
        };
        let noted = looks().await;
        assert_eq!((&noted[0]["by"]["handle"], &noted[0]["text"]), (&json!("@alice@here.example"), &json!(format!("post {post}"))));

        alice.post(&format!("{case}/voters"), json!({ "entry": other["id"] })).await.problem(409, "not-applicable");
        here.admin("ruth").await.post(&format!("{case}/voters"), look.clone()).await.problem(403, "not-moderator");
        bob.post(&format!("{case}/voters"), look.clone()).await.problem(404, "not-found");
        alice.call(&format!("{case}/close")).await.done();
        alice.post(&format!("{case}/voters"), look).await.problem(409, "case-closed");
        assert_eq!(looks().await.len(), 1, "what was refused is no look");
    }
}
