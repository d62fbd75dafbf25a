//! Posts: listing, making, showing, changing.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use guildhall_app::{
    App,
    entry::{self, Edit, Origin, Submit, Submitted},
    read::{EntryView, entries},
};
use guildhall_domain::{
    EntryId,
    admission::{Refusal, Verdict},
    content::EntryKind,
    event::Cause,
};

use super::{
    extract::{At, Body, EntryAddress, GroupAddress, PageParams, Paging, Reader, SortParam, Sorted, Writer},
    json::{NewPost, Post, PostChanges},
    listing::{List, Listing},
    lookup,
    problem::Problem,
    router::PREFIX,
};

/// The published posts of a group.
#[utoipa::path(
    get,
    path = "/groups/{name}/posts",
    tag = "posts",
    params(GroupAddress, SortParam, PageParams),
    security((), ("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of posts.",
        body = List<Post>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_posts(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    Sorted(sort): Sorted,
    Reader(viewer): Reader,
    paging: Paging,
) -> Result<Listing<Post>, Problem> {
    let group = lookup::group(&app, &viewer, &address.name).await?.group.id;
    let page = entries::posts(&app, &viewer, group, sort, paging.request).await.map_err(Problem::internal)?;
    let is_signed_in = viewer.account.is_some();
    let items = page.items.into_iter().filter_map(|post| shown(post, is_signed_in)).collect();
    Ok(Listing::new(&app, &paging, items, page.next))
}

/// Brings a post to a group.
///
/// Its `state` says whether it is published or waits for a moderator; what the group's rules
/// refuse is answered with 403, whose `code` names the rule.
#[utoipa::path(
    post,
    path = "/groups/{name}/posts",
    tag = "posts",
    params(GroupAddress),
    security(("token" = ["write"])),
    request_body = NewPost,
    responses((
        status = 201,
        description = "The post.",
        body = Post,
        headers(("Location" = String, description = "Its address in this API."))
    ))
)]
pub(super) async fn create_post(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    Writer(person): Writer,
    Body(new): Body<NewPost>,
) -> Result<Response, Problem> {
    let texts = new.texts()?;
    let group = lookup::group(&app, &person.viewer, &address.name).await?.group.id;
    let command = Submit {
        group,
        author: person.actor,
        parent: None,
        origin: Origin::Here,
        texts,
        poll: None,
        is_public: true,
        cause: Cause::Local,
    };
    let id = admitted(entry::submit(&app, command).await?)?;
    let made = lookup::entry(&app, &person.viewer, id, EntryKind::Post).await?;
    let location = format!("{}{PREFIX}/posts/{id}", app.site.base_url);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(post(made)?)).into_response())
}

/// A post.
///
/// What was deleted is answered with 410, what waits for a moderator with 404 to all but its author and
/// moderators.
#[utoipa::path(
    get,
    path = "/posts/{id}",
    tag = "posts",
    params(EntryAddress),
    security((), ("token" = ["read"])),
    responses((status = 200, description = "The post.", body = Post))
)]
pub(super) async fn show_post(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Reader(viewer): Reader,
) -> Result<Json<Post>, Problem> {
    let found = lookup::entry(&app, &viewer, address.id, EntryKind::Post).await?;
    let is_signed_in = viewer.account.is_some();
    Ok(Json(shown(found, is_signed_in).ok_or_else(|| Problem::gone("post"))?))
}

/// Changes a post; for its author.
#[utoipa::path(
    patch,
    path = "/posts/{id}",
    tag = "posts",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = PostChanges,
    responses(
        (status = 200, description = "The post after the change.", body = Post),
        (status = 202, description = "The post as it still is: a moderator sees the change first.", body = Post)
    )
)]
pub(super) async fn change_post(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Writer(person): Writer,
    Body(changes): Body<PostChanges>,
) -> Result<(StatusCode, Json<Post>), Problem> {
    let current = lookup::entry(&app, &person.viewer, address.id, EntryKind::Post).await?;
    if changes == PostChanges::default() {
        return Ok((StatusCode::OK, Json(post(current)?)));
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
    let after = lookup::entry(&app, &person.viewer, current.id, EntryKind::Post).await?;
    Ok((status, Json(post(after)?)))
}

/// A post as somebody with a token sees it.
pub(super) fn post(view: EntryView) -> Result<Post, Problem> {
    shown(view, true).ok_or_else(|| Problem::gone("post"))
}

/// `None` for what left only a trace.
fn shown(mut view: EntryView, is_signed_in: bool) -> Option<Post> {
    let author = view.author.take()?;
    Some(Post::new(view, author, is_signed_in))
}

/// The new entry, or why there is none.
pub(super) fn admitted(submitted: Submitted) -> Result<EntryId, Problem> {
    match (submitted.decided.verdict, submitted.entry) {
        (Verdict::Admit | Verdict::Hold(_), Some(id)) => Ok(id),
        (Verdict::Refuse(refusal) | Verdict::Drop(refusal), _) => Err(refusal.into()),
        (Verdict::Admit | Verdict::Hold(_), None) => Err(Refusal::HostBlocked.into()),
    }
}

/// 202 for an edit that waits for a moderator.
pub(super) fn edit_status(edited: entry::Edited) -> StatusCode {
    match edited {
        entry::Edited::Changed | entry::Edited::Unchanged => StatusCode::OK,
        entry::Edited::Held => StatusCode::ACCEPTED,
    }
}
