//! Collections: outboxes, followers (a count), moderators, featured posts, threads and replies. What is in them is what
//! the reader may see.

use axum::{
    extract::{Path, Query, State},
    response::Response,
    routing::get,
};
use guildhall_activitypub::{
    Iri,
    write::{Collection, CollectionPage},
};
use guildhall_app::{
    App, Viewer,
    read::{self, Cursor, EntryView, Page, PageRequest},
};
use guildhall_domain::{
    ActorId, EntryId, GroupId, Timestamp,
    content::{EntryKind, Sort},
    group::Visibility,
    visibility::Sight,
};
use guildhall_store::{
    actor::{self, Actor},
    entry, group, membership, moderator,
};
use serde::Deserialize;
use serde_json::Value;

use super::{
    actors::{find_group, find_instance, find_person},
    listed::Routes,
    outbox_item,
    reader::Reader,
    respond::{Refusal, document},
};
use crate::{
    Federation,
    outbound::{
        render::{self, activity::to_bytes, part, text_iri},
        urls::Urls,
    },
};

/// Ids on a page; a thread that fits is given whole, since not everybody turns pages.
const IDS: u32 = read::page::MAX_LIMIT;
/// Moderators and featured posts on a page. Up to so many are given with the collection itself: threaded servers (Lemmy,
/// Mbin, PieFed) look for them nowhere else.
const LISTED: u32 = 50;
const FIRST_LISTED: PageRequest = PageRequest { after: None, limit: Some(LISTED) };
/// Activities on a page of an outbox.
const ACTIVITIES: u32 = 20;

/// Which page is asked for: `first`, or the cursor that the page before gave as its successor.
#[derive(Deserialize)]
struct PageQuery {
    page: Option<String>,
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/actor/outbox", get(instance_outbox))
        .route("/groups/{name}/outbox", get(group_outbox))
        .route("/groups/{name}/followers", get(group_followers))
        .route("/groups/{name}/followers_synchronization", get(followers_of_reader))
        .route("/groups/{name}/moderators", get(moderators))
        .route("/groups/{name}/featured", get(featured))
        .route("/users/{name}/outbox", get(person_outbox))
        .route("/users/{name}/followers", get(person_followers))
        .route("/posts/{id}/context", get(context))
        .route(
            "/posts/{id}/replies",
            get(async |f, id, page, reader| replies(f, id, page, EntryKind::Post, reader).await),
        )
        .route(
            "/comments/{id}/replies",
            get(async |f, id, page, reader| replies(f, id, page, EntryKind::Comment, reader).await),
        )
}

async fn instance_outbox(State(federation): State<Federation>, reader: Reader) -> Result<Response, Refusal> {
    let actor = find_instance(&federation.app).await?;
    let id = part(&actor.ap_id, "outbox")?;
    Ok(give(&reader, &whole(&id, 0, None).with_items(Vec::new())))
}

async fn group_outbox(
    State(federation): State<Federation>,
    Path(name): Path<String>,
    Query(query): Query<PageQuery>,
    reader: Reader,
) -> Result<Response, Refusal> {
    let app = &federation.app;
    let actor = find_group(app, &name).await?;
    let id = part(&actor.ap_id, "outbox")?;
    let group = find_settings(app, &actor).await?;
    let reader = reader.in_group(&federation, group.id).await?;
    let Some(request) = page_request(&query, ACTIVITIES)? else {
        return Ok(give(&reader, &paged(&id, count(group.post_count), None)?));
    };
    let posts = read::entries::posts(app, &reader.viewer, group.id, Sort::New, request).await?;
    let mut items = Vec::new();
    for view in posts.items {
        items.push(outbox_item::announce(app, &reader.viewer, &actor, view).await?);
    }
    Ok(give(&reader, &page(&id, &query, posts.next, items)?))
}

async fn person_outbox(
    State(federation): State<Federation>,
    Path(name): Path<String>,
    Query(query): Query<PageQuery>,
    reader: Reader,
) -> Result<Response, Refusal> {
    let app = &federation.app;
    let actor = find_person(app, &name).await?;
    let id = part(&actor.ap_id, "outbox")?;
    let Some(request) = page_request(&query, ACTIVITIES)? else {
        return Ok(give(&reader, &uncounted(paged(&id, 0, None)?)));
    };
    let entries = read::entries::by_author(app, &reader.viewer, actor.id, request).await?;
    let mut items = Vec::new();
    for view in entries.items {
        items.extend(outbox_item::create(app, &reader.viewer, view).await?);
    }
    Ok(give(&reader, &page(&id, &query, entries.next, items)?))
}

async fn group_followers(
    State(federation): State<Federation>,
    Path(name): Path<String>,
    reader: Reader,
) -> Result<Response, Refusal> {
    let actor = find_group(&federation.app, &name).await?;
    let group = find_settings(&federation.app, &actor).await?;
    Ok(give(&reader, &whole(&part(&actor.ap_id, "followers")?, count(group.member_count), None).to_value()))
}

