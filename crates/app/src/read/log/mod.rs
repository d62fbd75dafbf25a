//! The public log: what was decided in a group, or on the whole instance, as everybody may know it who reads there. Names
//! as the group chose; never notes of moderators, who reported, or what was never published.
//!
//! Moderators and admins read more in [`super::decisions`].

mod wanted;

pub use wanted::{LogFilter, LogWanted, understand};

use std::collections::HashMap;

use guildhall_domain::{
    ActorId, DecisionId, EntryId, GroupId, Timestamp,
    admission::{Layer, Role},
    content::EntryKind,
    group::Visibility,
    moderation::{Decision, DecisionAction, Target, WrittenRule, open_rule},
    visibility::{Reader, decide_listing, decide_reading},
};
use guildhall_store::{
    StoreError,
    actor::{self, Actor},
    group,
    log::{self, Logged, LoggedEntry, Many, Scope},
    membership,
};

use self::wanted::WhoseWanted;
use crate::{
    App, Viewer,
    read::{
        Cursor, GroupRef, Page, PageRequest, PersonRef, names,
        place::{Places, standing_of},
    },
};

/// The most lines of a file.
pub const MAX_EXPORT: usize = 5_000;
/// What the record calls the rule of a block list, before its address.
const BLOCK_LIST: &str = "block-list";

/// Who decided.
#[derive(Debug, Clone)]
pub enum Whose {
    /// Those who run this server.
    Instance,
    /// A group hosted here.
    Group(GroupRef),
    /// A group elsewhere: it is only told here.
    Elsewhere(GroupRef),
    /// The server of whom it is about, by its name: it suspended one of its own.
    Server(String),
}

/// A post or comment in the log.
#[derive(Debug, Clone)]
pub struct LogEntry {
    /// Our key.
    pub id: EntryId,
    /// Post or comment.
    pub kind: EntryKind,
    /// The thread it is in.
    pub thread: EntryId,
    /// Whether it is there, and the viewer reads where it is.
    pub is_shown: bool,
    /// A post's title, as long as it is there and the viewer reads where it is.
    pub title: Option<String>,
}

/// A decision, as everybody may know it.
#[derive(Debug, Clone)]
pub struct LogLine {
    /// Our key.
    pub id: DecisionId,
    /// What was decided.
    pub action: DecisionAction,
    /// By which group, or for which.
    pub whose: Whose,
    /// The post or comment it is about.
    pub entry: Option<LogEntry>,
    /// Whom it concerns; nobody where their account is gone.
    pub person: Option<PersonRef>,
    /// The host it is about.
    pub host: Option<String>,
    /// Whether a rule decided, and nobody else.
    pub is_automatic: bool,
    /// The layer that decided.
    pub layer: Layer,
    /// The rule, by its fixed name, where everybody may know it; of a block list, with its server alone.
    pub rule: Option<String>,
    /// What somebody became, as a role, or how posts of a partner are taken.
    pub detail: Option<String>,
    /// The rule that the group has written down.
    pub written_rule: Option<WrittenRule>,
    /// The reason given; about a host its public comment.
    pub reason: Option<String>,
    /// When it ends by itself.
    pub until: Option<Timestamp>,
    /// Who decided, where the group signs by name.
    pub by: Option<PersonRef>,
    /// The decision that this one takes back.
    pub undoes: Option<DecisionId>,
    /// When.
    pub at: Timestamp,
}

/// Why a log is not shown.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The viewer may not read in the group.
    #[error("only those who may read in this group see what is decided in it")]
    NotReader,
    /// A field that does not say what it should.
    #[error("{wanted}")]
    Unreadable {
        /// Its name, as in [`LogWanted`].
        field: &'static str,
        /// What is wanted there.
        wanted: String,
    },
    /// Reading failed.
    #[error("reading the log failed")]
    Store(#[from] StoreError),
}

/// The log of a group, newest first.
///
/// # Errors
/// [`LogError::NotReader`].
pub async fn of_group(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    filter: &LogFilter,
    request: PageRequest,
) -> Result<Page<LogLine>, LogError> {
    let scope = scope_of_group(app, viewer, group).await?;
    Ok(page(app, viewer, &scope, filter, request).await?)
}

/// The log of the instance, newest first: what was decided for all of it, in the groups hosted here, and in those elsewhere
/// that somebody here is a member of. Groups that the viewer may not read in, or that are on no list of theirs, are left out;
/// one that is asked for by its name need be on no list.
///
/// # Errors
/// [`LogError::NotReader`] where a group is asked for in which the viewer may not read.
pub async fn of_instance(
    app: &App,
    viewer: &Viewer,
    filter: &LogFilter,
    request: PageRequest,
) -> Result<Page<LogLine>, LogError> {
    let scope = scope_of_instance(app, viewer, filter).await?;
    Ok(page(app, viewer, &scope, filter, request).await?)
}

