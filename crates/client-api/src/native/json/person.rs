//! People, wherever they are named.

use guildhall_app::read::PersonRef;
use serde::Serialize;
use utoipa::ToSchema;

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Person {
    /// `@name@host`, always with the host.
    handle: String,
    /// The global id.
    ap_id: String,
    /// The name they chose to be shown by, or the one in their handle.
    display_name: String,
    /// Their page, at home.
    url: String,
    /// Their picture.
    #[schema(required = true)]
    icon_url: Option<String>,
}

impl From<&PersonRef> for Person {
    fn from(person: &PersonRef) -> Self {
        Self {
            handle: person.handle.clone(),
            ap_id: person.ap_id.to_string(),
            display_name: person.display_name.clone(),
            url: person.url.clone(),
            icon_url: person.icon_url.clone(),
        }
    }
}

impl From<PersonRef> for Person {
    fn from(person: PersonRef) -> Self {
        Self::from(&person)
    }
}
