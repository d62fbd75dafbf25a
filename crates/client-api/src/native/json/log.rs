//! What everybody may know of what was decided.

use guildhall_app::read::{LogLine, Page, Whose};
use guildhall_domain::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Person, rfc3339};

/// A decision as it is in the public log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LogEntry {
    /// Its id.
    id: String,
    /// What was decided.
    #[schema(
        pattern = "^(remove|restore|ban|unban|lock|unlock|move|limit|unlimit|mark-sensitive|unmark-sensitive|feature|unfeature|appoint|dismiss|change-role|take-into-care|end-care|block-host|limit-host|mute-host|allow-host|clear-host|link-partner|unlink-partner)$"
    )]
    action: &'static str,
    /// Whose decision it is: those who run this `instance`, a `group` hosted here, a group `elsewhere`, or the `server` of
    /// the person, which suspended them.
    #[schema(pattern = "^(instance|group|elsewhere|server)$")]
    whose: &'static str,
    /// The name of the group, as in addresses.
    #[schema(required = true)]
    group: Option<String>,
    /// Who answers for it: the handle of the group, or the name of a server.
    decided_by: String,
    /// Whom it concerns: the author of a post or comment, or the person it is about; null where their account is gone.
    #[schema(required = true)]
    person: Option<Person>,
    /// The other server it is about.
    #[schema(required = true)]
    host: Option<String>,
    /// The id of the post or comment it is about.
    #[schema(required = true)]
    entry: Option<String>,
    /// `post` or `comment`, with `entry`.
    #[schema(required = true, pattern = "^(post|comment)$")]
    entry_kind: Option<&'static str>,
    /// The title of the post, as long as it is there.
    #[schema(required = true)]
    entry_title: Option<String>,
    /// Whether a rule decided, and nobody else.
    automatic: bool,
    /// The rule, by its fixed name; null for an automatic one of the group, whose name its moderators know.
    #[schema(required = true)]
    rule: Option<String>,
    /// What somebody became, as a role, or how posts of a partner are taken.
    #[schema(required = true)]
    detail: Option<String>,
    /// The number of the group's own rule it rests on, as it was then.
    #[schema(required = true)]
    rule_number: Option<i64>,
    /// The title of that rule, as it was then.
    #[schema(required = true)]
    rule_title: Option<String>,
    /// The reason given.
    #[schema(required = true)]
    reason: Option<String>,
    /// When it ends by itself.
    #[schema(required = true, format = DateTime)]
    until: Option<String>,
    /// Which moderator decided; null where a rule did, and where they sign as the group.
    #[schema(required = true)]
    by: Option<Person>,
    /// The id of the decision that this one takes back.
    #[schema(required = true)]
    undoes: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

/// Much of a log at once, newest first: 5,000 decisions at most.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LogFile {
    /// When it was made.
    #[schema(format = DateTime)]
    exported_at: String,
    /// The decisions.
    items: Vec<LogEntry>,
    /// Pass this as `?cursor=` to get what is older; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

impl LogEntry {
    /// As it is sent by the server of this name.
    pub(crate) fn new(line: LogLine, host: &str) -> Self {
        let (rule_number, rule_title) = line.written_rule.map(|rule| (rule.number, rule.title)).unzip();
        let (whose, group, decided_by) = match line.whose {
            Whose::Instance => ("instance", None, host.to_owned()),
            Whose::Group(group) => ("group", Some(group.name), group.handle),
            Whose::Elsewhere(group) => ("elsewhere", Some(group.name), group.handle),
            Whose::Server(server) => ("server", None, server),
        };
        Self {
            id: line.id.to_string(),
            action: line.action.as_str(),
            whose,
            group,
            decided_by,
            person: line.person.map(Person::from),
            host: line.host,
            entry: line.entry.as_ref().map(|entry| entry.id.to_string()),
            entry_kind: line.entry.as_ref().map(|entry| entry.kind.as_str()),
            entry_title: line.entry.and_then(|entry| entry.title),
            automatic: line.is_automatic,
            rule: line.rule,
            detail: line.detail,
            rule_number,
            rule_title,
            reason: line.reason,
            until: line.until.map(rfc3339),
            by: line.by.map(Person::from),
            undoes: line.undoes.map(|undone| undone.to_string()),
            at: rfc3339(line.at),
        }
    }
}

impl LogFile {
    /// A file made now, with where it goes on.
    pub(crate) fn new(page: Page<LogLine>, host: &str, next: Option<String>, now: Timestamp) -> Self {
        let items = page.items.into_iter().map(|line| LogEntry::new(line, host)).collect();
        Self { exported_at: rfc3339(now), items, next }
    }
}
