//! What was reported.

use guildhall_app::read::ReportView;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Person, rfc3339};

/// A report to the moderators of a group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Report {
    /// Its id.
    id: String,
    /// Who reports: a person, or the server of one (as Mastodon does it, which does not say who).
    reporter: Person,
    /// Whom it is about.
    #[schema(required = true)]
    person: Option<Person>,
    /// The id of the post or comment it is about.
    #[schema(required = true)]
    entry: Option<String>,
    /// `post` or `comment`, with `entry`.
    #[schema(required = true, pattern = "^(post|comment)$")]
    entry_kind: Option<&'static str>,
    /// What they say: plain text, and empty where they say nothing.
    text: String,
    /// The id of the case it belongs to.
    #[schema(required = true)]
    case: Option<String>,
    /// When it came in.
    #[schema(format = DateTime)]
    created_at: String,
    /// When whoever made it took it back.
    #[schema(required = true, format = DateTime)]
    withdrawn_at: Option<String>,
}

impl From<ReportView> for Report {
    fn from(view: ReportView) -> Self {
        Self {
            id: view.id.to_string(),
            reporter: view.reporter.into(),
            person: view.person.map(Person::from),
            entry: view.entry.map(|(id, _)| id.to_string()),
            entry_kind: view.entry.map(|(_, kind)| kind.as_str()),
            text: view.text,
            case: view.case.map(|case| case.to_string()),
            created_at: rfc3339(view.at),
            withdrawn_at: view.withdrawn_at.map(rfc3339),
        }
    }
}
