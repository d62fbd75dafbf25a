//! Taking a file of hosts over into a list.

use std::collections::HashMap;

use guildhall_domain::{
    GroupId,
    admission::Layer,
    peering::{PeeringAction, PeeringEntry, block_list::ListRules, block_list::Mapping},
};
use guildhall_store::peering::{self, Effects, ListedHost};

use super::{By, CsvError, CsvLine, PeeringError, authorise, read_csv, record};
use crate::{App, Forget};

/// By which an import is known in the records.
const RULE: &str = "import";

/// A file is to be taken over into a list.
#[derive(Debug, Clone, Copy)]
pub struct Import<'a> {
    /// The group whose list it is; `None` for the instance's.
    pub group: Option<GroupId>,
    /// CSV in Mastodon's columns.
    pub text: &'a str,
    /// Whether only to say what would be done.
    pub dry_run: bool,
}

/// What an import does, or would.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// What goes on the list, or becomes stricter there.
    pub changed: Vec<ImportedHost>,
    /// Of how many hosts the list says as much already, or something made here that an import does not touch.
    pub kept: usize,
    /// Of how many hosts the file says nothing that could be done.
    pub ignored: usize,
    /// All that is concerned.
    pub effects: Effects,
}

/// A host of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedHost {
    /// Its name.
    pub host: String,
    /// What is decided about it.
    pub action: PeeringAction,
    /// Whether its media are muted.
    pub mute_media: bool,
    /// What there is here of it.
    pub effects: Effects,
}

/// Takes a file over into a list, all of it or nothing. An import never loosens: what is stricter on the list, or allowed
/// there, stays as it is.
///
/// # Errors
/// [`PeeringError::Csv`] with every line that is wrong; nothing is written then.
pub async fn import(app: &App, by: &By, command: Import<'_>) -> Result<Imported, PeeringError> {
    let Import { group, text, dry_run } = command;
    let lines = read_csv(text)?;
    refuse_own(app, &lines)?;
    let mut tx = app.begin().await?;
    let by = authorise(app, &mut tx, group, by).await?;
    let hosts: Vec<&str> = lines.iter().map(|line| line.offer.host.as_str()).collect();
    let known = peering::list_made_here(&mut tx, group, &hosts).await?;
    let known: HashMap<String, ListedHost> =
        known.into_iter().map(|listed| (listed.entry.host.clone(), listed)).collect();
    let mut plan = plan(app, group, &lines, &known);
    if dry_run {
        drop(tx);
    } else {
        for listed in &mut plan.changed {
            listed.by = by;
        }
        peering::put_all(&mut tx, &plan.changed).await?;
        for listed in &plan.changed {
            record(app, &mut tx, listed, Layer::Moderator, Some(RULE)).await?;
        }
        tx.commit().await?;
        app.signals.forget(Forget::Peering);
    }
    told(app, group, plan).await
}

fn refuse_own(app: &App, lines: &[CsvLine]) -> Result<(), CsvError> {
    let own = lines.iter().find(|line| line.offer.host == app.site.host);
    match own {
        None => Ok(()),
        Some(line) => {
            let fault = format!("{} is this instance itself; leave this line out", app.site.host);
            Err(CsvError::of(vec![(line.line, fault)]))
        }
    }
}

#[derive(Default)]
struct Plan {
    changed: Vec<ListedHost>,
    kept: usize,
    ignored: usize,
}

fn plan(app: &App, group: Option<GroupId>, lines: &[CsvLine], known: &HashMap<String, ListedHost>) -> Plan {
    let rules =
        ListRules { mapping: Mapping::default(), exceptions: Vec::new(), own_host: app.site.host.clone() };
    let mut plan = Plan::default();
    for line in lines {
        let Some(wanted) = rules.wanted(&line.offer) else {
            plan.ignored += 1;
            continue;
        };
        let now = app.now();
        let before = known.get(&wanted.host).filter(|listed| !listed.entry.is_over(now));
        let Some(entry) = stricter(before, &wanted.host, wanted.action, wanted.mute_media) else {
            plan.kept += 1;
            continue;
        };
        let kept = |text: fn(&ListedHost) -> Option<String>| before.and_then(text);
        plan.changed.push(ListedHost {
            entry,
            reason: kept(|listed| listed.reason.clone()),
            public_comment: wanted.public_comment.or_else(|| kept(|listed| listed.public_comment.clone())),
            private_comment: line
                .private_comment
                .clone()
                .or_else(|| kept(|listed| listed.private_comment.clone())),
            ..ListedHost::new(group, &wanted.host, wanted.action, now)
        });
    }
    plan
}

/// What is to stand on the list; `None`: it stands there already, or what does is not to be loosened.
fn stricter(
    before: Option<&ListedHost>,
    host: &str,
    action: PeeringAction,
    mute_media: bool,
) -> Option<PeeringEntry> {
    let wanted = PeeringEntry { mute_media, ..PeeringEntry::new(host, action) };
    let Some(before) = before.map(|listed| &listed.entry) else { return Some(wanted) };
    if before.action == PeeringAction::Allow {
        return None;
    }
    let action = if rank(action) > rank(before.action) { action } else { before.action };
    // One with an end that is as strict already keeps that end.
    let until = if action == before.action { before.until } else { None };
    let merged = PeeringEntry { action, mute_media: mute_media || before.mute_media, until, ..wanted };
    (merged != *before).then_some(merged)
}

fn rank(action: PeeringAction) -> u8 {
    match action {
        PeeringAction::Allow => 0,
        PeeringAction::MuteMedia => 1,
        PeeringAction::Limit => 2,
        PeeringAction::Block => 3,
    }
}

async fn told(app: &App, group: Option<GroupId>, plan: Plan) -> Result<Imported, PeeringError> {
    let hosts: Vec<&str> = plan.changed.iter().map(|listed| listed.entry.host.as_str()).collect();
    let effects = peering::effects_of(&app.store, group, &hosts).await?;
    let changed = plan.changed.into_iter().map(|listed| ImportedHost {
        effects: effects.get(&listed.entry.host).copied().unwrap_or_default(),
        action: listed.entry.action,
        mute_media: listed.entry.mute_media,
        host: listed.entry.host,
    });
    Ok(Imported {
        changed: changed.collect(),
        kept: plan.kept,
        ignored: plan.ignored,
        effects: effects.into_values().fold(Effects::default(), Effects::plus),
    })
}