/// The members of a group that live on the reader's server, for that server alone (FEP-8fcf). Only groups that are read by
/// members alone say that they have such a list.
async fn followers_of_reader(
    State(federation): State<Federation>,
    Path(name): Path<String>,
    reader: Reader,
) -> Result<Response, Refusal> {
    let app = &federation.app;
    let group = find_group(app, &name).await?;
    let reader = reader.identified(&federation).await?;
    let asker = match reader.viewer.actor {
        Some(id) => actor::find(&app.store, id).await?.ok_or(Refusal::Unauthorized)?,
        None => return Err(Refusal::Unauthorized),
    };
    let authority = asker.ap_id.authority().ok_or(Refusal::Unauthorized)?;
    let id = GroupId(group.id.0);
    let is_for_members = find_settings(app, &group).await?.policy.visibility == Visibility::Members;
    // A server that is blocked is not told an empty list: it would drop what unblocking it is to bring back.
    if !is_for_members || read::is_blocked(app, id, &asker).await? {
        return Err(Refusal::NotFound);
    }
    let mut members = if membership::has_member_of(&app.store, id, authority).await? {
        membership::list_elsewhere(&app.store, id).await?
    } else {
        Vec::new()
    };
    members.retain(|member| member.authority() == Some(authority));
    let items = members.iter().map(|member| Value::from(member.as_str())).collect();
    Ok(give(&reader, &listed(&part(&group.ap_id, "followers_synchronization")?, None, items)))
}

async fn person_followers(
    State(federation): State<Federation>,
    Path(name): Path<String>,
    reader: Reader,
) -> Result<Response, Refusal> {
    let actor = find_person(&federation.app, &name).await?;
    // Nobody can follow a person here, only groups.
    Ok(give(&reader, &whole(&part(&actor.ap_id, "followers")?, 0, None).to_value()))
}

async fn moderators(
    State(federation): State<Federation>,
    Path(name): Path<String>,
    Query(query): Query<PageQuery>,
    reader: Reader,
) -> Result<Response, Refusal> {
    let app = &federation.app;
    let group = find_group(app, &name).await?;
    let id = part(&group.ap_id, "moderators")?;
    let request = page_request(&query, LISTED)?.unwrap_or(FIRST_LISTED);
    let after = request.after.map(|last| (Timestamp(last.key), ActorId(last.id)));
    let (group, limit) = (GroupId(group.id.0), request.limit() + 1);
    let found = moderator::list_after(&app.store, group, after, limit).await?;
    let found = request.page(found, |(id, since)| Cursor { key: since.0, id: id.0 });
    let known: Vec<ActorId> = found.items.iter().map(|(id, _)| *id).collect();
    let known = actor::list_by_ids(&app.store, &known).await?;
    let in_order = found.items.iter().filter_map(|(id, _)| known.iter().find(|actor| actor.id == *id));
    let items = in_order.map(|actor| Value::from(actor.ap_id.as_str())).collect();
    let total = count(moderator::count(&app.store, group).await?);
    Ok(give(&reader, &whole_or_page(&id, &query, Some(total), items, found.next)?))
}

/// By id alone: of embedded objects, Mastodon takes only a `Note`.
async fn featured(
    State(federation): State<Federation>,
    Path(name): Path<String>,
    Query(query): Query<PageQuery>,
    reader: Reader,
) -> Result<Response, Refusal> {
    let app = &federation.app;
    let actor = find_group(app, &name).await?;
    let (id, group) = (part(&actor.ap_id, "featured")?, GroupId(actor.id.0));
    let reader = reader.in_group(&federation, group).await?;
    let request = page_request(&query, LISTED)?.unwrap_or(FIRST_LISTED);
    let posts = read::entries::all_featured(app, &reader.viewer, group, request).await?;
    let total = count(entry::count_featured(&app.store, group).await?);
    Ok(give(&reader, &whole_or_page(&id, &query, Some(total), ids(&posts.items), posts.next)?))
}

async fn context(
    State(federation): State<Federation>,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
    reader: Reader,
) -> Result<Response, Refusal> {
    let app = &federation.app;
    let (post, reader) = find_entry(&federation, reader, &id, EntryKind::Post).await?;
    // A thread of a group elsewhere is that group's to collect.
    if !render::entry::is_hosted_here(&post.group) {
        return Err(Refusal::NotFound);
    }
    let id = render::iri(&Urls::new(&app.site).context(post.id))?;
    let group = render::iri(&post.group.ap_id)?;
    let total = count(entry::count_by_thread(&app.store, post.id).await?);
    let request = page_request(&query, IDS)?;
    if request.is_none() && total > u64::from(IDS) {
        return Ok(give(&reader, &paged(&id, total, Some(&group))?));
    }
    let request = request.unwrap_or(PageRequest { after: None, limit: Some(IDS) });
    let is_start = request.after.is_none();
    let comments = read::entries::comments(app, &reader.viewer, post.id, request).await?;
    let before: &[EntryView] = if is_start { std::slice::from_ref(&post) } else { &[] };
    let items = [ids(before), ids(&comments.items)].concat();
    if query.page.is_none() && comments.next.is_none() {
        return Ok(give(&reader, &listed(&id, Some(&group), items)));
    }
    match query.page {
        None => Ok(give(&reader, &paged(&id, total, Some(&group))?)),
        Some(_) => Ok(give(&reader, &page(&id, &query, comments.next, items)?)),
    }
}

