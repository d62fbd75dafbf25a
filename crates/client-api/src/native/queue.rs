//! What waits for a group's moderators, and their word on it.

use axum::{Json, extract::State};
use guildhall_app::{App, queue as door, read};
use guildhall_domain::{ActorId, GroupId, QueueItemId, moderation::DecisionAction, staff::Permission};

use super::{
    acting,
    extract::{
        At, Body, GroupAddress, ItemAddress, Order, PageParams, Paging, SignedIn, SignedInReader, Writer,
    },
    json::{DecidedItem, QueueItem, Refusal},
    listing::{List, Listing},
    lookup,
    problem::Problem,
};

/// What waits, longest waiting first; for moderators.
///
/// Each item carries all that letting it in makes public. A page may have fewer items than asked for where they are
/// large; `next` leads on.
#[utoipa::path(
    get,
    path = "/groups/{name}/queue",
    tag = "queue",
    params(GroupAddress, PageParams),
    security(("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of what waits.",
        body = List<QueueItem>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_queue(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    SignedInReader(person): SignedInReader,
    paging: Paging,
) -> Result<Listing<QueueItem>, Problem> {
    let request = paging.request(Order::Queue)?;
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?.group.id;
    let page = read::queue::list(&app, &person.viewer, group, request).await?;
    let items = page.items.into_iter().map(QueueItem::from).collect();
    Ok(Listing::new(&app, &paging, Order::Queue, items, page.next))
}

/// Lets an item in.
///
/// A person becomes a member, a post or comment is published, an edit takes the place of the old text.
#[utoipa::path(
    post,
    path = "/groups/{name}/queue/{item}/admit",
    tag = "queue",
    params(ItemAddress),
    security(("token" = ["write"])),
    responses((status = 200, description = "Decided.", body = DecidedItem))
)]
pub(super) async fn admit_item(
    State(app): State<App>,
    At(address): At<ItemAddress>,
    Writer(person): Writer,
) -> Result<Json<DecidedItem>, Problem> {
    let (item, _, by) = decidable(&app, &person, &address).await?;
    door::admit(&app, item, by).await?;
    Ok(Json(DecidedItem::new(item, DecisionAction::Admit)))
}

/// Turns an item away, with the reason that the person concerned is told.
#[utoipa::path(
    post,
    path = "/groups/{name}/queue/{item}/refuse",
    tag = "queue",
    params(ItemAddress),
    security(("token" = ["write"])),
    request_body = Refusal,
    responses((status = 200, description = "Decided.", body = DecidedItem))
)]
pub(super) async fn refuse_item(
    State(app): State<App>,
    At(address): At<ItemAddress>,
    Writer(person): Writer,
    Body(body): Body<Refusal>,
) -> Result<Json<DecidedItem>, Problem> {
    let (reason, given) = body.given()?;
    let (item, group, by) = decidable(&app, &person, &address).await?;
    let grounds = acting::grounds(&app, group, &given).await?;
    door::refuse_on(&app, item, by, &reason, &grounds).await?;
    Ok(Json(DecidedItem::new(item, DecisionAction::Refuse)))
}

/// The item of this very group's queue, the group, and as whom to decide. Who may not see the queue does not learn what is in it.
async fn decidable(
    app: &App,
    person: &SignedIn,
    address: &ItemAddress,
) -> Result<(QueueItemId, GroupId, ActorId), Problem> {
    let group = lookup::group_here(app, &person.viewer, &address.name).await?;
    acting::demand(app, person, group.group.id, Permission::Cases).await?;
    let of_item = door::group_of(app, address.item).await.map_err(Problem::internal)?;
    if of_item != Some(group.group.id) {
        return Err(Problem::not_found("item in this queue"));
    }
    Ok((address.item, group.group.id, acting::in_group(person, &group)))
}
