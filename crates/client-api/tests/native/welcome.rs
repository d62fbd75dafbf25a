//! Questions at the door, invitations, vouching, and what one may do before one does it.

use axum::http::StatusCode;
use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{Client, Here};

const QUESTIONS: &str = "/groups/garden/questions";
const MEMBERSHIP: &str = "/groups/garden/membership";
const INVITATIONS: &str = "/groups/garden/invitations";

async fn queue(alice: &Client) -> Value {
    alice.get("/groups/garden/queue").await.ok()["items"].clone()
}

on_both_engines! {
    async fn questions_are_set_asked_and_answered(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "admission": "approval" })).await;
        let questions = json!({ "questions": [{ "text": "Why?", "required": true }, { "text": "Where?", "required": false }] });
        assert_eq!(alice.put(QUESTIONS, questions.clone()).await.ok(), questions);
        assert_eq!(here.anybody().get(QUESTIONS).await.ok(), questions);
        bob.put(QUESTIONS, json!({ "questions": [] })).await.problem(403, "not-moderator");
        let blank = json!({ "questions": [{ "text": " " }] });
        alice.put(QUESTIONS, blank).await.field_problem(422, "questions");

        let problem = bob.set(MEMBERSHIP).await.problem(422, "answers-needed");
        assert_eq!((&problem["questions"], &problem["field"]), (&questions["questions"], &json!("answers")));
        bob.put(MEMBERSHIP, json!({ "answers": ["a", "b", "c"] })).await.field_problem(422, "answers");
        bob.put(MEMBERSHIP, json!({ "answers": ["Roses.", ""] })).await.is(StatusCode::ACCEPTED);
        let item = queue(&alice).await[0].clone();
        assert_eq!(item["answers"], json!([{ "question": "Why?", "text": "Roses." }]));
        assert_eq!(item["vouches"], json!([]));
    }

    async fn an_invitation_is_made_out_used_listed_and_taken_back(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "admission": "invite" })).await;
        let new = json!({ "uses": 1, "until": "2026-03-02T12:00:00.000Z", "note": "Welcome!" });
        let made = alice.post(INVITATIONS, new).await.created();
        let code = made["code"].as_str().unwrap();
        assert_eq!(made["url"], format!("https://here.example/groups/garden/join/{code}"));
        assert_eq!((&made["invitation"]["max_uses"], &made["invitation"]["valid"]), (&json!(1), &json!(true)));

        bob.put(MEMBERSHIP, json!({ "invitation": "nonsense" })).await.problem(403, "invitation-unknown");
        assert_eq!(bob.put(MEMBERSHIP, json!({ "invitation": code })).await.ok()["state"], "member");
        let eve = here.person("eve").await;
        let used_up = eve.put(MEMBERSHIP, json!({ "invitation": code })).await.problem(403, "invitation-used-up");
        assert_eq!(used_up["field"], "invitation");
        let listed = alice.get(INVITATIONS).await.ok()["items"].clone();
        assert_eq!((&listed[0]["uses"], &listed[0]["code"]), (&json!(1), &json!("invitation-used-up")));
        assert_eq!(listed[0]["by"]["handle"], "@alice@here.example");
        assert!(!listed.to_string().contains(code), "the code is shown once");

        bob.post(INVITATIONS, json!({})).await.problem(403, "not-moderator");
        alice.patch("/groups/garden", json!({ "invites": "members" })).await.ok();
        let for_eve = bob.post(INVITATIONS, json!({ "for": "eve" })).await.created();
        assert_eq!(for_eve["invitation"]["for"]["handle"], "@eve@here.example");
        let one = format!("{INVITATIONS}/{}", for_eve["invitation"]["id"].as_str().unwrap());
        eve.delete(&one).await.problem(404, "not-found");
        bob.delete(&one).await.done();
        eve.set(MEMBERSHIP).await.problem(403, "invite-needed");
        bob.post(INVITATIONS, json!({ "for": "eve" })).await.problem(403, "invited");
        let frank = here.person("frank").await;
        bob.post(INVITATIONS, json!({ "for": "frank" })).await.created();
        assert_eq!(frank.set(MEMBERSHIP).await.ok()["state"], "member");
        assert_eq!(bob.get(INVITATIONS).await.ok()["items"].as_array().unwrap().len(), 2, "their own");

        for (body, field) in [(json!({ "uses": 0 }), "uses"), (json!({ "until": "2020-01-01T00:00:00Z" }), "until"), (json!({ "for": "@@" }), "for"), (json!({ "for": "alice" }), "for")] {
            alice.post(INVITATIONS, body).await.field_problem(422, field);
        }
    }

    async fn members_vouch_for_who_waits(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "admission": "approval" })).await;
        let group = alice.patch("/groups/garden", json!({ "vouches_needed": 1 })).await.ok();
        assert_eq!((&group["vouches_needed"], &group["invites"]), (&json!(1), &json!("moderators")));
        alice.patch("/groups/garden", json!({ "vouches_needed": 6 })).await.field_problem(422, "vouches_needed");
        bob.set(MEMBERSHIP).await.is(StatusCode::ACCEPTED);
        let eve = here.person("eve").await;
        let vouch = "/groups/garden/requests/bob/vouch";
        eve.set(vouch).await.problem(403, "members-only");
        eve.get("/groups/garden/requests").await.problem(403, "not-moderator");
        let waits = alice.get("/groups/garden/requests").await.ok()["items"].clone();
        assert_eq!((&waits[0]["person"]["handle"], &waits[0]["my_vouch"]), (&json!("@bob@here.example"), &json!(false)));

        let vouched = alice.set(vouch).await.ok();
        assert_eq!(vouched, json!({ "vouches": 1, "needed": 1, "admitted": true }));
        assert_eq!(bob.get(MEMBERSHIP).await.ok()["state"], "member");
        alice.set(vouch).await.problem(409, "not-waiting");
        alice.put("/groups/garden/bans/bob", json!({})).await.done();
        let history = alice.get("/groups/garden/people/alice/vouches").await.ok();
        assert_eq!((&history["failed"], &history["vouched_for"][0]["person"]["handle"]), (&json!(1), &json!("@bob@here.example")));
        eve.get("/groups/garden/people/alice/vouches").await.problem(403, "not-moderator");
    }

    async fn what_one_may_do_is_said_before_one_does_it(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "admission": "approval", "posting": "members" })).await;
        alice.put(QUESTIONS, json!({ "questions": [{ "text": "Why?", "required": true }] })).await.ok();
        let access = bob.get("/groups/garden/access").await.ok();
        let act = |number: usize| (access["acts"][number]["answer"].clone(), access["acts"][number]["code"].clone());
        assert_eq!(act(0), (json!("held"), json!("approval")));
        assert_eq!(act(1), (json!("refused"), json!("members-only")));
        assert_eq!(act(3), (json!("allowed"), json!(null)));
        assert_eq!(access["questions"][0]["text"], "Why?");
        assert_eq!(bob.get("/groups/garden").await.ok()["viewer"], access);
        assert_eq!(here.anybody().get("/groups/garden").await.ok()["viewer"], json!(null));
        assert_eq!(alice.get("/groups/garden/access").await.ok()["membership"], "moderator");
        here.anybody().get("/groups/garden/access").await.problem(401, "token-wanted");
        bob.post("/groups/garden/posts", json!({ "title": "Tulips" })).await.problem(403, "members-only");
    }
}
