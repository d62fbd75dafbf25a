//! Who voted, for those to whom a group tells it; and patterns in votes, for moderators.

use axum::{Json, extract::State};
use guildhall_app::{App, Viewer, case, read::voters};
use guildhall_domain::{EntryId, content::EntryKind};

use super::{
    extract::{
        At, Body, CaseAddress, Days, DaysParam, EntryAddress, Order, PageParams, Paging, PersonAddress,
        Reader, SignedIn, SignedInReader, Writer,
    },
    json::{NewLook, VotePattern, Voter},
    listing::{List, Listing},
    lookup,
    problem::Problem,
};

/// The votes on a post with their voters, as the group's `votes` allows.
#[utoipa::path(
    get,
    path = "/posts/{id}/votes",
    tag = "posts",
    params(EntryAddress, PageParams),
    security((), ("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of votes.",
        body = List<Voter>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_votes_on_post(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Reader(viewer): Reader,
    paging: Paging,
) -> Result<Listing<Voter>, Problem> {
    list(&app, &viewer, (address.id, EntryKind::Post), &paging).await
}

/// The votes on a comment with their voters, as the group's `votes` allows.
#[utoipa::path(
    get,
    path = "/comments/{id}/votes",
    tag = "comments",
    params(EntryAddress, PageParams),
    security((), ("token" = ["read"])),
    responses((
        status = 200,
        description = "A page of votes.",
        body = List<Voter>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn list_votes_on_comment(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Reader(viewer): Reader,
    paging: Paging,
) -> Result<Listing<Voter>, Problem> {
    list(&app, &viewer, (address.id, EntryKind::Comment), &paging).await
}

async fn list(
    app: &App,
    viewer: &Viewer,
    (id, kind): (EntryId, EntryKind),
    paging: &Paging,
) -> Result<Listing<Voter>, Problem> {
    let request = paging.request(Order::Votes)?;
    let entry = lookup::entry(app, viewer, id, kind).await?;
    let page = voters::of_entry(app, viewer, &entry, request).await?;
    let items = page.items.into_iter().map(Voter::from).collect();
    Ok(Listing::new(app, paging, Order::Votes, items, page.next))
}

/// The pattern in the votes on a post, without names; for moderators.
#[utoipa::path(
    get,
    path = "/posts/{id}/votes/pattern",
    tag = "posts",
    params(EntryAddress, DaysParam),
    security(("token" = ["read"])),
    responses((status = 200, description = "The pattern.", body = VotePattern))
)]
pub(super) async fn show_pattern_of_post(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    SignedInReader(person): SignedInReader,
    days: Days,
) -> Result<Json<VotePattern>, Problem> {
    pattern(&app, &person, (address.id, EntryKind::Post), days).await
}

/// The pattern in the votes on a comment, without names; for moderators.
#[utoipa::path(
    get,
    path = "/comments/{id}/votes/pattern",
    tag = "comments",
    params(EntryAddress, DaysParam),
    security(("token" = ["read"])),
    responses((status = 200, description = "The pattern.", body = VotePattern))
)]
pub(super) async fn show_pattern_of_comment(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    SignedInReader(person): SignedInReader,
    days: Days,
) -> Result<Json<VotePattern>, Problem> {
    pattern(&app, &person, (address.id, EntryKind::Comment), days).await
}

async fn pattern(
    app: &App,
    person: &SignedIn,
    (id, kind): (EntryId, EntryKind),
    Days(days): Days,
) -> Result<Json<VotePattern>, Problem> {
    let entry = lookup::entry(app, &person.viewer, id, kind).await?;
    let group = lookup::group_by_id(app, entry.group.id).await?;
    if !group.is_local {
        return Err(lookup::elsewhere(&group));
    }
    Ok(Json(voters::pattern_of_entry(app, &person.viewer, &entry, days).await?.into()))
}

/// The pattern in the votes on all that somebody wrote in a group, without names; for its moderators.
#[utoipa::path(
    get,
    path = "/groups/{name}/people/{handle}/votes/pattern",
    tag = "cases",
    params(PersonAddress, DaysParam),
    security(("token" = ["read"])),
    responses((status = 200, description = "The pattern.", body = VotePattern))
)]
pub(super) async fn show_pattern_of_person(
    State(app): State<App>,
    At(address): At<PersonAddress>,
    SignedInReader(person): SignedInReader,
    Days(days): Days,
) -> Result<Json<VotePattern>, Problem> {
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?.group.id;
    let author = lookup::person(&app, &address.handle).await?.person.id;
    Ok(Json(voters::pattern_of_author(&app, &person.viewer, group, author, days).await?.into()))
}

/// Looks at who voted on a post or comment that an open case is about, or on one of its person's; for moderators of the
/// group. Each look is noted in the history of the case.
#[utoipa::path(
    post,
    path = "/cases/{case}/voters",
    tag = "cases",
    params(CaseAddress, PageParams),
    security(("token" = ["write"])),
    request_body = NewLook,
    responses((
        status = 200,
        description = "A page of votes.",
        body = List<Voter>,
        headers(("Link" = String, description = "The next page, `rel=\"next\"`."))
    ))
)]
pub(super) async fn look_at_voters(
    State(app): State<App>,
    At(address): At<CaseAddress>,
    Writer(person): Writer,
    paging: Paging,
    Body(look): Body<NewLook>,
) -> Result<Listing<Voter>, Problem> {
    let request = paging.request(Order::Votes)?;
    let page = case::look_at_voters(&app, &person.viewer, address.case, look.entry()?, request).await?;
    let items = page.items.into_iter().map(Voter::from).collect();
    Ok(Listing::new(&app, &paging, Order::Votes, items, page.next))
}
