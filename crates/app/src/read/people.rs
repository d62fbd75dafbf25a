//! Persons, as shown.

use guildhall_domain::Timestamp;

use crate::read::PersonRef;

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
