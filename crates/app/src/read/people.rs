//! Persons, as shown.

use guildhall_domain::{Handle, Timestamp, actor::ActorKind};
use guildhall_store::{StoreError, actor};

use crate::{
    App,
    read::{PersonRef, names},
};

/// A person with all that their page shows.
#[derive(Debug, Clone)]
pub struct PersonView {
    /// Names and ids.
    pub person: PersonRef,
    /// Whether the account is here.
    pub is_local: bool,
    /// Sanitised HTML.
    pub summary_html: Option<String>,
    /// When we first saw them, or they signed up.
    pub created_at: Timestamp,
}

/// The person with a handle, from here or known from elsewhere. Groups and applications are no persons.
pub async fn find(app: &App, handle: &Handle) -> Result<Option<PersonView>, StoreError> {
    let found = match handle.host.as_deref() {
        Some(host) if host != app.site.host => actor::list_by_handle(&app.store, &handle.name, host).await?,
        _ => actor::find_local_by_name(&app.store, &handle.name).await?.into_iter().collect(),
    };
    let person = found.into_iter().find(|actor| {
        actor.deleted_at.is_none() && !matches!(actor.kind, ActorKind::Group | ActorKind::Application)
    });
    Ok(person.map(|actor| PersonView {
        person: names::person_ref(app, &actor),
        is_local: actor.is_local,
        summary_html: actor.summary_html,
        created_at: actor.created_at,
    }))
}
