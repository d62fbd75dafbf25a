//! Why something is as it is.

use axum::{Json, extract::State};
use guildhall_app::{
    App,
    explain::{self, Subject},
    queue as door,
};
use guildhall_domain::content::EntryKind;

use super::{
    extract::{At, EntryAddress, ItemAddress, SignedIn, SignedInReader},
    json::Explanation,
    lookup,
    problem::Problem,
};

/// Why an item waits, or did, and what would be said of it now; for moderators, and for whose it is.
#[utoipa::path(
    get,
    path = "/groups/{name}/queue/{item}/explain",
    tag = "queue",
    params(ItemAddress),
    security(("token" = ["read"])),
    responses((status = 200, description = "Layer by layer.", body = Explanation))
)]
pub(super) async fn explain_item(
    State(app): State<App>,
    At(address): At<ItemAddress>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<Explanation>, Problem> {
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?.group.id;
    let of_item = door::group_of(&app, address.item).await.map_err(Problem::internal)?;
    if of_item != Some(group) {
        return Err(Problem::not_found("item in this queue"));
    }
    Ok(Json(explain::explain(&app, &person.viewer, Subject::Item(address.item)).await?.into()))
}

/// Why a post was let in, held or refused, and what would be said of it now; for moderators, and for its author.
#[utoipa::path(
    get,
    path = "/posts/{id}/explain",
    tag = "posts",
    params(EntryAddress),
    security(("token" = ["read"])),
    responses((status = 200, description = "Layer by layer.", body = Explanation))
)]
pub(super) async fn explain_post(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<Explanation>, Problem> {
    entry(&app, &person, &address, EntryKind::Post).await
}

/// Why a comment was let in, held or refused, and what would be said of it now; for moderators, and for its author.
#[utoipa::path(
    get,
    path = "/comments/{id}/explain",
    tag = "comments",
    params(EntryAddress),
    security(("token" = ["read"])),
    responses((status = 200, description = "Layer by layer.", body = Explanation))
)]
pub(super) async fn explain_comment(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<Explanation>, Problem> {
    entry(&app, &person, &address, EntryKind::Comment).await
}

async fn entry(
    app: &App,
    person: &SignedIn,
    address: &EntryAddress,
    kind: EntryKind,
) -> Result<Json<Explanation>, Problem> {
    let told = explain::explain(app, &person.viewer, Subject::Entry(address.id)).await?;
    if told.entry.is_none_or(|(_, of, _)| of != kind) {
        return Err(Problem::not_found(kind.as_str()));
    }
    Ok(Json(told.into()))
}
