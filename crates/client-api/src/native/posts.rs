//! Posts: listing, making, showing, changing.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use guildhall_app::{App, partner};

use super::{
    entries,
    extract::{
        At, Body, EntryAddress, GroupAddress, KeyParam, Keyed, Order, PageParams, Paging, Reader, SortParam,
        Sorted, Writer,
    },
    json::{NewPost, Post, PostChanges, Shown},
    listing::{List, Listing},
    lookup,
    problem::Problem,
};

/// The published posts of a group, with those of partners that it mirrors: of these `group` is the partner.
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
    let order = Order::Posts(sort);
    let request = paging.request(order)?;
    let group = lookup::group(&app, &viewer, &address.name).await?.group.id;
    let page = partner::posts(&app, &viewer, group, sort, request).await.map_err(Problem::internal)?;
    let is_signed_in = viewer.account.is_some();
    let items = page.items.into_iter().filter_map(|post| Post::of(post, is_signed_in)).collect();
    Ok(Listing::new(&app, &paging, order, items, page.next))
}

/// Brings a post to a group.
///
/// Its `state` says whether it is published or waits for a moderator; what the group's rules
/// refuse is answered with 403, whose `code` names the rule.
#[utoipa::path(
    post,
    path = "/groups/{name}/posts",
    tag = "posts",
    params(GroupAddress, KeyParam),
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
    Keyed { body: new, key }: Keyed<NewPost>,
) -> Result<Response, Problem> {
    if let Some(made_before) = entries::repeated::<Post>(&app, &person, key.as_ref()).await? {
        return Ok(made_before);
    }
    let texts = new.texts()?;
    let group = lookup::group(&app, &person.viewer, &address.name).await?.group.id;
    entries::create::<Post>(&app, &person, group, None, texts, key).await
}

/// A post.
///
/// What was deleted is answered with 410, what waits for a moderator with 404 to all but its author and
/// moderators. `state` and `state_reason` say where it stands, and why.
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
    entries::show(&app, &viewer, address.id).await
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
    entries::change(&app, &person, address.id, |current| changes.texts(current)).await
}
