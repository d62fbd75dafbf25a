//! `Flag`: a report, of posts, people or whole groups; what becomes of one (`Resolve`, `Reject`), and its `Undo`.

use std::collections::HashMap;

use guildhall_activitypub::{Iri, activity::Answer, activity::Report as Flag};
use guildhall_app::case::{self, FlagAnswer, Report, ReportError};
use guildhall_domain::{ActorId, ApId, EntryId, GroupId};
use guildhall_store::{actor, entry::Entry, moderator, received::Outcome};

use super::{
    Incoming, Step, Trouble,
    incoming::{known_actor, known_entry},
    membership::local_group,
};
use crate::Federation;

/// The most addresses in a text that are looked up.
const MAX_NAMED_IN_TEXT: usize = 20;

pub(super) async fn report(
    federation: &Federation,
    incoming: &Incoming,
    flag: &Flag,
) -> Result<Step, Trouble> {
    let reported = Reported::find(federation, flag).await?;
    let group = addressed(federation, incoming).await?;
    let Some(person) = reported.person_here(group) else {
        return Ok(Step::ignored("reports nothing that concerns anybody here"));
    };
    let command = Report {
        group,
        entries: reported.entries,
        person,
        flag: Some(ApId::new(incoming.activity.id.as_str())),
        cause: incoming.cause(),
        ..Report::by(incoming.actor.id, flag.text.clone().unwrap_or_default())
    };
    match case::report(&federation.app, command).await {
        Ok(()) => Ok(Step::Done),
        Err(ReportError::Store(error)) => Err(error.into()),
        Err(error) => Ok(Step::ended(Outcome::Refused, error.to_string())),
    }
}

/// Lemmy's `Resolve` and NodeBB's `Reject` of a Flag: theirs is settled. `None`: it is about no report.
pub(super) async fn settled(
    federation: &Federation,
    incoming: &Incoming,
    answer: &Answer,
    outcome: &'static str,
) -> Result<Option<Step>, Trouble> {
    let Some(flag) = flag_of(federation, answer.object.id()).await? else {
        return Ok(None);
    };
    // Whether an account there may speak for its server depends on what that runs.
    let server = incoming.actor.ap_id.authority().unwrap_or(&incoming.actor.host);
    federation.fetcher.learn_software(server).await?;
    let (by, cause) = (incoming.actor.id, incoming.cause());
    case::flag_answered(&federation.app, FlagAnswer { flag, by, outcome, cause }).await?;
    Ok(Some(Step::Done))
}

/// `Undo` of a Flag, by whoever sent it.
pub(super) async fn withdraw(
    federation: &Federation,
    incoming: &Incoming,
    flag: Option<&Iri>,
) -> Result<Step, Trouble> {
    let Some(flag) = flag_of(federation, flag).await? else {
        return Ok(Step::ignored("takes back a report that is not known here"));
    };
    case::flag_withdrawn(&federation.app, &flag, incoming.actor.id, incoming.cause()).await?;
    Ok(Step::Done)
}

/// The id of a report that is kept here.
async fn flag_of(federation: &Federation, id: Option<&Iri>) -> Result<Option<ApId>, Trouble> {
    let Some(id) = id.map(|id| ApId::new(id.as_str())) else {
        return Ok(None);
    };
    Ok(case::find_case(&federation.app, &id).await?.map(|_| id))
}

/// What a report is about, as far as it is known here and concerns somebody here.
#[derive(Default)]
struct Reported {
    entries: Vec<EntryId>,
    /// Who, and whether they live here.
    person: Option<(ActorId, bool)>,
    /// For microblogs a group is an account like others, and what it boosted is reported with it.
    group: Option<GroupId>,
    /// Whether the groups asked about so far are looked after here.
    groups: HashMap<GroupId, bool>,
}

impl Reported {
    async fn find(federation: &Federation, flag: &Flag) -> Result<Self, Trouble> {
        let mut reported = Self::default();
        for object in &flag.objects {
            if let Some(group) = local_group(federation, object).await? {
                reported.group.get_or_insert(group);
            } else if let Some(found) = known_entry(federation, object).await? {
                reported.add(federation, &found).await?;
            } else if let Some(found) = known_actor(federation, object).await? {
                reported.person.get_or_insert((found.id, found.is_local));
            }
        }
        // Misskey names the person as object, and the posts in the text alone.
        if reported.entries.is_empty() {
            for named in named_in(flag.text.as_deref().unwrap_or_default()) {
                if let Some(found) = known_entry(federation, &named).await? {
                    reported.add(federation, &found).await?;
                }
            }
        }
        Ok(reported)
    }

    /// Adds a post or comment that somebody here looks after: its group's moderators, or those who run this server, for
    /// its author.
    async fn add(&mut self, federation: &Federation, entry: &Entry) -> Result<(), Trouble> {
        if self.entries.contains(&entry.id) {
            return Ok(());
        }
        if entry.is_local || self.is_kept_here(federation, entry.group_id).await? {
            self.entries.push(entry.id);
        }
        Ok(())
    }

    /// Whether a group, or one of those who moderate it, lives here.
    async fn is_kept_here(&mut self, federation: &Federation, group: GroupId) -> Result<bool, Trouble> {
        if let Some(known) = self.groups.get(&group) {
            return Ok(*known);
        }
        let store = &federation.app.store;
        let mut keepers = moderator::list(store, group).await?;
        keepers.push(group.actor());
        let is_here = actor::list_by_ids(store, &keepers).await?.iter().any(|keeper| keeper.is_local);
        self.groups.insert(group, is_here);
        Ok(is_here)
    }

    /// Whom it is about besides posts. `None`: nobody here has anything to do with it.
    #[expect(clippy::option_option, reason = "nobody named is not the same as nobody's business")]
    fn person_here(&self, group: Option<GroupId>) -> Option<Option<ActorId>> {
        match (self.entries.is_empty(), self.person, self.group) {
            (false, person, _) => Some(person.map(|(person, _)| person)),
            (true, Some((person, is_local)), about) => {
                (is_local || group.or(about).is_some()).then_some(Some(person))
            }
            (true, None, Some(group)) => Some(Some(group.actor())),
            (true, None, None) => None,
        }
    }
}

/// Web addresses in a text.
fn named_in(text: &str) -> impl Iterator<Item = Iri> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '(' | ')'));
    let links = words.filter(|word| word.starts_with("https://") || word.starts_with("http://"));
    links
        .filter_map(|link| Iri::parse(link.trim_end_matches(['.', ',', ';', ':'])).ok())
        .take(MAX_NAMED_IN_TEXT)
}

/// The group here that a report is addressed to.
async fn addressed(federation: &Federation, incoming: &Incoming) -> Result<Option<GroupId>, Trouble> {
    for named in incoming.activity.addressing.named().take(10) {
        if let Some(group) = local_group(federation, named).await? {
            return Ok(Some(group));
        }
    }
    Ok(None)
}
