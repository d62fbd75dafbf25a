//! What moderators note on a post: locked, shown first.

use axum::{Json, extract::State};
use guildhall_app::{
    App,
    entry::{self, Annotate, Annotation},
};
use guildhall_domain::{EntryId, content::EntryKind, event::Cause};

use super::{
    acting,
    extract::{At, EntryAddress, OptionalBody, SignedIn, Writer},
    json::{OptionalReason, Post},
    lookup, posts,
    problem::Problem,
};

/// Locks a post: it takes no more comments. For moderators.
#[utoipa::path(
    put,
    path = "/posts/{id}/lock",
    tag = "moderation",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = Option<OptionalReason>,
    responses((status = 200, description = "The post.", body = Post))
)]
pub(super) async fn lock_post(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Writer(person): Writer,
    OptionalBody(body): OptionalBody<OptionalReason>,
) -> Result<Json<Post>, Problem> {
    note(&app, &person, address.id, Annotation::Locked(true), body).await
}

/// Takes a lock back. For moderators.
#[utoipa::path(
    delete,
    path = "/posts/{id}/lock",
    tag = "moderation",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = Option<OptionalReason>,
    responses((status = 200, description = "The post.", body = Post))
)]
pub(super) async fn unlock_post(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Writer(person): Writer,
    OptionalBody(body): OptionalBody<OptionalReason>,
) -> Result<Json<Post>, Problem> {
    note(&app, &person, address.id, Annotation::Locked(false), body).await
}

/// Shows a post before others. For moderators.
#[utoipa::path(
    put,
    path = "/posts/{id}/feature",
    tag = "moderation",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = Option<OptionalReason>,
    responses((status = 200, description = "The post.", body = Post))
)]
pub(super) async fn feature_post(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Writer(person): Writer,
    OptionalBody(body): OptionalBody<OptionalReason>,
) -> Result<Json<Post>, Problem> {
    note(&app, &person, address.id, Annotation::Featured(true), body).await
}

/// No longer shows a post before others. For moderators.
#[utoipa::path(
    delete,
    path = "/posts/{id}/feature",
    tag = "moderation",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = Option<OptionalReason>,
    responses((status = 200, description = "The post.", body = Post))
)]
pub(super) async fn unfeature_post(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Writer(person): Writer,
    OptionalBody(body): OptionalBody<OptionalReason>,
) -> Result<Json<Post>, Problem> {
    note(&app, &person, address.id, Annotation::Featured(false), body).await
}

async fn note(
    app: &App,
    person: &SignedIn,
    id: EntryId,
    annotation: Annotation,
    body: OptionalReason,
) -> Result<Json<Post>, Problem> {
    let current = lookup::entry(app, &person.viewer, id, EntryKind::Post).await?;
    let by = acting::in_group_of(app, person, current.group.id).await?;
    let command = Annotate { entry: id, by, annotation, reason: body.text()?, cause: Cause::Local };
    entry::annotate(app, command).await?;
    let noted = lookup::entry(app, &person.viewer, id, EntryKind::Post).await?;
    Ok(Json(posts::post(noted)?))
}