/// Much of a log at once, newest first: at most [`MAX_EXPORT`] lines. `group`: of one alone.
///
/// # Errors
/// [`LogError::NotReader`].
pub async fn export(
    app: &App,
    viewer: &Viewer,
    group: Option<GroupId>,
    filter: &LogFilter,
    after: Option<Cursor>,
) -> Result<Page<LogLine>, LogError> {
    let scope = match group {
        Some(group) => scope_of_group(app, viewer, group).await?,
        None => scope_of_instance(app, viewer, filter).await?,
    };
    let mut found = lines(app, viewer, &scope, filter, after, MAX_EXPORT + 1).await?;
    let has_more = found.len() > MAX_EXPORT;
    found.truncate(MAX_EXPORT);
    let next = found.last().filter(|_| has_more).map(by_id);
    Ok(Page { items: found, next })
}

async fn scope_of_group(app: &App, viewer: &Viewer, group: GroupId) -> Result<Scope, LogError> {
    let (visibility, reader) = Places::default().of(app, viewer, group).await?;
    if decide_reading(visibility, reader) { Ok(Scope::Group(group)) } else { Err(LogError::NotReader) }
}

async fn scope_of_instance(app: &App, viewer: &Viewer, filter: &LogFilter) -> Result<Scope, LogError> {
    if let Some(group) = filter.group {
        return scope_of_group(app, viewer, group).await;
    }
    let is_wanted = |whose| filter.whose.is_none_or(|wanted| wanted == whose);
    let (visibilities, groups) = readable(app, viewer).await?;
    Ok(Scope::Many(Many {
        instance: is_wanted(WhoseWanted::Instance),
        here: is_wanted(WhoseWanted::Groups),
        elsewhere: is_wanted(WhoseWanted::Elsewhere),
        visibilities,
        groups,
    }))
}

/// Which groups a viewer may read in, and has on a list: by who reads there, and those they are in.
pub(crate) async fn readable(
    app: &App,
    viewer: &Viewer,
) -> Result<(Vec<Visibility>, Vec<GroupId>), StoreError> {
    let is_shown =
        |visibility, reader| decide_reading(visibility, reader) && decide_listing(visibility, reader);
    let role = if viewer.is_admin { Role::Moderator } else { Role::Outsider };
    let anybody = Reader { role, is_local: viewer.account.is_some(), ..Reader::ANYBODY };
    let visibilities: Vec<Visibility> =
        Visibility::ALL.iter().copied().filter(|visibility| is_shown(*visibility, anybody)).collect();
    let Some(actor) = viewer.actor else { return Ok((visibilities, Vec::new())) };
    let mut own = log::list_moderated_by(&app.store, actor).await?;
    own.extend(membership::list_of_actor(&app.store, actor).await?.into_iter().map(|one| one.group_id));
    own.sort_unstable();
    own.dedup();
    let mut groups = Vec::new();
    for group in own {
        // Whether it is listed may rest on being a member where reading does not.
        let visibility = group::find_visibility(&app.store, group).await?.unwrap_or(Visibility::Members);
        let is_covered = visibilities.contains(&visibility);
        if !is_covered && is_shown(visibility, standing_of(app, viewer, group).await?) {
            groups.push(group);
        }
    }
    Ok((visibilities, groups))
}

async fn page(
    app: &App,
    viewer: &Viewer,
    scope: &Scope,
    filter: &LogFilter,
    request: PageRequest,
) -> Result<Page<LogLine>, StoreError> {
    let found = lines(app, viewer, scope, filter, request.after, request.limit() + 1).await?;
    Ok(request.page(found, by_id))
}

fn by_id(line: &LogLine) -> Cursor {
    Cursor { key: 0, id: line.id.0 }
}

