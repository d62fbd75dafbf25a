//! Subscriptions to block lists of others; for admins.

use axum::{Json, extract::State, http::StatusCode};
use guildhall_app::{
    App,
    block_list::{self, BlockListError},
};

use super::{
    acting,
    extract::{At, BlockListAddress, Body, OptionalBody, SignedIn, SignedInReader, Writer},
    json::{
        AcceptedChanges, BlockList, BlockListChanges, ChangedBlockList, ChangesToAccept, NewBlockList,
        RefreshedBlockList, SubscribedBlockList,
    },
    listing::List,
    problem::Problem,
};

/// The block lists that the instance subscribes to, oldest first; for its admins.
#[utoipa::path(
    get,
    path = "/instance/block-lists",
    tag = "instance",
    security(("token" = ["read"])),
    responses((status = 200, description = "All of them.", body = List<BlockList>))
)]
pub(super) async fn list_block_lists(
    State(app): State<App>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<List<BlockList>>, Problem> {
    admin(&person)?;
    let found = block_list::list(&app).await.map_err(Problem::internal)?;
    Ok(Json(List::whole(found.into_iter().map(BlockList::from).collect())))
}

/// Subscribes to a block list, a CSV file in Mastodon's columns; for admins.
///
/// It is fetched at once: what cannot be had or read is not subscribed to. With `dry_run` only its effects are shown.
#[utoipa::path(
    post,
    path = "/instance/block-lists",
    tag = "instance",
    security(("token" = ["write"])),
    request_body = NewBlockList,
    responses(
        (status = 200, description = "What would be done.", body = SubscribedBlockList),
        (status = 201, description = "Subscribed.", body = SubscribedBlockList)
    )
)]
pub(super) async fn subscribe_block_list(
    State(app): State<App>,
    Writer(person): Writer,
    Body(body): Body<NewBlockList>,
) -> Result<(StatusCode, Json<SubscribedBlockList>), Problem> {
    admin(&person)?;
    let done = block_list::subscribe(&app, &acting::for_instance(&person), body.into()).await?;
    let (status, made) = match done.id {
        Some(id) => (StatusCode::CREATED, Some(block_list::show(&app, id).await?.into())),
        None => (StatusCode::OK, None),
    };
    Ok((status, Json(SubscribedBlockList { block_list: made, changes: done.preview.into() })))
}

/// A block list that the instance subscribes to; for admins.
#[utoipa::path(
    get,
    path = "/instance/block-lists/{id}",
    tag = "instance",
    params(BlockListAddress),
    security(("token" = ["read"])),
    responses((status = 200, description = "The subscription.", body = BlockList))
)]
pub(super) async fn show_block_list(
    State(app): State<App>,
    At(address): At<BlockListAddress>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<BlockList>, Problem> {
    admin(&person)?;
    Ok(Json(block_list::show(&app, address.id).await?.into()))
}

/// Changes how a block list is taken over; for admins.
///
/// What follows from it is in force at once for an automatic list; for a draft it waits, but for new exceptions.
#[utoipa::path(
    patch,
    path = "/instance/block-lists/{id}",
    tag = "instance",
    params(BlockListAddress),
    security(("token" = ["write"])),
    request_body = ChangedBlockList,
    responses((status = 200, description = "The subscription.", body = BlockList))
)]
pub(super) async fn change_block_list(
    State(app): State<App>,
    At(address): At<BlockListAddress>,
    Writer(person): Writer,
    Body(body): Body<ChangedBlockList>,
) -> Result<Json<BlockList>, Problem> {
    admin(&person)?;
    block_list::change(&app, &acting::for_instance(&person), address.id, body.into()).await?;
    Ok(Json(block_list::show(&app, address.id).await?.into()))
}

/// Ends a subscription; for admins. What only this list wanted goes; what was decided here, or another list wants, stays.
#[utoipa::path(
    delete,
    path = "/instance/block-lists/{id}",
    tag = "instance",
    params(BlockListAddress),
    security(("token" = ["write"])),
    responses((status = 204, description = "Not subscribed to any more."))
)]
pub(super) async fn unsubscribe_block_list(
    State(app): State<App>,
    At(address): At<BlockListAddress>,
    Writer(person): Writer,
) -> Result<StatusCode, Problem> {
    admin(&person)?;
    block_list::unsubscribe(&app, &acting::for_instance(&person), address.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The changes of a block list that wait, and what they would concern; for admins.
#[utoipa::path(
    get,
    path = "/instance/block-lists/{id}/changes",
    tag = "instance",
    params(BlockListAddress),
    security(("token" = ["read"])),
    responses((status = 200, description = "The changes.", body = BlockListChanges))
)]
pub(super) async fn list_block_list_changes(
    State(app): State<App>,
    At(address): At<BlockListAddress>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<BlockListChanges>, Problem> {
    admin(&person)?;
    Ok(Json(block_list::waiting(&app, address.id).await?.into()))
}

/// Makes changes of a block list that wait, all or some; for admins.
#[utoipa::path(
    post,
    path = "/instance/block-lists/{id}/accept",
    tag = "instance",
    params(BlockListAddress),
    security(("token" = ["write"])),
    request_body = Option<ChangesToAccept>,
    responses((status = 200, description = "Made.", body = AcceptedChanges))
)]
pub(super) async fn accept_block_list_changes(
    State(app): State<App>,
    At(address): At<BlockListAddress>,
    Writer(person): Writer,
    OptionalBody(body): OptionalBody<ChangesToAccept>,
) -> Result<Json<AcceptedChanges>, Problem> {
    admin(&person)?;
    let by = acting::for_instance(&person);
    let changed = block_list::accept(&app, &by, address.id, body.into()).await?;
    Ok(Json(AcceptedChanges { changed }))
}

/// Asks for a block list now, due or not; for admins.
///
/// What cannot be had or read changes nothing, and is told as `failure`.
#[utoipa::path(
    post,
    path = "/instance/block-lists/{id}/refresh",
    tag = "instance",
    params(BlockListAddress),
    security(("token" = ["write"])),
    responses((status = 200, description = "How it went.", body = RefreshedBlockList))
)]
pub(super) async fn refresh_block_list(
    State(app): State<App>,
    At(address): At<BlockListAddress>,
    Writer(person): Writer,
) -> Result<Json<RefreshedBlockList>, Problem> {
    admin(&person)?;
    Ok(Json(block_list::refresh(&app, address.id).await?.into()))
}

/// Before anything else: nobody else is to learn which lists there are.
fn admin(person: &SignedIn) -> Result<(), BlockListError> {
    if person.viewer.is_admin { Ok(()) } else { Err(BlockListError::NotAdmin) }
}
