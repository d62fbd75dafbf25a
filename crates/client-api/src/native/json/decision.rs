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
        pattern = "^(admit|hold|refuse|remove|restore|move|lock|unlock|feature|unfeature|ban|unban|mute|unmute|probation|end-probation|warn|dismiss-report|limit|unlimit|mark-sensitive|unmark-sensitive|ask-change|hand-over|appoint|dismiss|change-role|grant-permission|withdraw-permission|take-into-care|end-care|block-host|limit-host|allow-host|mute-host|clear-host|link-partner|unlink-partner|admit-mirror|remove-mirror|change-rules|give-trust|ungive-trust)$"
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
    /// The number of the group's own rule it rests on, as it was then.
    #[schema(required = true)]
    rule_number: Option<i64>,
    /// The title of that rule, as it was then.
    #[schema(required = true)]
    rule_title: Option<String>,
    /// The reason given to the person it concerns.
    #[schema(required = true)]
    reason: Option<String>,
    /// What moderators noted; null for everybody else.
    #[schema(required = true)]
    note: Option<String>,
    /// When it ends by itself.
    #[schema(required = true, format = DateTime)]
    until: Option<String>,
    /// Who decided; null where a rule did, and for everybody but moderators where they sign as the group.
    #[schema(required = true)]
    by: Option<Person>,
    /// The id of the case it was made in; null for everybody but moderators.
    #[schema(required = true)]
    case: Option<String>,
    /// The id of the decision that this one takes back.
    #[schema(required = true)]
    undoes: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

impl From<DecisionView> for Decision {
    fn from(view: DecisionView) -> Self {
        let (rule_number, rule_title) = view.written_rule.map(|rule| (rule.number, rule.title)).unzip();
        Self {
            id: view.id.to_string(),
            action: view.action.as_str(),
            person: view.person.map(Person::from),
            host: view.host,
            entry: view.entry.map(|(id, _)| id.to_string()),
            entry_kind: view.entry.map(|(_, kind)| kind.as_str()),
            layer: view.layer.as_str(),
            rule: view.rule,
            rule_number,
            rule_title,
            reason: view.reason,
            note: view.note,
            until: view.until.map(rfc3339),
            by: view.by.map(Person::from),
            case: view.case.map(|case| case.to_string()),
            undoes: view.undoes.map(|undone| undone.to_string()),
            at: rfc3339(view.at),
        }
    }
}
