//! Automatic rules one by one.

use axum::{Json, extract::State, http::StatusCode};
use guildhall_app::{
    App,
    rulebook::{self, SetRule},
};
use guildhall_domain::{GroupId, Handle};

use super::{
    extract::{At, Body, InstanceRuleAddress, RuleAddress, SignedIn, SignedInReader, Writer},
    json::{AutomaticRule, NewAutomaticRule},
    lookup,
    problem::Problem,
};

/// One automatic rule of a group; for moderators.
#[utoipa::path(
    get,
    path = "/groups/{name}/automatic-rules/{rule}",
    tag = "rules",
    params(RuleAddress),
    security(("token" = ["read"])),
    responses((status = 200, description = "The rule.", body = AutomaticRule))
)]
pub(super) async fn show_rule(
    State(app): State<App>,
    At(address): At<RuleAddress>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<AutomaticRule>, Problem> {
    let group = group(&app, &person, &address.name).await?;
    let current = rulebook::current(&app, &person.viewer, group).await?;
    Ok(Json(AutomaticRule::find(&current, &address.rule)?))
}

/// Writes or changes one automatic rule of a group, and leaves the others as they are; for moderators.
///
/// A new one comes last.
#[utoipa::path(
    put,
    path = "/groups/{name}/automatic-rules/{rule}",
    tag = "rules",
    params(RuleAddress),
    security(("token" = ["write"])),
    request_body = NewAutomaticRule,
    responses((status = 200, description = "It holds from now on.", body = AutomaticRule))
)]
pub(super) async fn set_rule(
    State(app): State<App>,
    At(address): At<RuleAddress>,
    Writer(person): Writer,
    Body(body): Body<NewAutomaticRule>,
) -> Result<Json<AutomaticRule>, Problem> {
    let group = group(&app, &person, &address.name).await?;
    set(&app, &person, group, address.rule, body).await
}

/// Takes one automatic rule of a group out; for moderators. Its figures stay.
#[utoipa::path(
    delete,
    path = "/groups/{name}/automatic-rules/{rule}",
    tag = "rules",
    params(RuleAddress),
    security(("token" = ["write"])),
    responses((status = 204, description = "It is gone."))
)]
pub(super) async fn delete_rule(
    State(app): State<App>,
    At(address): At<RuleAddress>,
    Writer(person): Writer,
) -> Result<StatusCode, Problem> {
    let group = group(&app, &person, &address.name).await?;
    delete(&app, &person, group, address.rule).await
}

/// One automatic rule of the instance; for its admins.
#[utoipa::path(
    get,
    path = "/instance/automatic-rules/{rule}",
    tag = "instance",
    params(InstanceRuleAddress),
    security(("token" = ["read"])),
    responses((status = 200, description = "The rule.", body = AutomaticRule))
)]
pub(super) async fn show_instance_rule(
    State(app): State<App>,
    At(address): At<InstanceRuleAddress>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<AutomaticRule>, Problem> {
    let current = rulebook::current(&app, &person.viewer, None).await?;
    Ok(Json(AutomaticRule::find(&current, &address.rule)?))
}

/// Writes or changes one automatic rule of the instance; for its admins.
#[utoipa::path(
    put,
    path = "/instance/automatic-rules/{rule}",
    tag = "instance",
    params(InstanceRuleAddress),
    security(("token" = ["write"])),
    request_body = NewAutomaticRule,
    responses((status = 200, description = "It holds from now on.", body = AutomaticRule))
)]
pub(super) async fn set_instance_rule(
    State(app): State<App>,
    At(address): At<InstanceRuleAddress>,
    Writer(person): Writer,
    Body(body): Body<NewAutomaticRule>,
) -> Result<Json<AutomaticRule>, Problem> {
    set(&app, &person, None, address.rule, body).await
}

/// Takes one automatic rule of the instance out; for its admins.
#[utoipa::path(
    delete,
    path = "/instance/automatic-rules/{rule}",
    tag = "instance",
    params(InstanceRuleAddress),
    security(("token" = ["write"])),
    responses((status = 204, description = "It is gone."))
)]
pub(super) async fn delete_instance_rule(
    State(app): State<App>,
    At(address): At<InstanceRuleAddress>,
    Writer(person): Writer,
) -> Result<StatusCode, Problem> {
    delete(&app, &person, None, address.rule).await
}

async fn group(app: &App, person: &SignedIn, name: &Handle) -> Result<Option<GroupId>, Problem> {
    Ok(Some(lookup::group_here(app, &person.viewer, name).await?.group.id))
}

async fn set(
    app: &App,
    person: &SignedIn,
    group: Option<GroupId>,
    name: String,
    body: NewAutomaticRule,
) -> Result<Json<AutomaticRule>, Problem> {
    let command = SetRule { group, before: body.revision, name: name.clone(), rule: Some(body.rule()) };
    let current = rulebook::set_rule(app, &person.viewer, command).await?;
    Ok(Json(AutomaticRule::find(&current, &name)?))
}

async fn delete(
    app: &App,
    person: &SignedIn,
    group: Option<GroupId>,
    name: String,
) -> Result<StatusCode, Problem> {
    let command = SetRule { group, before: None, name, rule: None };
    rulebook::set_rule(app, &person.viewer, command).await?;
    Ok(StatusCode::NO_CONTENT)
}
