use guildhall_app::{
    App,
    appeal::{self, MakeAppeal},
    case::{self, Report},
    group::{self, ChangeGroup, SetBan, find_id},
    read::people,
};
use guildhall_domain::{
    ActorId, DecisionId, EntryId, GroupId, Handle,
    event::Cause,
    group::{Review, Rule},
};
use serde_json::{Value, json};

use crate::groups::write;
use crate::place::Place;

/// The instance as the server has it, with bob's post in the garden.
async fn with_post() -> (Place, App, String) {
    let place = Place::with_group();
    write(&place, "They are *red*.", "https://example.org/tomato").await;
    let item = place.json(&["group", "queue", "garden"])["items"][0]["id"].as_str().unwrap().to_owned();
    place.json(&["group", "admit", &item]);
    let app = place.open().await.federation.app;
    let (post,): (i64,) = app.store.query("SELECT id FROM entries").one().await.unwrap();
    let rules = vec![Rule { title: "No adverts".to_owned(), text: String::new() }];
    let change = ChangeGroup { rules: Some(rules), review: Some(Review::None), ..ChangeGroup::default() };
    let garden = garden(&app).await;
    group::change(&app, garden, garden.actor(), change).await.unwrap();
    (place, app, post.to_string())
}

fn handle(name: &str) -> Handle {
    name.parse().unwrap()
}

async fn person(app: &App, name: &str) -> ActorId {
    people::find(app, &handle(name)).await.unwrap().unwrap().person.id
}

async fn garden(app: &App) -> GroupId {
    find_id(app, &handle("garden")).await.unwrap().unwrap()
}

/// Reports bob's post, and gives the case.
async fn reported(place: &Place, app: &App, post: &str) -> String {
    let entries = vec![post.parse::<EntryId>().unwrap()];
    let report = Report { entries, ..Report::by(person(app, "ada").await, "An advertisement.") };
    case::report(app, report).await.unwrap();
    let open = place.json(&["group", "cases", "garden"]);
    assert_eq!(open["items"].as_array().unwrap().len(), 1, "{open}");
    open["items"][0]["id"].as_str().unwrap().to_owned()
}

async fn appeal_of(app: &App, action: &'static str) -> String {
    let sql = "SELECT id FROM decisions WHERE action = $1 ORDER BY id DESC LIMIT 1";
    let (decision,): (i64,) = app.store.query(sql).bind(action).one().await.unwrap();
    let actor = person(app, "bob").await;
    let objection =
        MakeAppeal { decision: DecisionId(decision), actor, text: "No.\nNever.".into(), cause: Cause::Local };
    appeal::make(app, objection).await.unwrap().to_string()
}

#[tokio::test]
async fn a_case_is_listed_shown_acted_on_and_closed() {
    let (place, app, post) = with_post().await;
    assert_eq!(place.text(&["group", "cases", "garden"]), "No case is open.\n");
    let id = reported(&place, &app, &post).await;
    let line = place.text(&["group", "cases", "garden"]);
    assert!(line.starts_with(&id) && line.contains("@bob@localhost:8080  Tomatoes  (1 reports"), "{line}");
    let shown = place.json(&["case", "show", &id]);
    assert_eq!((&shown["about"], &shown["evidence"][0]["entry"]), (&json!("entry"), &json!(post)));
    assert_eq!(shown["history"][0]["kind"], "opened");
    let text = place.text(&["case", "show", &id]);
    for part in ["Tomatoes", "An advertisement.", "@bob@localhost:8080"] {
        assert!(text.contains(part), "{part}: {text}");
    }

    let done = place.json(&[
        "case",
        "act",
        &id,
        "lock",
        "warn",
        "--reason",
        "No adverts.",
        "--note",
        "The third.",
        "--rule",
        "1",
        "--until",
        "7d",
        "--stays-open",
    ]);
    assert_eq!(done, json!({ "id": id, "entries": 1, "left": 0, "is_closed": false }));
    let made: Vec<(String, String, String, i64, Option<i64>)> = app
        .store
        .query("SELECT action, reason, note, rule_number, until FROM decisions WHERE case_id IS NOT NULL ORDER BY id")
        .all()
        .await
        .unwrap();
    let short: Vec<_> =
        made.iter().map(|(action, reason, note, rule, _)| (&**action, &**reason, &**note, *rule)).collect();
    assert_eq!(short, [("lock", "No adverts.", "The third.", 1), ("warn", "No adverts.", "The third.", 1)]);
    assert!(made[0].4.is_some() && made[1].4.is_none());

    assert_eq!(
        place.text(&["case", "act", &id, "unlock"]),
        format!("Acted on the case {id}, about 1 posts and comments; it is closed.\n")
    );
    assert!(place.refused(&["case", "act", &id, "remove"]).contains("closed"));
    let closed = place.json(&["group", "cases", "garden", "--closed"]);
    assert_eq!(closed["items"][0]["id"], id);

    let next = reported(&place, &app, &post).await;
    assert_eq!(place.text(&["case", "close", &next]), format!("Closed the case {next}.\n"));
    assert!(place.refused(&["case", "close", &next]).contains("closed"));
    app.store.close().await;
}

