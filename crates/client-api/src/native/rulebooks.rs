//! Automatic rules, gates and thresholds as a whole: shown, replaced, counted and tried.

use axum::{Json, extract::State};
use guildhall_app::{
    App,
    rulebook::{self, Proposal, Replace},
};
use guildhall_domain::GroupId;

use super::{
    extract::{At, Body, Days, DaysParam, GroupAddress, OptionalBody, SignedIn, SignedInReader, Writer},
    json::{Figures, NewRulebook, NewTrial, Rulebook, Trial},
    lookup,
    problem::Problem,
};

/// The automatic rules of a group, its gates, and what trust is earned by there; for moderators.
#[utoipa::path(
    get,
    path = "/groups/{name}/rulebook",
    tag = "rules",
    params(GroupAddress),
    security(("token" = ["read"])),
    responses((status = 200, description = "The rulebook that holds now.", body = Rulebook))
)]
pub(super) async fn show_rulebook(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<Rulebook>, Problem> {
    let group = group(&app, &person, &address).await?;
    show(&app, &person, group).await
}

/// Replaces a group's rulebook, by one from elsewhere, too; for moderators.
///
/// The revision that was read comes with it, so that nobody overwrites what somebody else has just written: then the answer
/// is 409. What is wrong is named with its place, `rules[2].when.all[0].pattern`, and nothing is changed.
#[utoipa::path(
    put,
    path = "/groups/{name}/rulebook",
    tag = "rules",
    params(GroupAddress),
    security(("token" = ["write"])),
    request_body = NewRulebook,
    responses((status = 200, description = "It holds from now on.", body = Rulebook))
)]
pub(super) async fn replace_rulebook(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    Writer(person): Writer,
    Body(body): Body<NewRulebook>,
) -> Result<Json<Rulebook>, Problem> {
    let group = group(&app, &person, &address).await?;
    replace(&app, &person, group, body).await
}

/// How often a group's automatic rules fitted, day by day, those that only observe as well; for moderators.
#[utoipa::path(
    get,
    path = "/groups/{name}/rulebook/figures",
    tag = "rules",
    params(GroupAddress, DaysParam),
    security(("token" = ["read"])),
    responses((status = 200, description = "Each rule with its days.", body = Figures))
)]
pub(super) async fn show_figures(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    SignedInReader(person): SignedInReader,
    Days(days): Days,
) -> Result<Json<Figures>, Problem> {
    let group = group(&app, &person, &address).await?;
    Ok(Json(rulebook::figures(&app, &person.viewer, group, days).await?.into()))
}

/// Tries rules on what came to a group in the last days, and changes nothing; for moderators.
///
/// Tells for each rule what it would have caught, what of that moderators removed or refused themselves, what of that was
/// left alone, and what it would have missed.
#[utoipa::path(
    post,
    path = "/groups/{name}/rulebook/dry-run",
    tag = "rules",
    params(GroupAddress),
    security(("token" = ["read"])),
    request_body = Option<NewTrial>,
    responses((status = 200, description = "What they would have done.", body = Trial))
)]
pub(super) async fn try_rules(
    State(app): State<App>,
    At(address): At<GroupAddress>,
    SignedInReader(person): SignedInReader,
    OptionalBody(body): OptionalBody<NewTrial>,
) -> Result<Json<Trial>, Problem> {
    let group = group(&app, &person, &address).await?;
    dry_run(&app, &person, group, body).await
}

/// The automatic rules of the whole instance; for its admins.
#[utoipa::path(
    get,
    path = "/instance/rulebook",
    tag = "instance",
    security(("token" = ["read"])),
    responses((status = 200, description = "The rulebook that holds now.", body = Rulebook))
)]
pub(super) async fn show_instance_rulebook(
    State(app): State<App>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<Rulebook>, Problem> {
    show(&app, &person, None).await
}

/// Replaces the rulebook of the whole instance; for its admins. As with that of a group.
#[utoipa::path(
    put,
    path = "/instance/rulebook",
    tag = "instance",
    security(("token" = ["write"])),
    request_body = NewRulebook,
    responses((status = 200, description = "It holds from now on.", body = Rulebook))
)]
pub(super) async fn replace_instance_rulebook(
    State(app): State<App>,
    Writer(person): Writer,
    Body(body): Body<NewRulebook>,
) -> Result<Json<Rulebook>, Problem> {
    replace(&app, &person, None, body).await
}

/// How often the instance's automatic rules fitted, day by day; for its admins.
#[utoipa::path(
    get,
    path = "/instance/rulebook/figures",
    tag = "instance",
    params(DaysParam),
    security(("token" = ["read"])),
    responses((status = 200, description = "Each rule with its days.", body = Figures))
)]
pub(super) async fn show_instance_figures(
    State(app): State<App>,
    SignedInReader(person): SignedInReader,
    Days(days): Days,
) -> Result<Json<Figures>, Problem> {
    Ok(Json(rulebook::figures(&app, &person.viewer, None, days).await?.into()))
}

/// Tries rules of the instance on what came to all groups here in the last days, and changes nothing; for its admins.
#[utoipa::path(
    post,
    path = "/instance/rulebook/dry-run",
    tag = "instance",
    security(("token" = ["read"])),
    request_body = Option<NewTrial>,
    responses((status = 200, description = "What they would have done.", body = Trial))
)]
pub(super) async fn try_instance_rules(
    State(app): State<App>,
    SignedInReader(person): SignedInReader,
    OptionalBody(body): OptionalBody<NewTrial>,
) -> Result<Json<Trial>, Problem> {
    dry_run(&app, &person, None, body).await
}

async fn group(app: &App, person: &SignedIn, address: &GroupAddress) -> Result<Option<GroupId>, Problem> {
    Ok(Some(lookup::group_here(app, &person.viewer, &address.name).await?.group.id))
}

async fn show(app: &App, person: &SignedIn, group: Option<GroupId>) -> Result<Json<Rulebook>, Problem> {
    Ok(Json(rulebook::current(app, &person.viewer, group).await?.into()))
}

async fn replace(
    app: &App,
    person: &SignedIn,
    group: Option<GroupId>,
    body: NewRulebook,
) -> Result<Json<Rulebook>, Problem> {
    let (before, body) = body.read();
    let command = Replace { group, before, body };
    Ok(Json(rulebook::replace(app, &person.viewer, command).await?.into()))
}

async fn dry_run(
    app: &App,
    person: &SignedIn,
    group: Option<GroupId>,
    body: NewTrial,
) -> Result<Json<Trial>, Problem> {
    let (what, days, examples) = body.read()?;
    let what = match what {
        Some(what) => what,
        None => Proposal::Book(rulebook::write(&rulebook::current(app, &person.viewer, group).await?.book)),
    };
    let trial = rulebook::Trial { group, what, days, examples };
    Ok(Json(rulebook::dry_run(app, &person.viewer, trial).await?.into()))
}
