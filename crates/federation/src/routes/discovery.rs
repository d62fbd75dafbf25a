//! How other servers find us: WebFinger (RFC 7033, FEP-d556), host-meta (RFC 6415), NodeInfo (FEP-f1d5). Open to
//! everybody, whatever the settings.

use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL},
    },
    response::{IntoResponse as _, Response},
    routing::get,
};
use guildhall_activitypub::{
    Iri,
    discovery::{self, HOST_META_TYPE, JRD_JSON, Jrd, JrdLink, NodeInfo, NodeInfoVersion, Resource, Usage},
};
use guildhall_app::App;
use guildhall_domain::{ApId, actor::ActorKind};
use guildhall_store::{
    actor::{self, Actor},
    group,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    actors::{find_instance, if_known_elsewhere},
    listed::Routes,
    problem::problem,
    respond::{self, Refusal},
};
use crate::{
    Federation,
    outbound::{
        render::{self, activity::to_bytes, actor::wire_kind, text_iri},
        urls::Urls,
    },
};

/// What FEP-d556 calls the link from an instance to its actor.
const SERVICE_REL: &str = "https://www.w3.org/ns/activitystreams#Service";
/// The same in NodeInfo, by FEP-2677.
const APPLICATION_REL: &str = "https://www.w3.org/ns/activitystreams#Application";
/// NodeInfo names its own profile in the media type.
const NODEINFO_JSON: [&str; 2] = [
    "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.0#\"",
    "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.1#\"",
];

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/.well-known/webfinger", get(webfinger))
        .route("/.well-known/host-meta", get(host_meta))
        .route("/.well-known/host-meta.json", get(host_meta_json))
        .route("/.well-known/nodeinfo", get(nodeinfo_links))
        .route("/nodeinfo/{version}", get(nodeinfo))
}

#[derive(Deserialize)]
struct WebFingerQuery {
    resource: Option<String>,
}

