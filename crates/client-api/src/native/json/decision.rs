//! What was decided.

use guildhall_app::read::DecisionView;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Person, rfc3339};

/// A decision. It is never changed; a later one may take it back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Decision {
    /// Its id.
    id: String,
    /// What was decided.
    #[schema(
        pattern = "^(admit|hold|refuse|remove|restore|move|lock|unlock|feature|unfeature|ban|unban|appoint|dismiss|block-host|limit-host|allow-host|mute-host|clear-host|change-rules|give-trust|ungive-trust)$"
    )]
    action: &'static str,
    /// Whom it concerns: the author of a post or comment, or the person it is about.
    #[schema(required = true)]
    person: Option<Person>,
    /// The other server it is about: a host with or without a port.
    #[schema(required = true)]
    host: Option<String>,
    /// The id of the post or comment it is about.
    #[schema(required = true)]
    entry: Option<String>,
    /// `post` or `comment`, with `entry`.
    #[schema(required = true, pattern = "^(post|comment)$")]
    entry_kind: Option<&'static str>,
    /// What decided: a rule of this layer, or a `moderator`.
    #[schema(
        pattern = "^(instance-peering|group-peering|standing|audience|role|trust|thread|review|rule|default|moderator)$"
    )]
    layer: &'static str,
    /// The rule, by its fixed name: `first-post`, `members-only` …
    #[schema(required = true)]
    rule: Option<String>,
    /// The reason given to the person it concerns.
    #[schema(required = true)]
    reason: Option<String>,
    /// When it ends by itself.
    #[schema(required = true, format = DateTime)]
    until: Option<String>,
    /// Who decided; null where a rule did, and for everybody but moderators.
    #[schema(required = true)]
    by: Option<Person>,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

impl From<DecisionView> for Decision {
    fn from(view: DecisionView) -> Self {
        Self {
            id: view.id.to_string(),
            action: view.action.as_str(),
            person: view.person.map(Person::from),
            host: view.host,
            entry: view.entry.map(|(id, _)| id.to_string()),
            entry_kind: view.entry.map(|(_, kind)| kind.as_str()),
            layer: view.layer.as_str(),
            rule: view.rule,
            reason: view.reason,
            until: view.until.map(rfc3339),
            by: view.by.map(Person::from),
            at: rfc3339(view.at),
        }
    }
}
