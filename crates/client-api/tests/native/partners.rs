//! Partner groups: linked, listed and left, and what of theirs waits, is shown or taken away.

use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{Client, Here};

const PARTNERS: &str = "/groups/garden/partners";
const MIRRORS: &str = "/groups/garden/mirrors";
const BOOKS: &str = "/groups/garden/partners/books";

/// Alice with her group `garden`, Bob with his `books`.
async fn neighbours(here: &Here) -> (Client, Client) {
    let (alice, bob) = here.garden(json!({})).await;
    bob.post("/groups", json!({ "name": "books" })).await.created();
    (alice, bob)
}

/// A post of Bob's in `books`; gives its id.
async fn post(here: &Here, bob: &Client, title: &str) -> String {
    let text = json!({ "title": title, "content": "Sand." });
    let made = bob.post("/groups/books/posts", text).await.created();
    here.settle().await;
    made["id"].as_str().unwrap().to_owned()
}

/// The posts of `garden`, as anybody sees them.
async fn listed(here: &Here) -> Vec<Value> {
    let seen = here.anybody().get("/groups/garden/posts").await.ok();
    seen["items"].as_array().unwrap().iter().map(|post| post["title"].clone()).collect()
}

/// Titles, states and reasons of what is in a state.
async fn mirrors(reader: &Client, query: &str) -> Vec<Value> {
    let seen = reader.get(&format!("{MIRRORS}{query}")).await.ok();
    let said = |item: &Value| json!([item["post"]["title"], item["state"], item["reason"]]);
    seen["items"].as_array().unwrap().iter().map(said).collect()
}

