//! Documents of our actors: `/actor`, `/groups/{name}`, `/users/{name}`. Open to everybody, whatever the settings:
//! without them nobody could check our signatures.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use guildhall_app::App;
use guildhall_domain::{GroupId, Handle, actor::ActorKind, group::Visibility};
use guildhall_store::{
    actor::{self, Actor},
    group,
};

use super::listed::Routes;
use super::respond::{Caching, Refusal, document};
use crate::{
    Federation,
    outbound::{
        render::{self, activity::to_bytes},
        urls::Urls,
    },
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/actor", get(instance))
        .route("/groups/{name}", get(group))
        .route("/users/{name}", get(person))
}

async fn instance(State(federation): State<Federation>, asked: HeaderMap) -> Result<Response, Refusal> {
    let actor = find_instance(&federation.app).await?;
    give(&federation.app, &asked, &actor).await
}

async fn group(
    State(federation): State<Federation>,
    Path(name): Path<String>,
    asked: HeaderMap,
) -> Result<Response, Refusal> {
    let actor = find_group(&federation.app, &name).await?;
    give(&federation.app, &asked, &actor).await
}

async fn person(
    State(federation): State<Federation>,
    Path(name): Path<String>,
    asked: HeaderMap,
) -> Result<Response, Refusal> {
    let actor = find_person(&federation.app, &name).await?;
    give(&federation.app, &asked, &actor).await
}

async fn give(app: &App, asked: &HeaderMap, actor: &Actor) -> Result<Response, Refusal> {
    let value = render::actor::document(app, actor).await?;
    Ok(document(asked, to_bytes(&value), Caching::Public))
}

/// The instance's own actor.
pub(super) async fn find_instance(app: &App) -> Result<Actor, Refusal> {
    let id = Urls::new(&app.site).instance_actor();
    actor::find_by_ap_id(&app.store, &id).await?.ok_or(Refusal::NotFound)
}

/// The group of a name in a path.
pub(super) async fn find_group(app: &App, name: &str) -> Result<Actor, Refusal> {
    let actor = find(app, name, |kind| kind == ActorKind::Group).await?;
    if_known_elsewhere(app, actor).await
}

/// Of a group for people here, no other server needs to know that there is one.
pub(super) async fn if_known_elsewhere(app: &App, actor: Actor) -> Result<Actor, Refusal> {
    match group::find_visibility(&app.store, GroupId(actor.id.0)).await? {
        Some(Visibility::Local) => Err(Refusal::NotFound),
        _ => Ok(actor),
    }
}

/// The person of a name in a path.
pub(super) async fn find_person(app: &App, name: &str) -> Result<Actor, Refusal> {
    find(app, name, |kind| !matches!(kind, ActorKind::Group | ActorKind::Application)).await
}

/// A name that is written in another case, or with a host, leads to the actor's own address: there the document has the
/// id under which it was fetched.
async fn find(app: &App, name: &str, is_wanted: impl Fn(ActorKind) -> bool) -> Result<Actor, Refusal> {
    let handle: Handle = name.parse().map_err(|_| Refusal::NotFound)?;
    let found = match handle.host.as_deref() {
        Some(host) if host != app.site.host => actor::list_by_handle(&app.store, &handle.name, host).await?,
        _ => actor::find_local_by_name(&app.store, &handle.name).await?.into_iter().collect(),
    };
    let actor = found.into_iter().find(|actor| is_wanted(actor.kind)).ok_or(Refusal::NotFound)?;
    if !actor.is_local || actor.username != name {
        return Err(Refusal::Elsewhere(actor.ap_id));
    }
    if actor.deleted_at.is_some() {
        return Err(Refusal::Gone(render::actor::tombstone(&actor)?));
    }
    Ok(actor)
}