#[tokio::test]
async fn what_cannot_be_done_about_a_case_is_refused_with_one_line() {
    let (place, app, post) = with_post().await;
    let id = reported(&place, &app, &post).await;
    for (arguments, why) in [
        (&["remove", "--rule", "7"][..], "no rule 7"),
        (&["remove", "--until", "7d"], "--until"),
        (&["lock", "--until", "2001-01-01"], "past"),
        (&["mute", "--remove-content"], "--remove-content"),
        (&["move"], "--to"),
        (&["remove", "--to", "garden"], "--to"),
        (&["move", "--to", "nowhere"], "nowhere"),
        (&["admit"], "does not wait"),
    ] {
        let refusal = place.refused(&[&["case", "act", &id], arguments].concat());
        assert!(refusal.contains(why), "{why}: {refusal}");
    }
    assert_eq!(place.run(&["case", "act", &id]).status.code(), Some(2), "an action is wanted");
    assert_eq!(place.run(&["case", "act", &id, "hang"]).status.code(), Some(2));
    for command in ["show", "close"] {
        assert!(place.refused(&["case", command, "seven"]).contains("guildhall case list"));
        assert!(place.refused(&["case", command, "77"]).contains("no such case"));
    }
    app.store.close().await;
}

#[tokio::test]
async fn appeals_are_listed_and_decided_by_somebody_else_than_who_decided() {
    let (place, app, post) = with_post().await;
    assert_eq!(place.text(&["group", "appeals", "garden"]), "No appeals are open.\n");
    let ban = SetBan {
        group: garden(&app).await,
        actor: person(&app, "bob").await,
        by: person(&app, "ada").await,
        banned: true,
        until: None,
        reason: Some("Adverts.".into()),
        remove_content: false,
        cause: Cause::Local,
    };
    group::set_ban(&app, ban.clone()).await.unwrap();
    let id = appeal_of(&app, "ban").await;
    let line = place.text(&["group", "appeals", "garden"]);
    assert!(
        line.starts_with(&format!("{id}  @bob@localhost:8080  against ban"))
            && line.ends_with("No. Never.\n"),
        "{line}"
    );
    assert!(place.refused(&["appeal", "decide", &id, "upheld", "--reason", " "]).contains("reason"));
    assert!(
        place
            .refused(&["appeal", "decide", &id, "upheld", "--reason", "No.", "--until", "7d"])
            .contains("changed")
    );
    let decided =
        place.json(&["appeal", "decide", &id, "changed", "--reason", "A week will do.", "--until", "7d"]);
    assert_eq!(decided, json!({ "id": id, "outcome": "changed" }));
    let (until,): (Option<i64>,) = app
        .store
        .query("SELECT until FROM decisions WHERE action = 'ban' ORDER BY id DESC LIMIT 1")
        .one()
        .await
        .unwrap();
    assert!(until.is_some());
    assert!(
        place.refused(&["appeal", "decide", &id, "reversed", "--reason", "No."]).contains("decided already")
    );

    // What was decided in the name of the group, as here, is for its other moderators to look at.
    let case = reported(&place, &app, &post).await;
    place.json(&["case", "act", &case, "remove", "--reason", "An advertisement."]);
    let own = appeal_of(&app, "remove").await;
    place.with_input(&["account", "create", "carol", "--password-stdin"], "correct horse battery");
    place.json(&["group", "appoint", "garden", "carol", "--role", "moderator"]);
    let refusal = place.refused(&["appeal", "decide", &own, "upheld", "--reason", "It is one."]);
    assert!(refusal.contains("somebody else") || refusal.contains("other"), "{refusal}");
    assert!(
        place
            .refused(&["appeal", "decide", "seven", "upheld", "--reason", "x"])
            .contains("guildhall group appeals")
    );
    assert_eq!(place.run(&["appeal", "decide", &own, "maybe", "--reason", "x"]).status.code(), Some(2));
    app.store.close().await;
}

#[tokio::test]
async fn what_is_decided_for_the_whole_server_has_its_own_lists() {
    let (place, app, _) = with_post().await;
    assert_eq!(place.text(&["case", "list"]), "No case is open.\n");
    assert_eq!(place.text(&["instance", "appeals"]), "No appeals are open.\n");
    let (ada, bob) = (person(&app, "ada").await, person(&app, "bob").await);
    case::report(&app, Report { person: Some(bob), ..Report::by(ada, "Threats.") }).await.unwrap();
    let listed = place.json(&["case", "list"]);
    assert_eq!((&listed["items"][0]["about"], &listed["next"]), (&json!("person"), &Value::Null));
    let id = listed["items"][0]["id"].as_str().unwrap();
    place.json(&["case", "act", id, "mute", "--until", "2999-01-01"]);
    assert_eq!(place.json(&["case", "list", "--closed"])["items"][0]["id"], id);
    let appeal = appeal_of(&app, "mute").await;
    let open = place.json(&["instance", "appeals"]);
    assert_eq!((&open["items"][0]["id"], &open["items"][0]["action"]), (&json!(appeal), &json!("mute")));
    app.store.close().await;
}
