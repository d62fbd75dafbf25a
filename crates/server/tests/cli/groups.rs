use guildhall_app::entry::{Origin, Submit, submit, texts_from_markdown};
use guildhall_app::group::{RequestJoin, find_id, request_join};
use guildhall_app::read::people;
use guildhall_domain::Handle;
use guildhall_domain::event::Cause;
use serde_json::{Value, json};

use crate::place::{Place, keys};

#[tokio::test]
async fn a_group_is_made_with_all_its_options() {
    let place = Place::with_group();
    let arguments = [
        "group",
        "create",
        "books",
        "--title",
        "Good books",
        "--admission",
        "approval",
        "--posting",
        "members",
        "--review",
        "first",
        "--moderator",
        "ada",
    ];
    let made = place.json(&arguments);
    for key in ["id", "name", "ap_id"] {
        assert!(made[key].is_string(), "{made}");
    }
    assert_eq!(
        (&made["name"], &made["ap_id"]),
        (&json!("books"), &json!("http://localhost:8080/groups/books"))
    );

    let store = place.store().await;
    let kept: (String, String, String, String) = store
        .query("SELECT title, admission, posting, review FROM groups WHERE title <> 'garden'")
        .one()
        .await
        .unwrap();
    assert_eq!(kept, ("Good books".into(), "approval".into(), "members".into(), "first".into()));
    let (moderators,): (i64,) =
        store.query("SELECT count(*) FROM staff WHERE role <> 'helper'").one().await.unwrap();
    assert_eq!(moderators, 2);
    store.close().await;
}

#[test]
fn a_group_that_cannot_be_is_refused_with_one_line() {
    let place = Place::with_group();
    assert!(place.refused(&["group", "create", "garden"]).contains("taken"));
    assert!(
        place.refused(&["group", "create", "ada"]).contains("taken"),
        "persons and groups share their names"
    );
    assert!(place.refused(&["group", "create", "new", "--moderator", "eve"]).contains("eve"));
    assert!(place.refused(&["group", "queue", "nowhere"]).contains("nowhere"));
    for title in ["", " ", &"x".repeat(201)] {
        let refusal = place.refused(&["group", "create", "new", "--title", title]);
        assert_eq!(refusal, "a title of 1 to 200 characters is wanted", "{title:?}");
    }
}

#[tokio::test]
async fn what_waits_is_listed_and_decided() {
    let place = Place::with_group();
    place.json(&["group", "create", "club", "--admission", "approval"]);
    assert_eq!(place.json(&["group", "queue", "club"]), json!({ "items": [], "next": null }));
    assert_eq!(place.text(&["group", "queue", "club"]), "Nothing waits.\n");
    for name in ["bob", "eve"] {
        place.with_input(&["account", "create", name, "--password-stdin"], "correct horse battery");
        ask_to_join(&place, "club", name).await;
    }

    let queue = place.json(&["group", "queue", "club"]);
    assert_eq!(queue["next"], Value::Null);
    let items = queue["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(keys(&items[0]), ["actor", "id", "kind", "object", "reason", "received_at", "title"]);
    assert_eq!(items[0]["kind"], "join");
    assert_eq!(items[0]["actor"]["ap_id"], "http://localhost:8080/users/bob");

    let id = |index: usize| items[index]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        place.text(&["group", "admit", &id(0)]),
        "Admitted @bob@localhost:8080 as a member of @club@localhost:8080.\n"
    );
    let refused = place.json(&["group", "refuse", &id(1), "--reason", "full"]);
    assert_eq!(keys(&refused), ["actor", "decision", "group", "id", "kind", "reason", "title"]);
    assert_eq!((&refused["decision"], &refused["reason"]), (&json!("refuse"), &json!("full")));
    assert_eq!(place.json(&["group", "queue", "club"])["items"], json!([]));
    assert!(place.refused(&["group", "admit", &id(0)]).contains("decided already"));
    for unknown in ["77", "seven", "-1"] {
        let refusal = place.refused(&["group", "admit", "--", unknown]);
        assert!(refusal.contains(unknown) && refusal.contains("guildhall group queue"), "{refusal}");
    }
    let store = place.store().await;
    let members: Vec<(String,)> = store
        .query(
            "SELECT a.username FROM memberships m JOIN actors a ON a.id = m.actor_id
             JOIN actors g ON g.id = m.group_id WHERE g.username = 'club' AND m.state = 'member'",
        )
        .all()
        .await
        .unwrap();
    assert_eq!(members, [("bob".to_owned(),)]);
    store.close().await;
}

#[tokio::test]
async fn a_waiting_post_is_shown_with_all_that_a_moderator_reads() {
    let place = Place::with_group();
    write(&place, "They are *red*.", "https://example.org/tomato").await;
    let id = place.json(&["group", "queue", "garden"])["items"][0]["id"].as_str().unwrap().to_owned();
    let shown = place.json(&["group", "show", &id]);
    assert_eq!(
        (&shown["kind"], &shown["title"], &shown["reason"]),
        (&json!("post"), &json!("Tomatoes"), &json!("review-all"))
    );
    assert_eq!(shown["group"]["handle"], "@garden@localhost:8080");
    assert_eq!(shown["actor"]["ap_id"], "http://localhost:8080/users/bob");
    assert_eq!(
        (&shown["content"], &shown["link"]),
        (&json!("They are *red*."), &json!("https://example.org/tomato"))
    );
    assert_eq!((&shown["attachments"], &shown["decided_at"]), (&json!([]), &Value::Null));

    let text = place.text(&["group", "show", &id]);
    for part in
        ["@bob@localhost:8080", "title: Tomatoes", "held: review-all", "link: https://", "They are *red*."]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(
        place.text(&["group", "refuse", &id, "--reason", "no ads"]),
        "Refused the post \"Tomatoes\" of @bob@localhost:8080 in @garden@localhost:8080: no ads\n"
    );
    assert!(place.json(&["group", "show", &id])["decided_at"].is_string());
}

