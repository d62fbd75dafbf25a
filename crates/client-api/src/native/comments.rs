//! Comments: listing, making, showing, changing.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use guildhall_app::{
    App, Viewer,
    read::{EntryView, entries as read},
};
use guildhall_domain::{EntryId, content::EntryKind};

use super::{
    entries,
    extract::{At, Body, EntryAddress, KeyParam, Keyed, Order, PageParams, Paging, Reader, Writer},
    json::{Comment, CommentChanges, InThread, NewComment},
    listing::{List, Listing},
    lookup,
    problem::Problem,
};

/// The comments of a post, oldest first.
///
/// Of what was removed or deleted a trace is left where answers to it are shown: its `deleted` is true, and it has
/// neither author nor content.
#[utoipa::path(
    get,
    path = "/posts/{id}/comments",
    tag = "comments",
    params(EntryAddress, PageParams),
    security((), ("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of comments.",
        body = List<InThread>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_comments(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Reader(viewer): Reader,
    paging: Paging,
) -> Result<Listing<InThread>, Problem> {
    let request = paging.request(Order::Comments)?;
    let post = lookup::entry(&app, &viewer, address.id, EntryKind::Post).await?;
    let page = read::comments(&app, &viewer, post.id, request).await.map_err(Problem::internal)?;
    let is_signed_in = viewer.account.is_some();
    let items = page.items.into_iter().map(|comment| InThread::new(comment, is_signed_in)).collect();
    Ok(Listing::new(&app, &paging, Order::Comments, items, page.next))
}

/// Answers a post, or one of its comments.
///
/// Its `state` says whether it is published or waits for a moderator; what the
/// group's rules refuse is answered with 403, whose `code` names the rule.
#[utoipa::path(
    post,
    path = "/posts/{id}/comments",
    tag = "comments",
    params(EntryAddress, KeyParam),
    security(("token" = ["write"])),
    request_body = NewComment,
    responses((
        status = 201,
        description = "The comment.",
        body = Comment,
        headers(("Location" = String, description = "Its address in this API."))
    ))
)]
pub(super) async fn create_comment(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Writer(person): Writer,
    Keyed { body: new, key }: Keyed<NewComment>,
) -> Result<Response, Problem> {
    if let Some(made_before) = entries::repeated::<Comment>(&app, &person, key.as_ref()).await? {
        return Ok(made_before);
    }
    let post = lookup::entry(&app, &person.viewer, address.id, EntryKind::Post).await?;
    let parent = parent_in(&app, &person.viewer, &post, new.parent()?).await?;
    entries::create::<Comment>(&app, &person, post.group.id, Some(parent), new.texts()?, key).await
}

/// What a new comment answers: the post itself, or the comment named, which must be one of this post's.
async fn parent_in(
    app: &App,
    viewer: &Viewer,
    post: &EntryView,
    parent: Option<EntryId>,
) -> Result<EntryId, Problem> {
    let Some(parent) = parent.filter(|parent| *parent != post.id) else {
        return Ok(post.id);
    };
    let found = read::find(app, viewer, parent).await.map_err(Problem::internal)?;
    match found {
        Some(found) if found.thread_id == post.id => Ok(parent),
        Some(_) | None => Err(Problem::invalid("parent", "this post has no such comment")),
    }
}

/// A comment.
///
/// What was deleted is answered with 410, what waits for a moderator with 404 to all but its author and
/// moderators. `state` and `state_reason` say where it stands, and why.
#[utoipa::path(
    get,
    path = "/comments/{id}",
    tag = "comments",
    params(EntryAddress),
    security((), ("token" = ["read"])),
    responses((status = 200, description = "The comment.", body = Comment))
)]
pub(super) async fn show_comment(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Reader(viewer): Reader,
) -> Result<Json<Comment>, Problem> {
    entries::show(&app, &viewer, address.id).await
}

/// Changes a comment; for its author.
#[utoipa::path(
    patch,
    path = "/comments/{id}",
    tag = "comments",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = CommentChanges,
    responses(
        (status = 200, description = "The comment after the change.", body = Comment),
        (status = 202, description = "The comment as it still is: a moderator sees the change first.", body = Comment)
    )
)]
pub(super) async fn change_comment(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Writer(person): Writer,
    Body(changes): Body<CommentChanges>,
) -> Result<(StatusCode, Json<Comment>), Problem> {
    entries::change(&app, &person, address.id, |current| changes.texts(current)).await
}
