//! Comments: listing, making, showing, changing.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use guildhall_app::{
    App, Viewer,
    entry::{self, Edit, Origin, Submit},
    read::{EntryView, entries},
};
use guildhall_domain::{EntryId, content::EntryKind, event::Cause};

use super::{
    extract::{At, Body, EntryAddress, PageParams, Paging, Reader, Writer},
    json::{Comment, CommentChanges, NewComment},
    listing::{List, Listing},
    lookup,
    posts::{admitted, edit_status},
    problem::Problem,
    router::PREFIX,
};

/// The comments of a post, oldest first.
///
/// What was deleted is left out.
#[utoipa::path(
    get,
    path = "/posts/{id}/comments",
    tag = "comments",
    params(EntryAddress, PageParams),
    security((), ("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of comments.",
        body = List<Comment>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_comments(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Reader(viewer): Reader,
    paging: Paging,
) -> Result<Listing<Comment>, Problem> {
    let post = lookup::entry(&app, &viewer, address.id, EntryKind::Post).await?;
    let page = entries::comments(&app, &viewer, post.id, paging.request).await.map_err(Problem::internal)?;
    let is_signed_in = viewer.account.is_some();
    let items = page.items.into_iter().filter_map(|comment| shown(comment, is_signed_in)).collect();
    Ok(Listing::new(&app, &paging, items, page.next))
}

/// Answers a post, or one of its comments.
///
/// Its `state` says whether it is published or waits for a moderator; what the
/// group's rules refuse is answered with 403, whose `code` names the rule.
#[utoipa::path(
    post,
    path = "/posts/{id}/comments",
    tag = "comments",
    params(EntryAddress),
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
    Body(new): Body<NewComment>,
) -> Result<Response, Problem> {
    let post = lookup::entry(&app, &person.viewer, address.id, EntryKind::Post).await?;
    let parent = parent_in(&app, &person.viewer, &post, new.parent()?).await?;
    let command = Submit {
        group: post.group.id,
        author: person.actor,
        parent: Some(parent),
        origin: Origin::Here,
        texts: new.texts()?,
        poll: None,
        is_public: true,
        cause: Cause::Local,
    };
    let id = admitted(entry::submit(&app, command).await?)?;
    let made = lookup::entry(&app, &person.viewer, id, EntryKind::Comment).await?;
    let location = format!("{}{PREFIX}/comments/{id}", app.site.base_url);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(comment(made)?)).into_response())
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
    let found = entries::find(app, viewer, parent).await.map_err(Problem::internal)?;
    match found {
        Some(found) if found.thread_id == post.id => Ok(parent),
        Some(_) | None => Err(Problem::invalid("parent", "this post has no such comment")),
    }
}

/// A comment.
///
/// What was deleted is answered with 410, what waits for a moderator with 404 to all but its author and
/// moderators.
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
    let found = lookup::entry(&app, &viewer, address.id, EntryKind::Comment).await?;
    let is_signed_in = viewer.account.is_some();
    Ok(Json(shown(found, is_signed_in).ok_or_else(|| Problem::gone("comment"))?))
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
    let current = lookup::entry(&app, &person.viewer, address.id, EntryKind::Comment).await?;
    if changes == CommentChanges::default() {
        return Ok((StatusCode::OK, Json(comment(current)?)));
    }
    let command = Edit {
        entry: current.id,
        editor: person.actor,
        texts: changes.texts(&current)?,
        poll: None,
        written_at: app.now(),
        cause: Cause::Local,
    };
    let status = edit_status(entry::edit(&app, command).await?);
    let after = lookup::entry(&app, &person.viewer, current.id, EntryKind::Comment).await?;
    Ok((status, Json(comment(after)?)))
}

/// A comment as somebody with a token sees it.
pub(super) fn comment(view: EntryView) -> Result<Comment, Problem> {
    shown(view, true).ok_or_else(|| Problem::gone("comment"))
}

/// `None` for what left only a trace.
fn shown(mut view: EntryView, is_signed_in: bool) -> Option<Comment> {
    let author = view.author.take()?;
    Some(Comment::new(view, author, is_signed_in))
}