async fn replies(
    State(federation): State<Federation>,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
    kind: EntryKind,
    reader: Reader,
) -> Result<Response, Refusal> {
    let app = &federation.app;
    let (entry, reader) = find_entry(&federation, reader, &id, kind).await?;
    let id = render::iri(&Urls::new(&app.site).replies(kind, entry.id))?;
    let request = page_request(&query, IDS)?.unwrap_or(PageRequest { after: None, limit: Some(IDS) });
    let found: Page<EntryView> = read::entries::replies(app, &reader.viewer, entry.id, request).await?;
    Ok(give(&reader, &whole_or_page(&id, &query, None, ids(&found.items), found.next)?))
}

/// An entry that the reader sees at least a trace of: what was answered to something removed is still there.
async fn find_entry(
    federation: &Federation,
    reader: Reader,
    id: &str,
    kind: EntryKind,
) -> Result<(EntryView, Reader), Refusal> {
    let id: EntryId = id.parse().map_err(|_| Refusal::NotFound)?;
    let find = |viewer: Viewer| async move {
        let found = read::entries::find(&federation.app, &viewer, id).await?;
        found.filter(|view| view.kind == kind).ok_or(Refusal::NotFound)
    };
    reader.look(federation, find).await
}

async fn find_settings(app: &App, actor: &Actor) -> Result<group::Group, Refusal> {
    group::find(&app.store, GroupId(actor.id.0)).await?.ok_or(Refusal::NotFound)
}

fn ids(views: &[EntryView]) -> Vec<Value> {
    views
        .iter()
        .filter(|view| view.sight == Sight::Whole)
        .map(|view| Value::from(view.ap_id.as_str()))
        .collect()
}

fn give(reader: &Reader, collection: &Value) -> Response {
    document(reader.headers(), to_bytes(collection), reader.caching)
}

fn count(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

fn whole<'a>(id: &'a Iri, total: u64, owner: Option<&'a Iri>) -> Collection<'a> {
    Collection { id, total, first: None, attributed_to: owner }
}

/// A collection with all its items.
fn listed(id: &Iri, owner: Option<&Iri>, items: Vec<Value>) -> Value {
    whole(id, items.len() as u64, owner).with_items(items)
}

/// A collection whose items are on pages.
fn paged(id: &Iri, total: u64, owner: Option<&Iri>) -> Result<Value, Refusal> {
    let first = page_id(id, "first")?;
    Ok(Collection { first: Some(&first), ..whole(id, total, owner) }.to_value())
}

/// What is asked for of a list whose first page, or the wanted one, has `items`: the collection, with all its items where
/// they fit on a page, or a page. `total`: `None` where nobody counts.
fn whole_or_page(
    id: &Iri,
    query: &PageQuery,
    total: Option<u64>,
    items: Vec<Value>,
    next: Option<Cursor>,
) -> Result<Value, Refusal> {
    match (&query.page, next, total) {
        (None, None, _) => Ok(listed(id, None, items)),
        (None, Some(_), Some(total)) => paged(id, total, None),
        (None, Some(_), None) => Ok(uncounted(paged(id, 0, None)?)),
        (Some(_), next, _) => page(id, query, next, items),
    }
}

/// A collection of which nobody counts the items: no number is better than a wrong one.
fn uncounted(mut collection: Value) -> Value {
    if let Some(members) = collection.as_object_mut() {
        members.remove("totalItems");
    }
    collection
}

fn page(id: &Iri, query: &PageQuery, next: Option<Cursor>, items: Vec<Value>) -> Result<Value, Refusal> {
    let here = page_id(id, query.page.as_deref().unwrap_or("first"))?;
    let next = next.map(|cursor| page_id(id, &cursor.encode())).transpose()?;
    Ok(CollectionPage { id: &here, part_of: id, next: next.as_ref(), prev: None }.to_value(items))
}

fn page_id(id: &Iri, page: &str) -> Result<Iri, Refusal> {
    Ok(text_iri(&format!("{}?page={page}", id.as_str()))?)
}

/// `None`: the collection itself is asked for.
fn page_request(query: &PageQuery, limit: u32) -> Result<Option<PageRequest>, Refusal> {
    let after = match query.page.as_deref() {
        None => return Ok(None),
        Some("first") => None,
        Some(cursor) => {
            let cursor = Cursor::decode(cursor);
            Some(cursor.map_err(|_| Refusal::BadRequest("take the page given as first or next, unchanged"))?)
        }
    };
    Ok(Some(PageRequest { after, limit: Some(limit) }))
}
