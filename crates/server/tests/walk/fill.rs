//! What stands in the place of parameters, and what is sent.

use serde_json::{Value, json};

use crate::{
    readers::{BLOCKED_BY_GROUP, BLOCKED_HERE},
    table::{Door, Route},
    things::{PARTNER, Things},
};

/// All that is sent for a route.
pub(crate) fn asks(things: &Things, route: &Route) -> (String, Option<String>) {
    let body = (route.method != "GET").then(|| body(things, route)).flatten();
    (path(things, route), body)
}

/// The path with real names and ids.
pub(crate) fn path(things: &Things, route: &Route) -> String {
    let template = route.path.as_str();
    let id = match template.trim_start_matches("/api/guildhall/v1") {
        of if of.starts_with("/comments") && of.ends_with("/restore") => &things.removed_comment,
        of if of.ends_with("/restore") => &things.removed_post,
        of if of.starts_with("/comments") => &things.comment,
        of if of.starts_with("/notices") => &things.notice,
        of if of.starts_with("/appeals") => &things.appeal,
        of if of.starts_with("/activities") => &things.activity,
        of if of.starts_with("/instance/block-lists") => &things.block_list,
        of if of.contains("/mirrors/") => &things.mirror,
        _ => &things.post,
    };
    // People's own pages are about whoever wrote it all.
    let name = if template.starts_with("/users") { &things.author } else { &things.group };
    let template = match (route.door, template) {
        (Door::Document, "/groups/{name}/outbox") => "/groups/{name}/outbox?page=first",
        (Door::Document, "/users/{name}/outbox") => "/users/{name}/outbox?page=first",
        (Door::Document, "/.well-known/webfinger") => {
            "/.well-known/webfinger?resource=acct:{name}@here.example"
        }
        (_, template) => template,
    };
    let person = match template {
        template if template.contains("/requests/") => "wanda",
        template if template.contains("/staff/") => "hal",
        _ => "mia",
    };
    // An entry on a list of servers can be taken away where there is one.
    let host = match route.method.as_str() {
        "DELETE" if template.contains("/instance/") => BLOCKED_HERE,
        "DELETE" => BLOCKED_BY_GROUP,
        _ => "elsewhere.example",
    };
    let case = if template.ends_with("/reopen") { &things.closed_case } else { &things.case };
    template
        .replace("{name}", name)
        .replace("{handle}", person)
        .replace("{id}", id)
        .replace("{part}", "announce")
        .replace("{item}", &things.item)
        .replace("{partner}", PARTNER)
        .replace("{rule}", "no-links")
        .replace("{host}", host)
        .replace("{invitation}", &things.invitation)
        .replace("{code}", &things.code)
        .replace("{case}", case)
        .replace("{version}", "2.1")
        .replace("{permission}", "lock")
        .replace("{file}", &things.file)
}

/// A body with which the request would do what it is for.
fn body(things: &Things, route: &Route) -> Option<String> {
    let path = route.path.trim_start_matches("/api/guildhall/v1");
    let reason = json!({ "reason": "so" });
    let body: Value = match (route.method.as_str(), path) {
        ("POST", "/groups") => json!({ "name": "newgroup" }),
        ("PATCH", "/groups/{name}") => json!({ "description": "new" }),
        ("POST", "/groups/{name}/posts") => json!({ "title": "new", "content": "new" }),
        ("PATCH", "/posts/{id}" | "/comments/{id}") | ("POST", "/posts/{id}/comments") => {
            json!({ "content": "new" })
        }
        ("PUT", "/posts/{id}/vote" | "/comments/{id}/vote") => json!({ "value": -1 }),
        ("POST", "/posts/{id}/report" | "/comments/{id}/report") => json!({ "text": "look" }),
        ("POST", "/reports") => json!({ "text": "look", "person": "alan", "group": things.group }),
        ("POST", "/groups/{name}/queue/{item}/refuse") => reason,
        ("PUT", "/groups/{name}/questions") => json!({ "questions": [{ "text": "Why?" }] }),
        ("POST", "/groups/{name}/people/{handle}/notes" | "/cases/{case}/notes") => {
            json!({ "text": "note" })
        }
        ("PUT", "/groups/{name}/people/{handle}/trust") => json!({ "level": "trusted", "reason": "so" }),
        ("PUT", "/groups/{name}/staff/{handle}") => json!({ "role": "helper" }),
        ("PUT", "/groups/{name}/partners/{partner}") => json!({ "policy": "mirror" }),
        ("PUT", "/groups/{name}/prepared-texts") => json!({ "texts": [] }),
        ("PUT", "/groups/{name}/peering/{host}" | "/instance/peering/{host}") => json!({ "action": "limit" }),
        ("POST", "/groups/{name}/peering-file" | "/instance/peering-file") => {
            json!({ "csv": "#domain,#severity\nelsewhere.example,silence\n" })
        }
        ("POST", "/instance/block-lists") => json!({ "url": "https://list.example/other.csv" }),
        ("PATCH", "/instance/block-lists/{id}") => json!({ "mode": "draft" }),
        ("POST", "/instance/block-lists/{id}/accept") => json!({ "revision": 1 }),
        ("PUT", "/groups/{name}/rulebook") => json!({ "revision": things.revision, "rules": [] }),
        ("PUT", "/instance/rulebook") => json!({ "revision": things.instance_revision, "rules": [] }),
        ("POST", "/groups/{name}/rulebook/dry-run" | "/instance/rulebook/dry-run") => json!({ "rules": [] }),
        ("PUT", "/groups/{name}/automatic-rules/{rule}" | "/instance/automatic-rules/{rule}") => {
            json!({ "title": "No casino.", "when": { "words": ["casino"] }, "then": ["hold"] })
        }
        ("POST", "/cases/{case}/actions") => json!({ "actions": [{ "action": "dismiss" }] }),
        ("POST", "/cases/{case}/voters") => json!({ "entry": things.post }),
        ("POST", "/notices/{id}/appeal") => json!({ "text": "why" }),
        ("POST", "/appeals/{id}/decide") => json!({ "outcome": "upheld", "reason": "so" }),
        ("POST", "/groups/{name}/invitations") => json!({}),
        _ => return None,
    };
    Some(body.to_string())
}
