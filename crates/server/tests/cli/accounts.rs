use serde_json::json;

use crate::place::{Place, keys, refusal, succeeded};

const PASSWORD: &str = "correct horse battery";

#[tokio::test]
async fn an_account_takes_its_password_from_standard_input() {
    let place = Place::new();
    let arguments = ["account", "create", "ada", "--email", "ada@example.org", "--admin", "--password-stdin"];
    let printed =
        succeeded(&place.with_input(&[&arguments[..], &["--json"]].concat(), &format!("{PASSWORD}\n")));
    let made: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(keys(&made), ["ap_id", "id", "name"]);
    assert_eq!((&made["name"], &made["ap_id"]), (&json!("ada"), &json!("http://localhost:8080/users/ada")));
    assert!(made["id"].is_string() && !printed.contains(PASSWORD));

    let store = place.store().await;
    let kept: (String, bool) =
        store.query("SELECT email, is_admin FROM accounts WHERE email IS NOT NULL").one().await.unwrap();
    assert_eq!(kept, ("ada@example.org".to_owned(), true));
    store.close().await;
}

#[test]
fn an_account_that_cannot_be_is_refused_with_one_line() {
    let place = Place::new();
    let create = |name: &str, password: &str| {
        place.with_input(&["account", "create", name, "--password-stdin"], password)
    };
    assert!(refusal(&create("ada", "short\n")).contains("password"));
    assert!(refusal(&create("a b", PASSWORD)).contains("names are"));
    assert!(refusal(&create("admin", PASSWORD)).contains("reserved"));
    succeeded(&create("ada", PASSWORD));
    assert!(refusal(&create("ADA", PASSWORD)).contains("taken"));
}

#[test]
fn two_accounts_cannot_have_one_address() {
    let place = Place::new();
    let create = |name: &str, email: &str| {
        place.with_input(&["account", "create", name, "--email", email, "--password-stdin"], PASSWORD)
    };
    succeeded(&create("ada", "Ada@Example.org"));
    assert_eq!(refusal(&create("bob", "ada@example.ORG")), "another account has this e-mail address");
    assert!(refusal(&create("bob", "bob")).contains("name@example.org"));
    succeeded(&create("bob", "bob@example.org"));
}

#[test]
fn a_token_is_printed_once_and_alone_and_can_be_ended() {
    let place = Place::with_group();
    let made = place.json(&["token", "create", "ada", "--scopes", "read write"]);
    assert_eq!(keys(&made), ["token"]);
    let token = place.text(&["token", "create", "ada"]);
    assert_eq!(token.lines().count(), 1);
    assert!(token.trim().len() >= 20 && token.trim() != made["token"].as_str().unwrap(), "{token}");
    place.refused(&["token", "create", "nobody"]);
    assert_eq!(place.json(&["token", "revoke", "ada"])["revoked"], 2);
    assert_eq!(place.text(&["token", "revoke", "ada"]).trim(), "No token was in force.");
    assert_eq!(place.refused(&["token", "revoke", "nobody"]), "no account has the name \"nobody\"");
    assert!(place.refused(&["token", "create", "ada", "--scopes", "rule"]).contains("rule"));
    for nothing in ["", " "] {
        let refusal = place.refused(&["token", "create", "ada", "--scopes", nothing]);
        assert_eq!(refusal, "a token needs at least one of the scopes read, write, follow, push");
    }
}
