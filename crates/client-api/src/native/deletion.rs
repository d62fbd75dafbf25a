//! Deleting as an author, removing as a moderator, and bringing back.

use axum::{Json, extract::State, http::StatusCode};
use guildhall_app::{
    App,
    entry::{self, Delete},
    read::EntryView,
};
use guildhall_domain::{
    ActorId, EntryId,
    content::{EntryKind, EntryState},
    event::Cause,
};

use super::{
    acting, comments,
    extract::{At, EntryAddress, OptionalBody, SignedIn, Writer},
    json::{Comment, OptionalReason, Post},
    lookup, posts,
    problem::Problem,
};

/// Takes a post away: deletes it for its author, removes it for a moderator.
#[utoipa::path(
    delete,
    path = "/posts/{id}",
    tag = "posts",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = Option<OptionalReason>,
    responses((status = 204, description = "Gone."))
)]
pub(super) async fn delete_post(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Writer(person): Writer,
    OptionalBody(body): OptionalBody<OptionalReason>,
) -> Result<StatusCode, Problem> {
    delete(&app, &person, address.id, EntryKind::Post, body).await
}

/// Takes a comment away: deletes it for its author, removes it for a moderator.
#[utoipa::path(
    delete,
    path = "/comments/{id}",
    tag = "comments",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = Option<OptionalReason>,
    responses((status = 204, description = "Gone."))
)]
pub(super) async fn delete_comment(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Writer(person): Writer,
    OptionalBody(body): OptionalBody<OptionalReason>,
) -> Result<StatusCode, Problem> {
    delete(&app, &person, address.id, EntryKind::Comment, body).await
}

/// Brings a post back: for moderators what was removed, for its author what they deleted.
#[utoipa::path(
    post,
    path = "/posts/{id}/restore",
    tag = "posts",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = Option<OptionalReason>,
    responses((status = 200, description = "The post.", body = Post))
)]
pub(super) async fn restore_post(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Writer(person): Writer,
    OptionalBody(body): OptionalBody<OptionalReason>,
) -> Result<Json<Post>, Problem> {
    let back = restore(&app, &person, address.id, EntryKind::Post, body).await?;
    Ok(Json(posts::post(back)?))
}

/// Brings a comment back: for moderators what was removed, for its author what they deleted.
#[utoipa::path(
    post,
    path = "/comments/{id}/restore",
    tag = "comments",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = Option<OptionalReason>,
    responses((status = 200, description = "The comment.", body = Comment))
)]
pub(super) async fn restore_comment(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Writer(person): Writer,
    OptionalBody(body): OptionalBody<OptionalReason>,
) -> Result<Json<Comment>, Problem> {
    let back = restore(&app, &person, address.id, EntryKind::Comment, body).await?;
    Ok(Json(comments::comment(back)?))
}

async fn delete(
    app: &App,
    person: &SignedIn,
    id: EntryId,
    kind: EntryKind,
    body: OptionalReason,
) -> Result<StatusCode, Problem> {
    let current = lookup::entry(app, &person.viewer, id, kind).await?;
    let is_author = current.author.as_ref().is_some_and(|author| author.id == person.actor);
    let by =
        if is_author { person.actor } else { acting::in_group_of(app, person, current.group.id).await? };
    entry::delete(app, command(id, by, body)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn restore(
    app: &App,
    person: &SignedIn,
    id: EntryId,
    kind: EntryKind,
    body: OptionalReason,
) -> Result<EntryView, Problem> {
    let current = lookup::entry_or_trace(app, &person.viewer, id, kind).await?;
    let by = match current.state {
        // Only its author brings back what its author deleted: here an admin has no other word.
        EntryState::Deleted => person.actor,
        _ => acting::in_group_of(app, person, current.group.id).await?,
    };
    entry::restore(app, command(id, by, body)?).await?;
    lookup::entry(app, &person.viewer, id, kind).await
}

fn command(entry: EntryId, by: ActorId, body: OptionalReason) -> Result<Delete, Problem> {
    Ok(Delete { entry, by, reason: body.text()?, cause: Cause::Local })
}