async fn lines(
    app: &App,
    viewer: &Viewer,
    scope: &Scope,
    filter: &LogFilter,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Vec<LogLine>, StoreError> {
    let before = after.map(|cursor| DecisionId(cursor.id));
    let found = log::list(&app.store, scope, &filter.filter, before, limit).await?;
    let named: Vec<ActorId> = found.iter().flat_map(named).collect();
    let actors = actor::list_by_ids(&app.store, &named).await?;
    let actors: HashMap<ActorId, Actor> = actors.into_iter().map(|actor| (actor.id, actor)).collect();
    let groups =
        names::groups(app, found.iter().filter_map(|logged| logged.decision.group).collect()).await?;
    let known = Known { app, actors, groups };
    let (mut places, mut lines) = (Places::default(), Vec::with_capacity(found.len()));
    for logged in found {
        let is_read = match logged.decision.group {
            // The store was told which groups; asked once more where it counts, of the one who decides it.
            Some(group) => {
                let (visibility, reader) = places.of(app, viewer, group).await?;
                decide_reading(visibility, reader)
            }
            None => true,
        };
        let sees_entry = match &logged.entry {
            // A thread may have been moved where not everybody reads.
            Some(entry) => {
                let (visibility, reader) = places.of(app, viewer, entry.group).await?;
                entry.is_published && decide_reading(visibility, reader)
            }
            None => false,
        };
        lines.extend(is_read.then(|| known.line(logged, sees_entry)).flatten());
    }
    Ok(lines)
}

/// Everybody who has to be looked up for a line.
fn named(logged: &Logged) -> impl Iterator<Item = ActorId> {
    [concerned(logged), logged.decision.by].into_iter().flatten()
}

fn concerned(logged: &Logged) -> Option<ActorId> {
    match logged.decision.target {
        Target::Actor(actor) => Some(actor),
        Target::Entry(_) => logged.entry.as_ref().map(|entry| entry.author),
        Target::Host(_) => None,
    }
}

/// What the lines of one answer name.
struct Known<'a> {
    app: &'a App,
    actors: HashMap<ActorId, Actor>,
    groups: HashMap<GroupId, GroupRef>,
}

impl Known<'_> {
    /// `None`: its group is gone.
    fn line(&self, logged: Logged, sees_entry: bool) -> Option<LogLine> {
        let person = concerned(&logged);
        let whose = self.whose(&logged.decision)?;
        let Logged { decision, entry, public_comment } = logged;
        let is_about_host = matches!(decision.target, Target::Host(_));
        let rule = open_rule(&decision).map(public_rule);
        let detail = decision.detail().map(str::to_owned);
        Some(LogLine {
            id: decision.id,
            action: decision.action,
            whose,
            entry: entry.map(|entry| shown(entry, sees_entry)),
            person: person.and_then(|person| self.person(person)),
            by: decision.signer().and_then(|by| self.person(by)),
            host: match decision.target {
                Target::Host(host) => Some(host),
                Target::Actor(_) | Target::Entry(_) => None,
            },
            is_automatic: decision.by.is_none(),
            layer: decision.layer,
            rule,
            detail,
            written_rule: decision.written_rule,
            // What is noted about a host is for those who keep the list; they wrote down what everybody may read.
            reason: if is_about_host { public_comment } else { decision.reason },
            until: decision.until,
            undoes: decision.undoes,
            at: decision.at,
        })
    }

    fn whose(&self, decision: &Decision) -> Option<Whose> {
        let Some(group) = decision.group else {
            let by = decision.by.and_then(|by| self.actors.get(&by)).filter(|by| !by.is_local);
            return Some(by.map_or(Whose::Instance, |by| Whose::Server(by.host.clone())));
        };
        let group = self.groups.get(&group)?.clone();
        let is_here = !group.name.contains('@');
        Some(if is_here { Whose::Group(group) } else { Whose::Elsewhere(group) })
    }

    /// Whoever deleted their account is named no more.
    fn person(&self, id: ActorId) -> Option<PersonRef> {
        let actor = self.actors.get(&id).filter(|actor| actor.deleted_at.is_none())?;
        Some(names::person_ref(self.app, actor))
    }
}

fn shown(entry: LoggedEntry, sees_it: bool) -> LogEntry {
    let LoggedEntry { id, kind, thread, title, .. } = entry;
    LogEntry { id, kind, thread, is_shown: sees_it, title: title.filter(|_| sees_it) }
}

/// The address of a block list may be a secret between two servers; which server publishes it is none.
pub(crate) fn public_rule(rule: &str) -> String {
    match rule.strip_prefix(BLOCK_LIST).map(str::trim) {
        Some(url) if !url.is_empty() => {
            match url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)) {
                Some(host) => format!("{BLOCK_LIST} {host}"),
                None => BLOCK_LIST.to_owned(),
            }
        }
        _ => rule.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_block_list_only_the_server_is_told() {
        let public = |rule: &str| public_rule(rule);
        assert_eq!(public("block-list https://lists.example/secret/7f?key=1"), "block-list lists.example");
        assert_eq!(public("block-list nonsense"), "block-list");
        assert_eq!(public("ended"), "ended");
    }
}
