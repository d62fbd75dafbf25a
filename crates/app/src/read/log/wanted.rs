//! What somebody looks for in a log: what they wrote, and what it means.

use guildhall_domain::{
    ActorId, GroupId, Handle,
    moderation::{DecisionAction, OPEN_ACTIONS},
};
use guildhall_store::log::{Filter, Rule};

use super::{BLOCK_LIST, LogError};
use crate::{
    App,
    read::{people, period},
};

/// What somebody wants to see of a log, as they wrote it. What is left empty is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogWanted {
    /// A word of [`OPEN_ACTIONS`].
    pub action: Option<String>,
    /// The fixed name of a rule, `block-list` for any, or the number of one that the group has written down.
    pub rule: Option<String>,
    /// `automatic` or `person`.
    pub decided: Option<String>,
    /// A day or a moment.
    pub from: Option<String>,
    /// A day, which counts too, or a moment.
    pub to: Option<String>,
    /// The handle of a person.
    pub person: Option<String>,
    /// `instance`, `groups` or `elsewhere`; of the log of the instance.
    pub whose: Option<String>,
    /// The name of a group; of the log of the instance.
    pub group: Option<String>,
}

/// What is wanted, understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFilter {
    pub(super) filter: Filter,
    pub(super) whose: Option<WhoseWanted>,
    pub(super) group: Option<GroupId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WhoseWanted {
    Instance,
    Groups,
    Elsewhere,
}

/// Understands what is wanted.
///
/// # Errors
/// [`LogError::Unreadable`] for the first field that does not say what it should, also where it names a person or group
/// that is not known here.
pub async fn understand(app: &App, wanted: &LogWanted) -> Result<LogFilter, LogError> {
    let from = read("from", wanted.from.as_ref(), period::beginning, || A_DAY.to_owned())?;
    let to = read("to", wanted.to.as_ref(), period::end, || A_DAY.to_owned())?;
    if from.zip(to).is_some_and(|(from, to)| from >= to) {
        return Err(unreadable("to", "the end of a period comes after its beginning"));
    }
    let filter = Filter {
        action: read("action", wanted.action.as_ref(), open_action, open_actions)?,
        rule: given(wanted.rule.as_ref()).map(rule),
        is_automatic: read("decided", wanted.decided.as_ref(), is_automatic, || {
            "automatic or person is wanted".to_owned()
        })?,
        from,
        to,
        person: person(app, wanted.person.as_ref()).await?,
    };
    let whose =
        read("whose", wanted.whose.as_ref(), whose, || "instance, groups or elsewhere is wanted".to_owned())?;
    Ok(LogFilter { filter, whose, group: group(app, wanted.group.as_ref()).await? })
}

const A_DAY: &str = "a day such as 2026-03-01 is wanted, or a moment of RFC 3339";

fn given(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn read<T>(
    field: &'static str,
    text: Option<&String>,
    read: impl Fn(&str) -> Option<T>,
    wanted: impl Fn() -> String,
) -> Result<Option<T>, LogError> {
    given(text).map(|text| read(text).ok_or_else(|| unreadable(field, wanted()))).transpose()
}

fn unreadable(field: &'static str, wanted: impl Into<String>) -> LogError {
    LogError::Unreadable { field, wanted: wanted.into() }
}

fn open_action(text: &str) -> Option<DecisionAction> {
    text.parse().ok().filter(|action| OPEN_ACTIONS.contains(action))
}

fn open_actions() -> String {
    let words: Vec<&str> = OPEN_ACTIONS.iter().map(|action| action.as_str()).collect();
    format!("one of {} is wanted", words.join(", "))
}

fn rule(text: &str) -> Rule {
    match text.parse::<i64>() {
        Ok(number) if number > 0 => Rule::Numbered(number),
        _ if text == BLOCK_LIST => Rule::BlockList,
        _ => Rule::Named(text.to_owned()),
    }
}

fn is_automatic(text: &str) -> Option<bool> {
    match text {
        "automatic" => Some(true),
        "person" => Some(false),
        _ => None,
    }
}

fn whose(text: &str) -> Option<WhoseWanted> {
    match text {
        "instance" => Some(WhoseWanted::Instance),
        "groups" => Some(WhoseWanted::Groups),
        "elsewhere" => Some(WhoseWanted::Elsewhere),
        _ => None,
    }
}

async fn person(app: &App, text: Option<&String>) -> Result<Option<ActorId>, LogError> {
    let Some(text) = given(text) else { return Ok(None) };
    let handle: Handle =
        text.parse().map_err(|_| unreadable("person", "a handle such as @alice@example.org is wanted"))?;
    let found = people::find(app, &handle).await?;
    found
        .map(|found| Some(found.person.id))
        .ok_or_else(|| unreadable("person", "nobody of this name is known here"))
}

async fn group(app: &App, text: Option<&String>) -> Result<Option<GroupId>, LogError> {
    let Some(text) = given(text) else { return Ok(None) };
    let handle: Handle = text.parse().map_err(|_| unreadable("group", "the name of a group is wanted"))?;
    let found = crate::group::find_id(app, &handle).await?;
    found.map(Some).ok_or_else(|| unreadable("group", "no group of this name is known here"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_known_by_its_name_or_its_number() {
        assert_eq!(rule("3"), Rule::Numbered(3));
        assert_eq!(rule("block-list"), Rule::BlockList);
        assert_eq!(rule("-1"), Rule::Named("-1".to_owned()));
        assert_eq!(rule("no-links"), Rule::Named("no-links".to_owned()));
    }
}
