//! Deleting as an author, removing as a moderator, and bringing back.

use axum::{Json, extract::State, http::StatusCode};
use guildhall_app::{
    App,
    entry::{self, Delete},
};
use guildhall_domain::{
    ActorId, EntryId,
    content::{EntryKind, EntryState},
    event::Cause,
};

use super::{
    acting, entries,
    extract::{At, EntryAddress, OptionalBody, Word, Writer},
    json::{Comment, Grounds, Post, Shown},
    lookup,
    problem::Problem,
};

/// Takes a post away: deletes it for its author, removes it for a moderator.
#[utoipa::path(
    delete,
    path = "/posts/{id}",
    tag = "posts",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = Option<Grounds>,
    responses((status = 204, description = "Gone."))
)]
pub(super) async fn delete_post(State(app): State<App>, word: Word) -> Result<StatusCode, Problem> {
    delete(&app, word, EntryKind::Post).await
}

/// Takes a comment away: deletes it for its author, removes it for a moderator.
#[utoipa::path(
    delete,
    path = "/comments/{id}",
    tag = "comments",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = Option<Grounds>,
    responses((status = 204, description = "Gone."))
)]
pub(super) async fn delete_comment(State(app): State<App>, word: Word) -> Result<StatusCode, Problem> {
    delete(&app, word, EntryKind::Comment).await
}

/// Brings a post back: for moderators what was removed, for its author what they deleted.
#[utoipa::path(
    post,
    path = "/posts/{id}/restore",
    tag = "posts",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = Option<Grounds>,
    responses((status = 200, description = "The post.", body = Post))
)]
pub(super) async fn restore_post(State(app): State<App>, word: Word) -> Result<Json<Post>, Problem> {
    restore(&app, word).await
}

/// Brings a comment back: for moderators what was removed, for its author what they deleted.
#[utoipa::path(
    post,
    path = "/comments/{id}/restore",
    tag = "comments",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = Option<Grounds>,
    responses((status = 200, description = "The comment.", body = Comment))
)]
pub(super) async fn restore_comment(State(app): State<App>, word: Word) -> Result<Json<Comment>, Problem> {
    restore(&app, word).await
}

async fn delete(app: &App, word: Word, kind: EntryKind) -> Result<StatusCode, Problem> {
    let (At(EntryAddress { id }), Writer(person), OptionalBody(body)) = word;
    let current = lookup::entry(app, &person.viewer, id, kind).await?;
    let is_author = current.author.as_ref().is_some_and(|author| author.id == person.actor);
    let by =
        if is_author { person.actor } else { acting::in_group_of(app, &person, current.group.id).await? };
    let given = body.given()?;
    let grounds = acting::grounds(app, current.group.id, &given).await?;
    entry::delete_on(app, command(id, by, given.reason), &grounds).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn restore<E: Shown>(app: &App, word: Word) -> Result<Json<E>, Problem> {
    let (At(EntryAddress { id }), Writer(person), OptionalBody(body)) = word;
    let current = lookup::entry_or_trace(app, &person.viewer, id, E::KIND).await?;
    let by = match current.state {
        // Only its author brings back what its author deleted: here an admin has no other word.
        EntryState::Deleted => person.actor,
        _ => acting::in_group_of(app, &person, current.group.id).await?,
    };
    let given = body.given()?;
    let grounds = acting::grounds(app, current.group.id, &given).await?;
    entry::restore_on(app, command(id, by, given.reason), &grounds).await?;
    entries::show(app, &person.viewer, id).await
}

fn command(entry: EntryId, by: ActorId, reason: Option<String>) -> Delete {
    Delete { entry, by, reason, cause: Cause::Local }
}
