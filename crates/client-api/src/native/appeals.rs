//! Objecting to a decision, and deciding about that.

use axum::{Json, extract::State};
use guildhall_app::{
    App,
    appeal::{self, MakeAppeal},
    read::{appeals as read, notices},
};
use guildhall_domain::event::Cause;

use super::{
    extract::{
        AppealAddress, At, Body, GroupAddress, NoticeAddress, Order, PageParams, Paging, SignedInReader,
        Writer,
    },
    json::{Appeal, AppealDecision, NewAppeal, Notice},
    listing::{List, Listing},
    lookup,
    problem::Problem,
};

/// Appeals against the decision that a notice is about, once; what is said again while it is open is added.
#[utoipa::path(
    post,
    path = "/notices/{id}/appeal",
    tag = "notices",
    params(NoticeAddress),
    security(("token" = ["write"])),
    request_body = NewAppeal,
    responses((status = 200, description = "The notice, with the appeal.", body = Notice))
)]
pub(super) async fn make_appeal(
    State(app): State<App>,
    At(address): At<NoticeAddress>,
    Writer(person): Writer,
    Body(new): Body<NewAppeal>,
) -> Result<Json<Notice>, Problem> {
    let decision = notices::decision_of(&app, &person.viewer, address.id).await?;
    let command = MakeAppeal { decision, actor: person.actor, text: new.text, cause: Cause::Local };
    appeal::make(&app, command).await?;
    Ok(Json(notices::find(&app, &person.viewer, address.id).await?.into()))
}

/// The open appeals of a group, longest waiting first; for its moderators.
#[utoipa::path(
    get,
    path = "/groups/{name}/appeals",
    tag = "moderation",
    params(GroupAddress, PageParams),
    security(("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of appeals.",
        body = List<Appeal>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_appeals(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    SignedInReader(person): SignedInReader,
    paging: Paging,
) -> Result<Listing<Appeal>, Problem> {
    let request = paging.request(Order::Appeals)?;
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?.group.id;
    let page = read::of_group(&app, &person.viewer, group, request).await?;
    let items = page.items.into_iter().map(Appeal::from).collect();
    Ok(Listing::new(&app, &paging, Order::Appeals, items, page.next))
}

/// The open appeals against decisions for the whole instance, longest waiting first; for its admins.
#[utoipa::path(
    get,
    path = "/instance/appeals",
    tag = "moderation",
    params(PageParams),
    security(("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of appeals.",
        body = List<Appeal>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_instance_appeals(
    State(app): State<App>,
    SignedInReader(person): SignedInReader,
    paging: Paging,
) -> Result<Listing<Appeal>, Problem> {
    let request = paging.request(Order::Appeals)?;
    let page = read::of_instance(&app, &person.viewer, request).await?;
    let items = page.items.into_iter().map(Appeal::from).collect();
    Ok(Listing::new(&app, &paging, Order::Appeals, items, page.next))
}

/// Decides an appeal; for another moderator than who decided, or an admin, where there is one.
///
/// `reversed` takes the decision back: a ban is lifted, what was removed or refused is there again. The person is told.
#[utoipa::path(
    post,
    path = "/appeals/{id}/decide",
    tag = "moderation",
    params(AppealAddress),
    security(("token" = ["write"])),
    request_body = AppealDecision,
    responses((status = 200, description = "The appeal.", body = Appeal))
)]
pub(super) async fn decide_appeal(
    State(app): State<App>,
    At(address): At<AppealAddress>,
    Writer(person): Writer,
    Body(body): Body<AppealDecision>,
) -> Result<Json<Appeal>, Problem> {
    let decided = appeal::decide(&app, &person.viewer, body.command(address.id)?).await?;
    Ok(Json(read::view(&app, decided).await.map_err(Problem::internal)?.into()))
}