/// 400 for a resource that cannot be read, 404 for one that is not here, 410 for one that was.
async fn webfinger(
    State(federation): State<Federation>,
    query: Result<Query<WebFingerQuery>, QueryRejection>,
    asked: HeaderMap,
) -> Response {
    let mut response = match look_up(&federation.app, query, &asked).await {
        Ok(response) => response,
        Err(Refusal::NotFound) => nobody(),
        Err(refusal) => refusal.into_response(),
    };
    // Scripts on other sites may read a refusal as well (RFC 7033 section 5).
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

async fn look_up(
    app: &App,
    query: Result<Query<WebFingerQuery>, QueryRejection>,
    asked: &HeaderMap,
) -> Result<Response, Refusal> {
    let Query(query) =
        query.map_err(|_| Refusal::BadRequest("name one resource: ?resource=acct:name@host"))?;
    let resource = query.resource.ok_or(Refusal::BadRequest("name a resource: ?resource=acct:name@host"))?;
    let resource = Resource::parse(&resource)
        .ok_or(Refusal::BadRequest("a resource is acct:name@host, or the address of an actor"))?;
    let actor = find(app, &resource).await?;
    let jrd = answer(app, &actor)?;
    Ok(respond::discovery(asked, to_bytes(&jrd.to_value()), JRD_JSON))
}

fn nobody() -> Response {
    let detail = "nobody with this name or address lives on this server";
    let mut response = problem(StatusCode::NOT_FOUND, "no-such-actor", detail);
    // Whoever it is may come soon.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn find(app: &App, resource: &Resource) -> Result<Actor, Refusal> {
    let found = match resource {
        Resource::Acct { name, host } if *host == app.site.host => {
            actor::find_local_by_name(&app.store, name).await?
        }
        Resource::Acct { .. } => None,
        Resource::Url(url) => find_by_url(app, url).await?,
    };
    let actor = found.filter(|actor| actor.is_local).ok_or(Refusal::NotFound)?;
    if actor.deleted_at.is_some() {
        return Err(Refusal::Gone(render::actor::tombstone(&actor)?));
    }
    if_known_elsewhere(app, actor).await
}

/// By an actor's id, by the same in other letters, or by the instance's own address.
async fn find_by_url(app: &App, url: &Iri) -> Result<Option<Actor>, Refusal> {
    if *url == text_iri(&app.site.base_url)? {
        return Ok(Some(find_instance(app).await?));
    }
    if let Some(actor) = actor::find_by_ap_id(&app.store, &ApId::new(url.as_str())).await? {
        return Ok(Some(actor));
    }
    let path = url.as_str().strip_prefix(&app.site.base_url);
    let name = path.and_then(|path| {
        ["/groups/", "/users/", "/@"].into_iter().find_map(|folder| path.strip_prefix(folder))
    });
    match name {
        Some(name) => Ok(actor::find_local_by_name(&app.store, name).await?),
        None => Ok(None),
    }
}

fn answer(app: &App, actor: &Actor) -> Result<Jrd, Refusal> {
    let id = render::iri(&actor.ap_id)?;
    let page = actor.page_url.as_deref().and_then(|page| Iri::parse(page).ok());
    let page = page.or_else(|| (actor.kind != ActorKind::Application).then(|| id.clone()));
    let handle = format!("{}@{}", actor.username, app.site.host);
    let mut jrd = Jrd::for_actor(&handle, &id, page.as_ref(), wire_kind(actor.kind));
    if actor.kind == ActorKind::Application {
        jrd.aliases.push(app.site.base_url.clone());
        jrd.links.push(JrdLink {
            rel: SERVICE_REL.to_owned(),
            media_type: Some(guildhall_activitypub::ACTIVITY_JSON.to_owned()),
            href: Some(id.as_str().to_owned()),
            ..JrdLink::default()
        });
        jrd.aliases.dedup();
    }
    Ok(jrd)
}

async fn host_meta(State(federation): State<Federation>, asked: HeaderMap) -> Result<Response, Refusal> {
    let origin = text_iri(&federation.app.site.base_url)?.origin();
    Ok(respond::discovery(&asked, discovery::host_meta(&origin).into_bytes(), HOST_META_TYPE))
}

async fn host_meta_json(State(federation): State<Federation>, asked: HeaderMap) -> Result<Response, Refusal> {
    let origin = text_iri(&federation.app.site.base_url)?.origin();
    let template = format!("{origin}/.well-known/webfinger?resource={{uri}}");
    let value = json!({ "links": [{ "rel": "lrdd", "type": JRD_JSON, "template": template }] });
    Ok(respond::discovery(&asked, to_bytes(&value), "application/json"))
}

async fn nodeinfo_links(State(federation): State<Federation>, asked: HeaderMap) -> Result<Response, Refusal> {
    let urls = Urls::new(&federation.app.site);
    let places = [
        (NodeInfoVersion::V2_0, render::iri(&urls.at("/nodeinfo/2.0"))?),
        (NodeInfoVersion::V2_1, render::iri(&urls.at("/nodeinfo/2.1"))?),
    ];
    let mut value = discovery::write_nodeinfo_links(&places);
    if let Some(links) = value.get_mut("links").and_then(Value::as_array_mut) {
        links.push(json!({ "rel": APPLICATION_REL, "href": urls.instance_actor().as_str() }));
    }
    Ok(respond::discovery(&asked, to_bytes(&value), "application/json"))
}

async fn nodeinfo(
    State(federation): State<Federation>,
    Path(version): Path<String>,
    asked: HeaderMap,
) -> Result<Response, Refusal> {
    let (version, media_type) = match version.as_str() {
        "2.0" => (NodeInfoVersion::V2_0, NODEINFO_JSON[0]),
        "2.1" => (NodeInfoVersion::V2_1, NODEINFO_JSON[1]),
        _ => return Err(Refusal::NotFound),
    };
    let value = describe(&federation.app).await?.to_value(version);
    Ok(respond::discovery(&asked, to_bytes(&value), media_type))
}

async fn describe(app: &App) -> Result<NodeInfo, Refusal> {
    let count = |number: i64| u64::try_from(number).ok();
    let (posts, comments) = group::count_local_entries(&app.store).await?;
    let users = actor::count_local_persons(&app.store).await?;
    Ok(NodeInfo {
        software: "guildhall".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        protocols: vec!["activitypub".to_owned()],
        open_registrations: false,
        usage: Usage {
            users: count(users),
            local_posts: count(posts),
            local_comments: count(comments),
            ..Usage::default()
        },
        metadata: json!({ "nodeName": app.site.name, "nodeDescription": app.site.description }),
        ..NodeInfo::default()
    })
}
