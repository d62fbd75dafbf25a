//! What moderators note on people.

use axum::{Json, extract::State, http::StatusCode};
use guildhall_app::{App, group, read::cases};
use guildhall_domain::staff::Permission;

use super::{
    acting,
    extract::{At, Body, PersonAddress, SignedInReader, Writer},
    json::{NewNote, PersonNotes},
    lookup,
    problem::Problem,
};

/// What the moderators of a group know of a person: notes and strikes; for them alone.
#[utoipa::path(
    get,
    path = "/groups/{name}/people/{handle}/notes",
    tag = "cases",
    params(PersonAddress),
    security(("token" = ["read"])),
    responses((status = 200, description = "What is known.", body = PersonNotes))
)]
pub(super) async fn show_person_notes(
    State(app): State<App>,
    At(address): At<PersonAddress>,
    SignedInReader(person): SignedInReader,
) -> Result<Json<PersonNotes>, Problem> {
    let group = lookup::group_here(&app, &person.viewer, &address.name).await?.group.id;
    acting::demand(&app, &person, group, Permission::Cases).await?;
    let whom = lookup::person(&app, &address.handle).await?.person;
    Ok(Json(cases::person_file(&app, &person.viewer, group, whom).await?.into()))
}

/// Notes something on a person, for the moderators of the group alone.
#[utoipa::path(
    post,
    path = "/groups/{name}/people/{handle}/notes",
    tag = "cases",
    params(PersonAddress),
    security(("token" = ["write"])),
    request_body = NewNote,
    responses((status = 204, description = "Noted."))
)]
pub(super) async fn note_on_person(
    State(app): State<App>,
    At(address): At<PersonAddress>,
    Writer(person): Writer,
    Body(note): Body<NewNote>,
) -> Result<StatusCode, Problem> {
    let here = lookup::group_here(&app, &person.viewer, &address.name).await?;
    let by = acting::in_group(&person, &here);
    acting::demand(&app, &person, here.group.id, Permission::Cases).await?;
    let whom = lookup::person(&app, &address.handle).await?.person.id;
    group::note_on_person(&app, here.group.id, by, whom, &note.text()?).await?;
    Ok(StatusCode::NO_CONTENT)
}
