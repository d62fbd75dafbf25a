//! Activities by their id: what was announced to everybody, as long as what it carries may be read.

use axum::{
    extract::{Path, State},
    response::Response,
    routing::get,
};
use guildhall_activitypub::PUBLIC;
use guildhall_app::{App, Viewer, read};
use guildhall_domain::{ApId, EntryId, content::EntryKind, group::Visibility, visibility::Sight};
use guildhall_store::{
    actor,
    delivery::published,
    entry::{self, Entry},
    group,
};
use serde_json::Value;

use super::{
    listed::Routes,
    outbox_item,
    reader::Reader,
    respond::{Refusal, document},
};
use crate::{
    Federation,
    outbound::{
        render::{self, activity::to_bytes},
        urls::Urls,
    },
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/activities/{id}", get(activity))
        .route("/activities/{id}/{part}", get(part))
        .route("/posts/{id}/create", get(async |f, id, reader| create(f, id, EntryKind::Post, reader).await))
        .route(
            "/comments/{id}/create",
            get(async |f, id, reader| create(f, id, EntryKind::Comment, reader).await),
        )
        .route(
            "/posts/{id}/announce",
            get(async |f, id, reader| announce(f, id, EntryKind::Post, reader).await),
        )
        .route(
            "/comments/{id}/announce",
            get(async |f, id, reader| announce(f, id, EntryKind::Comment, reader).await),
        )
        .route("/posts/{id}/boost", get(boost))
}

async fn activity(
    State(federation): State<Federation>,
    Path(id): Path<String>,
    reader: Reader,
) -> Result<Response, Refusal> {
    let ap_id = Urls::new(&federation.app.site).at(&format!("/activities/{id}"));
    give(&federation, &ap_id, reader).await
}

async fn part(
    State(federation): State<Federation>,
    Path((id, part)): Path<(String, String)>,
    reader: Reader,
) -> Result<Response, Refusal> {
    let ap_id = Urls::new(&federation.app.site).at(&format!("/activities/{id}/{part}"));
    give(&federation, &ap_id, reader).await
}

async fn create(
    State(federation): State<Federation>,
    Path(id): Path<String>,
    kind: EntryKind,
    reader: Reader,
) -> Result<Response, Refusal> {
    let app = &federation.app;
    let id: EntryId = id.parse().map_err(|_| Refusal::NotFound)?;
    let find = |viewer: Viewer| async move {
        let shown = render::entry::find_shown(app, &viewer, id).await?;
        shown.filter(|shown| shown.view.kind == kind).ok_or(Refusal::NotFound)
    };
    let (shown, reader) = reader.look(&federation, find).await?;
    let activity = render::publication::create(Urls::new(&app.site), &shown)?;
    Ok(document(reader.headers(), to_bytes(&activity), reader.caching))
}

async fn announce(
    State(federation): State<Federation>,
    Path(id): Path<String>,
    kind: EntryKind,
    reader: Reader,
) -> Result<Response, Refusal> {
    let app = &federation.app;
    let id: EntryId = id.parse().map_err(|_| Refusal::NotFound)?;
    // By the entry in the address: what the announced bytes say of themselves is their sender's word.
    let find = |viewer: Viewer| async move {
        let view = read::entries::find(app, &viewer, id).await?;
        view.filter(|view| view.sight == Sight::Whole && view.kind == kind).ok_or(Refusal::NotFound)
    };
    let (view, reader) = reader.look(&federation, find).await?;
    if view.edited_at.is_none() {
        return give(&federation, &Urls::new(&app.site).announce(kind, id), reader).await;
    }
    // What was edited is shown as it is now, not as it was announced.
    let group = actor::find(&app.store, view.group.id.actor()).await?.ok_or(Refusal::NotFound)?;
    let activity = outbox_item::announce(app, &reader.viewer, &group, view).await?;
    Ok(document(reader.headers(), to_bytes(&activity), reader.caching))
}

/// The boost that microblogs got; it is on the log beside the `Announce` that the others got.
async fn boost(
    State(federation): State<Federation>,
    Path(id): Path<String>,
    reader: Reader,
) -> Result<Response, Refusal> {
    let app = &federation.app;
    let id: EntryId = id.parse().map_err(|_| Refusal::NotFound)?;
    let told =
        published::find(&app.store, Urls::new(&app.site).announce(EntryKind::Post, id).as_str()).await?;
    let body = told.and_then(|bodies| bodies.body_microblog).ok_or(Refusal::NotFound)?;
    let activity = parse(&body)?;
    let ((), reader) = reader.look(&federation, |viewer| check(app, viewer, &activity)).await?;
    Ok(document(reader.headers(), body, reader.caching))
}

async fn give(federation: &Federation, ap_id: &ApId, reader: Reader) -> Result<Response, Refusal> {
    let app = &federation.app;
    let body = find(app, ap_id).await?.ok_or(Refusal::NotFound)?;
    let activity = parse(&body)?;
    let ((), reader) = reader.look(federation, |viewer| check(app, viewer, &activity)).await?;
    Ok(document(reader.headers(), body, reader.caching))
}

/// The bytes on the log; or, of an activity that was only sent wrapped, what the group's `Announce` of it holds.
async fn find(app: &App, ap_id: &ApId) -> Result<Option<Vec<u8>>, Refusal> {
    if let Some(bodies) = published::find(&app.store, ap_id.as_str()).await? {
        return Ok(bodies.body_group.or(bodies.body_microblog));
    }
    let wrapped = published::find(&app.store, &format!("{ap_id}/announce")).await?;
    let Some(body) = wrapped.and_then(|bodies| bodies.body_group) else { return Ok(None) };
    let inner = parse(&body)?.get_mut("object").map(Value::take);
    let inner = inner.filter(|inner| inner.get("id").and_then(Value::as_str) == Some(ap_id.as_str()));
    Ok(inner.as_ref().map(to_bytes))
}

