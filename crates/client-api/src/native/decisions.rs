//! What was decided, by whom and why.

use axum::extract::State;
use guildhall_app::{App, read::decisions as read};
use guildhall_domain::content::EntryKind;

use super::{
    extract::{At, EntryAddress, GroupAddress, Order, PageParams, Paging, SignedIn, SignedInReader},
    json::Decision,
    listing::{List, Listing},
    lookup,
    problem::Problem,
};

/// What was decided in a group, newest first; for its moderators.
#[utoipa::path(
    get,
    path = "/groups/{name}/decisions",
    tag = "moderation",
    params(GroupAddress, PageParams),
    security(("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of decisions.",
        body = List<Decision>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_group_decisions(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    SignedInReader(person): SignedInReader,
    paging: Paging,
) -> Result<Listing<Decision>, Problem> {
    let request = paging.request(Order::DecisionsOfGroup)?;
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?.group.id;
    let page = read::of_group(&app, &person.viewer, group, request).await?;
    let items = page.items.into_iter().map(Decision::from).collect();
    Ok(Listing::new(&app, &paging, Order::DecisionsOfGroup, items, page.next))
}

/// What was decided for the whole instance, newest first; for its admins: which servers are blocked, limited and allowed,
/// and who was banned everywhere.
#[utoipa::path(
    get,
    path = "/instance/decisions",
    tag = "instance",
    params(PageParams),
    security(("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of decisions.",
        body = List<Decision>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_instance_decisions(
    State(app): State<App>,
    SignedInReader(person): SignedInReader,
    paging: Paging,
) -> Result<Listing<Decision>, Problem> {
    let request = paging.request(Order::DecisionsOfInstance)?;
    let page = read::of_instance(&app, &person.viewer, request).await?;
    let items = page.items.into_iter().map(Decision::from).collect();
    Ok(Listing::new(&app, &paging, Order::DecisionsOfInstance, items, page.next))
}

/// What was decided about a post, oldest first; for its author and for moderators.
///
/// Decisions about changes of it are among them. Its author is not told who decided.
#[utoipa::path(
    get,
    path = "/posts/{id}/decisions",
    tag = "posts",
    params(EntryAddress, PageParams),
    security(("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of decisions.",
        body = List<Decision>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_post_decisions(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    SignedInReader(person): SignedInReader,
    paging: Paging,
) -> Result<Listing<Decision>, Problem> {
    about(&app, &person, &address, EntryKind::Post, &paging).await
}

/// What was decided about a comment, oldest first; for its author and for moderators.
///
/// Decisions about changes of it are among them. Its author is not told who decided.
#[utoipa::path(
    get,
    path = "/comments/{id}/decisions",
    tag = "comments",
    params(EntryAddress, PageParams),
    security(("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of decisions.",
        body = List<Decision>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_comment_decisions(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    SignedInReader(person): SignedInReader,
    paging: Paging,
) -> Result<Listing<Decision>, Problem> {
    about(&app, &person, &address, EntryKind::Comment, &paging).await
}

async fn about(
    app: &App,
    person: &SignedIn,
    address: &EntryAddress,
    kind: EntryKind,
    paging: &Paging,
) -> Result<Listing<Decision>, Problem> {
    let request = paging.request(Order::DecisionsOfEntry)?;
    let page = read::of_entry(app, &person.viewer, address.id, kind, request).await?;
    let items = page.items.into_iter().map(Decision::from).collect();
    Ok(Listing::new(app, paging, Order::DecisionsOfEntry, items, page.next))
}
