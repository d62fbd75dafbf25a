//! Servers that hold copies.

use guildhall_app::read::CopiesView;
use serde::Serialize;
use utoipa::ToSchema;

use super::rfc3339;

/// A server that holds copies of what is said in a group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CopiesOnServer {
    /// Its name.
    host: String,
    /// Whether it is this one.
    is_here: bool,
    /// Its members in the group.
    member_count: i64,
    /// Since when it is sent what is said.
    #[schema(format = DateTime)]
    since: String,
    /// Since when it is sent nothing more; what it had, it may still have. Null: it is sent everything.
    #[schema(required = true, format = DateTime)]
    until: Option<String>,
    /// Whether it is blocked.
    is_blocked: bool,
}

impl From<CopiesView> for CopiesOnServer {
    fn from(view: CopiesView) -> Self {
        Self {
            host: view.host,
            is_here: view.is_here,
            member_count: view.members,
            since: rfc3339(view.since),
            until: view.until.map(rfc3339),
            is_blocked: view.is_blocked,
        }
    }
}
