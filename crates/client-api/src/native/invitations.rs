//! Inviting people into a group.

use axum::{Json, extract::State, http::StatusCode};
use guildhall_app::{App, read::invitations, welcome};

use super::{
    acting,
    extract::{
        At, GroupAddress, InvitationAddress, OptionalBody, Order, PageParams, Paging, SignedInReader, Writer,
    },
    json::{Invitation, MadeOut, NewInvitation},
    listing::{List, Listing},
    lookup,
    problem::Problem,
};

/// Invitations to a group, newest first: for moderators all, for anybody else their own.
#[utoipa::path(
    get,
    path = "/groups/{name}/invitations",
    tag = "membership",
    params(GroupAddress, PageParams),
    security(("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of invitations.",
        body = List<Invitation>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_invitations(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    SignedInReader(person): SignedInReader,
    paging: Paging,
) -> Result<Listing<Invitation>, Problem> {
    let request = paging.request(Order::Invitations)?;
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?.group.id;
    let page = invitations::list(&app, &person.viewer, group, request).await.map_err(Problem::internal)?;
    let items = page.items.into_iter().map(Invitation::from).collect();
    Ok(Listing::new(&app, &paging, Order::Invitations, items, page.next))
}

/// Makes out an invitation; for moderators, and for members where the group lets them.
///
/// Whoever joins with its code is let in past approval. One that is for somebody by name needs no code: they are let in
/// when they join, or follow the group from their own server, which tells them.
#[utoipa::path(
    post,
    path = "/groups/{name}/invitations",
    tag = "membership",
    params(GroupAddress),
    security(("token" = ["write"])),
    request_body = Option<NewInvitation>,
    responses((status = 201, description = "The invitation, with its code.", body = MadeOut))
)]
pub(super) async fn make_out_invitation(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    Writer(person): Writer,
    OptionalBody(new): OptionalBody<NewInvitation>,
) -> Result<(StatusCode, Json<MadeOut>), Problem> {
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?;
    let only_for = match new.only_for()? {
        Some(handle) => Some(lookup::person(&app, &handle).await?.person.id),
        None => None,
    };
    let by = acting::in_group(&person, &group);
    let made = welcome::invite(&app, new.command(group.group.id, by, only_for)?).await?;
    let view = invitations::made_out(&app, made.invitation.clone()).await.map_err(Problem::internal)?;
    Ok((StatusCode::CREATED, Json(MadeOut::new(made, view))))
}

/// Takes an invitation back: one's own, or as a moderator anybody's. Who came by it stays.
#[utoipa::path(
    delete,
    path = "/groups/{name}/invitations/{invitation}",
    tag = "membership",
    params(InvitationAddress),
    security(("token" = ["write"])),
    responses((status = 204, description = "Lets nobody in, from now on."))
)]
pub(super) async fn revoke_invitation(
    State(app): State<App>,
    At(address): At<InvitationAddress>,
    Writer(person): Writer,
) -> Result<StatusCode, Problem> {
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?;
    let by = acting::in_group(&person, &group);
    welcome::revoke(&app, group.group.id, address.invitation, by).await?;
    Ok(StatusCode::NO_CONTENT)
}
