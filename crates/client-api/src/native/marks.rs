//! What moderators note on a post: locked, shown first.

use axum::{Json, extract::State};
use guildhall_app::{
    App,
    entry::{self, Annotate, Annotation},
};
use guildhall_domain::{EntryId, content::EntryKind, event::Cause};

use super::{
    acting, entries,
    extract::{At, EntryAddress, OptionalBody, SignedIn, Word, Writer},
    json::{Given, Grounds, Measure, Post},
    lookup,
    problem::Problem,
};

/// Locks a post: it takes no more comments. For moderators.
///
/// Doing it again sets the end anew.
#[utoipa::path(
    put,
    path = "/posts/{id}/lock",
    tag = "moderation",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = Option<Measure>,
    responses((status = 200, description = "The post.", body = Post))
)]
pub(super) async fn lock_post(
    State(app): State<App>,
    At(EntryAddress { id }): At<EntryAddress>,
    Writer(person): Writer,
    OptionalBody(lock): OptionalBody<Measure>,
) -> Result<Json<Post>, Problem> {
    let annotation = Annotation::lock_until(lock.until(app.now())?);
    note(&app, &person, id, annotation, lock.given()?).await
}

/// Takes a lock back. For moderators.
#[utoipa::path(
    delete,
    path = "/posts/{id}/lock",
    tag = "moderation",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = Option<Grounds>,
    responses((status = 200, description = "The post.", body = Post))
)]
pub(super) async fn unlock_post(State(app): State<App>, word: Word) -> Result<Json<Post>, Problem> {
    note_by(&app, word, Annotation::Locked(false)).await
}

/// Shows a post before others. For moderators.
#[utoipa::path(
    put,
    path = "/posts/{id}/feature",
    tag = "moderation",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = Option<Grounds>,
    responses((status = 200, description = "The post.", body = Post))
)]
pub(super) async fn feature_post(State(app): State<App>, word: Word) -> Result<Json<Post>, Problem> {
    note_by(&app, word, Annotation::Featured(true)).await
}

/// No longer shows a post before others. For moderators.
#[utoipa::path(
    delete,
    path = "/posts/{id}/feature",
    tag = "moderation",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = Option<Grounds>,
    responses((status = 200, description = "The post.", body = Post))
)]
pub(super) async fn unfeature_post(State(app): State<App>, word: Word) -> Result<Json<Post>, Problem> {
    note_by(&app, word, Annotation::Featured(false)).await
}

async fn note_by(app: &App, word: Word, annotation: Annotation) -> Result<Json<Post>, Problem> {
    let (At(EntryAddress { id }), Writer(person), OptionalBody(body)) = word;
    note(app, &person, id, annotation, body.given()?).await
}

async fn note(
    app: &App,
    person: &SignedIn,
    id: EntryId,
    annotation: Annotation,
    given: Given,
) -> Result<Json<Post>, Problem> {
    let current = lookup::entry(app, &person.viewer, id, EntryKind::Post).await?;
    let by = acting::in_group_of(app, person, current.group.id).await?;
    let grounds = acting::grounds(app, current.group.id, &given).await?;
    let command = Annotate { entry: id, by, annotation, reason: given.reason, cause: Cause::Local };
    entry::annotate_on(app, command, &grounds).await?;
    entries::show(app, &person.viewer, id).await
}
