//! The handlers: ask the read models as somebody unknown, build a view, render it.

pub(crate) mod feeds;
pub(crate) mod group;
pub(crate) mod home;
pub(crate) mod join;
pub(crate) mod log;
pub(crate) mod person;
pub(crate) mod robots;
pub(crate) mod slash;
pub(crate) mod thread;
pub(crate) mod transparency;

use axum::response::{IntoResponse, Redirect, Response};
use guildhall_app::{
    App,
    read::{self, GroupView, PersonView},
};
use guildhall_domain::Handle;

use crate::{error::PageError, paths};

/// What a name in a path led to.
enum Found<T> {
    /// This.
    Here(T),
    /// The same, under another spelling: go to `/groups/{name}` or `/users/{name}` with this name.
    Under(String),
}

/// Finds a group by `name`, `name@host`, or any other spelling of its handle.
async fn find_group(app: &App, name: &str) -> Result<Found<GroupView>, PageError> {
    let handle: Handle = name.parse().map_err(|_| PageError::NotFound)?;
    let view =
        read::groups::find(app, &handle).await.map_err(PageError::store)?.ok_or(PageError::NotFound)?;
    Ok(if view.group.name == name { Found::Here(view) } else { Found::Under(view.group.name) })
}

/// Finds a person by `name`, `name@host`, or any other spelling of the handle.
async fn find_person(app: &App, name: &str) -> Result<Found<PersonView>, PageError> {
    let handle: Handle = name.parse().map_err(|_| PageError::NotFound)?;
    let view =
        read::people::find(app, &handle).await.map_err(PageError::store)?.ok_or(PageError::NotFound)?;
    Ok(if view.person.name == name { Found::Here(view) } else { Found::Under(view.person.name) })
}

/// Sends the reader to the one address of a page. Not for ever: a name may be free again one day.
fn see(path: &str) -> Response {
    Redirect::temporary(path).into_response()
}

fn see_group(name: &str) -> Response {
    see(&paths::group(name))
}

fn see_person(name: &str) -> Response {
    see(&paths::person(name))
}