#[tokio::test]
async fn what_came_with_a_post_from_elsewhere_is_shown_too() {
    let place = Place::with_group();
    write(&place, "Red.", "https://example.org/").await;
    place
        .change(&[
            "INSERT INTO received_activities (id, ap_id, actor_ap_id, host, verb, body, state, due_at, received_at)
             VALUES (1, 'https://a.example/1', '', '', 'Create', CAST('{\"object\":{\"attachment\":
                [{\"type\":\"Document\",\"url\":\"https://a.example/seeds.pdf\"}]}}' AS BLOB), 'done', 0, 0)",
            "UPDATE entries SET received_id = 1, image_url = 'https://a.example/red.png', content_source = NULL",
            "INSERT INTO polls (entry_id, multiple) SELECT id, true FROM entries",
            "INSERT INTO poll_options (entry_id, position, name, votes) SELECT id, 0, 'Round', 0 FROM entries",
        ])
        .await;
    let id = place.json(&["group", "queue", "garden"])["items"][0]["id"].as_str().unwrap().to_owned();
    let shown = place.json(&["group", "show", &id]);
    assert_eq!(shown["attachments"], json!(["https://a.example/red.png", "https://a.example/seeds.pdf"]));
    assert_eq!((&shown["content"], &shown["poll"]["options"]), (&json!("Red."), &json!(["Round"])));
}

#[tokio::test]
async fn an_invitation_is_made_out_in_the_name_of_the_group() {
    let place = Place::with_group();
    let made = place.json(&["group", "invite", "garden", "--uses", "3", "--until", "2999-01-01T00:00:00Z"]);
    assert_eq!(keys(&made), ["code", "for", "id", "until", "url", "uses"]);
    let code = made["code"].as_str().unwrap();
    assert_eq!(made["url"], format!("http://localhost:8080/groups/garden/join/{code}"));
    assert_eq!((&made["uses"], &made["until"]), (&json!(3), &json!("2999-01-01T00:00:00.000Z")));
    let text = place.text(&["group", "invite", "garden", "--for", "ada"]);
    assert!(
        text.starts_with("http://localhost:8080/groups/garden/join/") && text.contains("For ada alone"),
        "{text}"
    );
    for (arguments, why) in [
        (&["nowhere"][..], "nowhere"),
        (&["garden", "--for", "eve"], "eve"),
        (&["garden", "--until", "2001-01-01T00:00:00Z"], "future"),
    ] {
        let refusal = place.refused(&[&["group", "invite"], arguments].concat());
        assert!(refusal.contains(why), "{refusal}");
    }
}

/// A post of bob's, who is not known in the garden, called Tomatoes.
pub(crate) async fn write(place: &Place, text: &str, link: &str) {
    place.with_input(&["account", "create", "bob", "--password-stdin"], "correct horse battery");
    let app = place.open().await.federation.app;
    let handle = |name: &str| name.parse::<Handle>().unwrap();
    let group = find_id(&app, &handle("garden")).await.unwrap().unwrap();
    let author = people::find(&app, &handle("bob")).await.unwrap().unwrap().person.id;
    let command = Submit {
        group,
        author,
        parent: None,
        origin: Origin::Here,
        texts: texts_from_markdown(Some("Tomatoes".to_owned()), text, Some(link.to_owned())),
        poll: None,
        is_public: true,
        is_fetched: false,
        is_passed_on: false,
        cause: Cause::Local,
    };
    submit(&app, command).await.unwrap();
    app.store.close().await;
}

async fn ask_to_join(place: &Place, group: &str, name: &str) {
    let app = place.open().await.federation.app;
    let handle = |name: &str| name.parse::<Handle>().unwrap();
    let group = find_id(&app, &handle(group)).await.unwrap().unwrap();
    let actor = people::find(&app, &handle(name)).await.unwrap().unwrap().person.id;
    request_join(&app, RequestJoin { group, actor, follow: None, cause: Cause::Local }).await.unwrap();
    app.store.close().await;
}

#[test]
fn the_staff_of_a_group_is_shown_appointed_and_dismissed() {
    let place = Place::with_group();
    let made = place.json(&["group", "staff", "garden"]);
    assert_eq!(
        (&made["items"][0]["role"], &made["items"][0]["person"]),
        (&json!("owner"), &json!("@ada@localhost:8080"))
    );
    assert!(place.refused(&["group", "appoint", "garden", "ada"]).contains("--role"));
    assert!(
        place
            .refused(&["group", "appoint", "garden", "ada", "--withdraw", "ban"])
            .contains("every permission")
    );
    let gone = place.json(&["group", "dismiss", "garden", "ada"]);
    assert!(gone["items"].as_array().unwrap().iter().all(|item| item["person"] != "@ada@localhost:8080"));
    assert!(gone["in_care_since"].is_string(), "{gone}");
    assert!(place.text(&["doctor"]).contains("nobody of their own to lead them: garden"));
    assert!(place.text(&["group", "staff", "garden"]).contains("In the care of whoever runs the server"));
}