on_both_engines! {
    async fn a_group_is_linked_listed_and_left_and_everything_is_recorded(db: Db) {
        let here = Here::start(db);
        let (alice, _) = neighbours(&here).await;
        here.far_group("boats").await;
        let link = json!({ "policy": "mirror", "reason": "friends", "public_comment": "Our neighbours." });
        alice.put(BOOKS, link).await.done();
        alice.put("/groups/garden/partners/boats@far.example", json!({ "policy": "review" })).await.done();
        let said = |seen: &Value, at: usize| {
            let item = &seen["items"][at];
            let fields = ["policy", "state", "reason", "public_comment"].map(|name| item[name].clone());
            json!([item["group"]["handle"], fields, item["by"]["handle"]])
        };
        let seen = alice.get(PARTNERS).await.ok();
        let books = json!(["@books@here.example", ["mirror", "accepted", "friends", "Our neighbours."], "@alice@here.example"]);
        assert_eq!(said(&seen, 0), books);
        let boats = json!(["@boats@far.example", ["review", "asked", null, null], "@alice@here.example"]);
        assert_eq!(said(&seen, 1), boats);
        assert_eq!(seen["followed_by"], json!([]));
        let seen = here.anybody().get(PARTNERS).await.ok();
        let books = json!(["@books@here.example", ["mirror", "accepted", null, "Our neighbours."], null]);
        assert_eq!(said(&seen, 0), books, "who and why is for those who keep the list");

        // By its address, as a moderator may have copied it.
        let address = "/groups/garden/partners/https%3A%2F%2Fhere.example%2Fgroups%2Fbooks";
        alice.put(address, json!({ "policy": "list" })).await.done();
        let seen = alice.get(PARTNERS).await.ok();
        assert_eq!((&seen["items"][0]["state"], seen["items"].as_array().unwrap().len()), (&json!("listed"), 2));
        alice.delete_because(BOOKS, json!({ "reason": "Moved away." })).await.done();
        alice.delete(BOOKS).await.problem(404, "no-partner");
        assert_eq!(alice.get(PARTNERS).await.ok()["items"].as_array().unwrap().len(), 1);
        let records = alice.get("/groups/garden/decisions").await.ok();
        let what: Vec<_> = records["items"].as_array().unwrap().iter().map(|item| item["action"].as_str().unwrap()).collect();
        assert_eq!(what, ["unlink-partner", "link-partner", "link-partner", "link-partner"]);
        assert_eq!((&records["items"][0]["note"], &records["items"][0]["reason"]), (&json!("Moved away."), &Value::Null));
    }

    async fn who_may_not_and_what_cannot_be_linked_is_said(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = neighbours(&here).await;
        let link = || json!({ "policy": "mirror" });
        for other in [&bob, &here.person("carol").await] {
            other.put(BOOKS, link()).await.problem(403, "not-moderator");
            other.delete(BOOKS).await.problem(403, "not-moderator");
            other.get(MIRRORS).await.problem(403, "not-moderator");
            other.set("/groups/garden/mirrors/1").await.problem(403, "not-moderator");
            other.delete("/groups/garden/mirrors/1").await.problem(403, "not-moderator");
        }
        here.anybody().put(BOOKS, link()).await.problem(401, "token-wanted");
        let reader = here.with_scopes("alice", &["read"]).await;
        reader.put(BOOKS, link()).await.problem(403, "missing-scope");
        // Who decides what waits decides about no servers.
        alice.put("/groups/garden/staff/carol", json!({ "role": "helper" })).await.ok();
        let carol = here.with_scopes("carol", &["read", "write"]).await;
        assert!(mirrors(&carol, "").await.is_empty());
        carol.put(BOOKS, link()).await.problem(403, "not-permitted");
        carol.delete(BOOKS).await.problem(403, "not-permitted");

        alice.put(BOOKS, json!({ "policy": "copy" })).await.field_problem(422, "policy");
        alice.put("/groups/garden/partners/garden", link()).await.field_problem(422, "partner");
        let long = "x".repeat(1001);
        alice.put(BOOKS, json!({ "policy": "list", "reason": long })).await.field_problem(422, "reason");
        alice.put("/groups/garden/partners/nobody", link()).await.problem(404, "not-found");
        bob.patch("/groups/books", json!({ "visibility": "members" })).await.ok();
        alice.put(BOOKS, link()).await.problem(409, "not-public");
        alice.get(&format!("{MIRRORS}?state=lost")).await.field_problem(400, "state");
        alice.set("/groups/garden/mirrors/1").await.problem(404, "no-mirror");
        alice.delete("/groups/garden/mirrors/1").await.problem(404, "no-mirror");
        assert_eq!(alice.get(PARTNERS).await.ok()["items"], json!([]));
    }

    async fn what_waits_is_let_in_and_taken_away(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = neighbours(&here).await;
        alice.put(BOOKS, json!({ "policy": "review" })).await.done();
        let (dune, emma) = (post(&here, &bob, "Dune").await, post(&here, &bob, "Emma").await);
        let waits = |title: &str| json!([title, "waiting", "review"]);
        assert_eq!(mirrors(&alice, "").await, [waits("Emma"), waits("Dune")]);
        let first = alice.get(&format!("{MIRRORS}?state=waiting&limit=1")).await.ok();
        assert_eq!(first["items"][0]["post"]["group"], "books");
        let next = first["next"].as_str().unwrap();
        assert_eq!(mirrors(&alice, &format!("?state=waiting&limit=1&cursor={next}")).await, [waits("Dune")]);
        assert!(listed(&here).await.is_empty());

        alice.set(&format!("{MIRRORS}/{dune}")).await.done();
        alice.set(&format!("{MIRRORS}/{dune}")).await.done();
        assert_eq!(listed(&here).await, ["Dune"]);
        assert_eq!(mirrors(&alice, "?state=shown").await, [json!(["Dune", "shown", null])]);
        alice.delete_because(&format!("{MIRRORS}/{dune}"), json!({ "reason": "Off topic." })).await.done();
        assert!(listed(&here).await.is_empty());
        assert_eq!(mirrors(&alice, "?state=removed").await, [json!(["Dune", "removed", null])]);
        let records = alice.get("/groups/garden/decisions").await.ok();
        let latest = &records["items"][0];
        assert_eq!((&latest["action"], &latest["reason"]), (&json!("remove-mirror"), &json!("Off topic.")));
        here.anybody().get(&format!("/posts/{dune}")).await.ok();

        alice.set(&format!("{MIRRORS}/{emma}")).await.done();
        alice.delete(BOOKS).await.done();
        assert!(listed(&here).await.is_empty());
        here.settle().await;
        alice.set(&format!("{MIRRORS}/{emma}")).await.problem(404, "no-mirror");
    }
}