fn parse(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::Unwritable("activity"))
}

/// Lets through what was said to everybody, or to the members of a group where the viewer is one, unless what it is about has been taken away since: an old `Update` must not
/// show the text that a moderator removed.
async fn check(app: &App, viewer: Viewer, activity: &Value) -> Result<(), Refusal> {
    check_voters(app, &viewer, activity).await?;
    let is_public = is_public(activity);
    let about = match carried_object(activity) {
        Some(object) => entry::find_by_ap_id(&app.store, &ApId::new(object)).await?,
        None => None,
    };
    let Some(entry) = about else {
        return if is_public { Ok(()) } else { Err(Refusal::NotFound) };
    };
    if !is_public && !is_for_members(app, &entry, activity).await? {
        return Err(Refusal::NotFound);
    }
    let view = read::entries::find(app, &viewer, entry.id).await?;
    match view.map(|view| view.sight) {
        Some(Sight::Whole) => Ok(()),
        Some(Sight::Trace | Sight::Nothing) | None => Err(Refusal::NotFound),
    }
}

/// Holds back a vote, which names its voter, where the group tells no longer who votes, or not this viewer.
async fn check_voters(app: &App, viewer: &Viewer, activity: &Value) -> Result<(), Refusal> {
    let Some(object) = vote_object(activity) else { return Ok(()) };
    let Some(entry) = entry::find_by_ap_id(&app.store, &ApId::new(object)).await? else { return Ok(()) };
    let is_ours = group::find(&app.store, entry.group_id).await?.is_some_and(|group| group.is_local);
    if is_ours && !read::voters::may_see_voters(app, viewer, entry.group_id).await? {
        return Err(Refusal::NotFound);
    }
    Ok(())
}

/// Whether an activity was said to the members of a group that is read by them alone.
async fn is_for_members(app: &App, entry: &Entry, activity: &Value) -> Result<bool, Refusal> {
    if group::find_visibility(&app.store, entry.group_id).await? != Some(Visibility::Members) {
        return Ok(false);
    }
    let Some(group) = actor::find(&app.store, entry.group_id.actor()).await? else { return Ok(false) };
    let followers = render::members_of(&group)?;
    Ok(addressees(activity).any(|to| to == followers.as_str()))
}

fn is_public(activity: &Value) -> bool {
    addressees(activity).any(|to| to == PUBLIC)
}

fn addressees(activity: &Value) -> impl Iterator<Item = &Value> {
    ["to", "cc"].into_iter().filter_map(|field| activity.get(field)?.as_array()).flatten()
}

/// The id of the object that an activity leads to. `None` where it ends in taking something away, which says nothing of
/// what it was.
fn carried_object(activity: &Value) -> Option<&str> {
    let mut here = activity;
    loop {
        let kind = here.get("type").and_then(Value::as_str).unwrap_or_default();
        if matches!(kind, "Delete" | "Undo") {
            return None;
        }
        match here.get("object") {
            Some(Value::String(id)) => return Some(id),
            Some(inner @ Value::Object(_)) => here = inner,
            _ => return here.get("id").and_then(Value::as_str),
        }
    }
}

/// What a vote is on that an activity carries, also where it takes it back.
fn vote_object(activity: &Value) -> Option<&str> {
    let mut here = activity;
    loop {
        let object = here.get("object")?;
        let kind = here.get("type").and_then(Value::as_str).unwrap_or_default();
        if matches!(kind, "Like" | "Dislike" | "EmojiReact") {
            return object.as_str().or_else(|| object.get("id")?.as_str());
        }
        here = object;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_vote_is_found_also_where_it_is_taken_back() {
        let like = json!({ "type": "Like", "object": "https://a.example/1" });
        let undo = json!({ "type": "Undo", "object": like });
        let announce = json!({ "type": "Announce", "object": undo });
        for activity in [&like, &undo, &announce] {
            assert_eq!(vote_object(activity), Some("https://a.example/1"), "{activity}");
        }
        assert_eq!(vote_object(&json!({ "type": "Announce", "object": "https://a.example/1" })), None);
    }

    #[test]
    fn the_object_is_found_below_any_wrapping() {
        let page = json!({ "type": "Page", "id": "https://a.example/1", "content": "x" });
        let create = json!({ "type": "Create", "id": "c", "object": page });
        let cases = [
            (json!({ "type": "Announce", "id": "a", "object": create }), Some("https://a.example/1")),
            (
                json!({ "type": "Announce", "id": "a", "object": "https://a.example/1" }),
                Some("https://a.example/1"),
            ),
            (
                json!({ "type": "Announce", "object": { "type": "Delete", "object": "https://a.example/1" } }),
                None,
            ),
            (json!({ "type": "Undo", "object": { "type": "Announce", "object": "x" } }), None),
        ];
        for (activity, want) in cases {
            assert_eq!(carried_object(&activity), want, "{activity}");
        }
    }

    #[test]
    fn only_what_names_the_public_is_public() {
        assert!(is_public(&json!({ "to": [PUBLIC] })));
        assert!(is_public(&json!({ "to": [], "cc": ["https://a.example/f", PUBLIC] })));
        assert!(!is_public(&json!({ "to": ["https://a.example/u"] })));
        assert!(!is_public(&json!({ "to": ["https://a.example/u"], "object": { "to": [PUBLIC] } })));
    }
}
