//! What moderators note on a post: locked, shown first.

use axum::{Json, extract::State};
use guildhall_app::{
    App,
    entry::{self, Annotate, Annotation},
};
use guildhall_domain::{content::EntryKind, event::Cause};

use super::{
    acting, entries,
    extract::{At, EntryAddress, OptionalBody, Word, Writer},
    json::{OptionalReason, Post},
    lookup,
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
pub(super) async fn lock_post(State(app): State<App>, word: Word) -> Result<Json<Post>, Problem> {
    note(&app, word, Annotation::Locked(true)).await
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
pub(super) async fn unlock_post(State(app): State<App>, word: Word) -> Result<Json<Post>, Problem> {
    note(&app, word, Annotation::Locked(false)).await
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
pub(super) async fn feature_post(State(app): State<App>, word: Word) -> Result<Json<Post>, Problem> {
    note(&app, word, Annotation::Featured(true)).await
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
pub(super) async fn unfeature_post(State(app): State<App>, word: Word) -> Result<Json<Post>, Problem> {
    note(&app, word, Annotation::Featured(false)).await
}

async fn note(app: &App, word: Word, annotation: Annotation) -> Result<Json<Post>, Problem> {
    let (At(EntryAddress { id }), Writer(person), OptionalBody(body)) = word;
    let current = lookup::entry(app, &person.viewer, id, EntryKind::Post).await?;
    let by = acting::in_group_of(app, &person, current.group.id).await?;
    let command = Annotate { entry: id, by, annotation, reason: body.text()?, cause: Cause::Local };
    entry::annotate(app, command).await?;
    entries::show(app, &person.viewer, id).await
}
