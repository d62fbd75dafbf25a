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
    let (moderators,): (i64,) = store.query("SELECT count(*) FROM moderators").one().await.unwrap();
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
    place.json(&["group", "admit", &id(0)]);
    place.json(&["group", "refuse", &id(1), "--reason", "full"]);
    assert_eq!(place.json(&["group", "queue", "club"])["items"], json!([]));
    place.refused(&["group", "admit", &id(0)]);
    place.refused(&["group", "admit", "77"]);
    place.refused(&["group", "admit", "seven"]);
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

async fn ask_to_join(place: &Place, group: &str, name: &str) {
    let app = place.open().await.federation.app;
    let handle = |name: &str| name.parse::<Handle>().unwrap();
    let group = find_id(&app, &handle(group)).await.unwrap().unwrap();
    let actor = people::find(&app, &handle(name)).await.unwrap().unwrap().person.id;
    request_join(&app, RequestJoin { group, actor, follow: None, cause: Cause::Local }).await.unwrap();
    app.store.close().await;
}
