//! Reading and changing rulebooks. Who changes one says which revision they have read, so that nobody overwrites what
//! somebody else has just written.

use std::sync::Arc;

use guildhall_domain::{
    ActorId, GroupId, Timestamp,
    moderation::{DecisionAction, Target},
    rules::{InvalidRule, Rule},
    staff::{NotPermitted, Permission, Powers},
};
use guildhall_store::{
    StoreError, Tx, group,
    rulebook::{self as store, StoredRulebook},
};
use serde_json::Value;

use super::{Prepared, ReadError, Rulebook, read, read_rule, write};
use crate::{
    App, Viewer,
    decision::{Record, keep},
    instance, staff,
};

/// A rulebook as it holds now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Current {
    /// Another one for each change; `0` as long as nobody has made one.
    pub revision: i64,
    /// What it says.
    pub book: Rulebook,
    /// Since when.
    pub updated_at: Option<Timestamp>,
}

/// A whole rulebook takes the place of another.
#[derive(Debug, Clone)]
pub struct Replace {
    /// The group; `None` for the whole instance.
    pub group: Option<GroupId>,
    /// The revision it takes the place of.
    pub before: i64,
    /// What it says, in the format of [`read`].
    pub body: Value,
}

/// One rule is written, changed or taken out; the others stay as they are.
#[derive(Debug, Clone)]
pub struct SetRule {
    /// The group; `None` for the whole instance.
    pub group: Option<GroupId>,
    /// The revision that was read; `None`: whichever holds now.
    pub before: Option<i64>,
    /// Its name.
    pub name: String,
    /// What it says, in the format of [`read_rule`]; its name may be left out. `None` takes it out.
    pub rule: Option<Value>,
}

/// Why a rulebook is not shown, not changed or not tried.
#[derive(Debug, thiserror::Error)]
pub enum RulebookError {
    /// No such group, or one hosted elsewhere.
    #[error("no such group is hosted here")]
    NoSuchGroup,
    /// Those of a group are for its moderators.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Those of the instance are for its admins.
    #[error("only admins of this instance read and change the rules of all of it")]
    NotAdmin,
    /// It cannot be used as it is.
    #[error(transparent)]
    Invalid(#[from] ReadError),
    /// Somebody else changed it.
    #[error(
        "somebody changed these rules meanwhile: they are at revision {now}, not {given}; read them again and make your \
         change there"
    )]
    Stale {
        /// What was said to have been read.
        given: i64,
        /// What holds now.
        now: i64,
    },
    /// There is nothing to take out.
    #[error("there is no automatic rule {0:?}")]
    NoSuchRule(String),
    /// Reading or writing failed.
    #[error("reading or writing the rules failed")]
    Store(#[from] StoreError),
}

/// The rulebook of a group, or of the instance, for those who may change it.
///
/// # Errors
/// [`RulebookError`].
pub async fn current(app: &App, viewer: &Viewer, group: Option<GroupId>) -> Result<Current, RulebookError> {
    allow(app, viewer, group).await?;
    Ok(shown(group, store::find(&app.store, group).await?)?)
}

/// Lets those read who may change.
pub(super) async fn allow(app: &App, viewer: &Viewer, of: Option<GroupId>) -> Result<(), RulebookError> {
    let Some(of) = of else {
        return if viewer.is_admin { Ok(()) } else { Err(RulebookError::NotAdmin) };
    };
    let known = group::find(&app.store, of).await?.filter(|group| group.is_local);
    known.ok_or(RulebookError::NoSuchGroup)?;
    Ok(staff::powers_of(app, viewer, of).await?.demand(Permission::Rules)?)
}

/// Writes a whole rulebook, and that it was done.
///
/// # Errors
/// [`RulebookError`]; nothing is written then.
pub async fn replace(app: &App, viewer: &Viewer, command: Replace) -> Result<Current, RulebookError> {
    let Replace { group, before, body } = command;
    put(app, viewer, group, None, |known| {
        if known.revision == before {
            Ok(checked(read(&body)?)?)
        } else {
            Err(RulebookError::Stale { given: before, now: known.revision })
        }
    })
    .await
}

/// Writes, changes or takes out one rule, and that it was done.
///
/// # Errors
/// [`RulebookError`]; nothing is written then.
pub async fn set_rule(app: &App, viewer: &Viewer, command: SetRule) -> Result<Current, RulebookError> {
    let SetRule { group, before, name, rule } = command;
    let rule = rule.map(|body| named(body, &name)).transpose()?;
    let change = |known: Current| {
        if let Some(given) = before.filter(|before| *before != known.revision) {
            return Err(RulebookError::Stale { given, now: known.revision });
        }
        let book = match &rule {
            Some(rule) => with(known.book, rule.clone()),
            None => without(known.book, &name)?,
        };
        Ok(checked_rule(book, &name)?)
    };
    put(app, viewer, group, Some(&name), change).await
}

/// A rule whose name is that of its address.
pub(super) fn named(mut body: Value, name: &str) -> Result<Rule, ReadError> {
    if let Some(fields) = body.as_object_mut() {
        fields.entry("name").or_insert_with(|| Value::from(name));
    }
    let rule = read_rule(&body)?;
    if rule.name == name {
        return Ok(rule);
    }
    let problem = format!("this is the place of {name:?}; leave the name out, or write the same");
    Err(ReadError { at: "name".to_owned(), problem })
}

/// With a rule in the place of the one of its name, or behind all others.
pub(super) fn with(mut book: Rulebook, rule: Rule) -> Rulebook {
    match book.rules.iter_mut().find(|known| known.name == rule.name) {
        Some(known) => *known = rule,
        None => book.rules.push(rule),
    }
    book
}

fn without(mut book: Rulebook, name: &str) -> Result<Rulebook, RulebookError> {
    let before = book.rules.len();
    book.rules.retain(|rule| rule.name != name);
    if book.rules.len() == before { Err(RulebookError::NoSuchRule(name.to_owned())) } else { Ok(book) }
}

/// A rulebook, with the same ready to judge by.
type Ready = (Rulebook, Prepared);

/// A rulebook that can be judged by.
pub(super) fn checked(book: Rulebook) -> Result<Ready, ReadError> {
    match Prepared::of(&book) {
        Ok(prepared) => Ok((book, prepared)),
        Err(wrong) => {
            let InvalidRule { position, at, problem, .. } = wrong;
            let at =
                if at.is_empty() { format!("rules[{position}]") } else { format!("rules[{position}].{at}") };
            Err(ReadError { at, problem })
        }
    }
}

/// The same where only one rule is new: places are inside it.
pub(super) fn checked_rule(book: Rulebook, name: &str) -> Result<Ready, ReadError> {
    match Prepared::of(&book) {
        Ok(prepared) => Ok((book, prepared)),
        Err(wrong) => {
            let InvalidRule { rule, at, problem, .. } = wrong;
            let at = match at.as_str() {
                "" => format!("rule {rule:?}"),
                at if rule == name => at.to_owned(),
                at => format!("rule {rule:?}: {at}"),
            };
            Err(ReadError { at, problem })
        }
    }
}

/// Writes what `change` makes of what holds now. `rule`: the one that changes. Many patterns take their time to prepare, so
/// that is done before the transaction, and nobody at the group's door waits for it.
async fn put(
    app: &App,
    viewer: &Viewer,
    group: Option<GroupId>,
    rule: Option<&str>,
    change: impl Fn(Current) -> Result<Ready, RulebookError>,
) -> Result<Current, RulebookError> {
    allow(app, viewer, group).await?;
    // The record is about the group, or about the instance's own actor.
    let about = match group {
        Some(group) => group.actor(),
        None => instance::ensure_actor(app).await?.id,
    };
    loop {
        let known = shown(group, store::find(&app.store, group).await?)?;
        let before = known.revision;
        let (book, prepared) = change(known)?;
        let mut tx = app.begin().await?;
        let by = editor(app, &mut tx, viewer, group).await?.unwrap_or(about);
        let now = app.now();
        let new = StoredRulebook { revision: before + 1, body: write(&book), updated_at: now };
        if !store::set(&mut tx, group, before, &new).await? {
            // Somebody was faster: `change` says what becomes of it, or that it is too late.
            continue;
        }
        let record = Record::by_hand(group, by, DecisionAction::ChangeRules, Target::Actor(about));
        keep(app, &mut tx, Record { rule: rule.map(str::to_owned), ..record }).await?;
        tx.commit().await?;
        app.signals.shelf.put(group, new.revision, Arc::new(prepared));
        return Ok(Current { revision: new.revision, book, updated_at: Some(now) });
    }
}

/// As whom somebody changes a rulebook; `None`: as the instance. Admins who may not do so in a group act as the group.
async fn editor(
    app: &App,
    tx: &mut Tx,
    viewer: &Viewer,
    of: Option<GroupId>,
) -> Result<Option<ActorId>, RulebookError> {
    let Some(of) = of else {
        return if viewer.is_admin { Ok(viewer.actor) } else { Err(RulebookError::NotAdmin) };
    };
    group::lock(tx, of).await?.filter(|group| group.is_local).ok_or(RulebookError::NoSuchGroup)?;
    let powers = match viewer.actor {
        Some(actor) => staff::powers(app, tx, of, actor).await?,
        None => Powers::NONE,
    };
    match powers.demand(Permission::Rules) {
        Ok(()) => Ok(viewer.actor),
        Err(_) if viewer.is_admin => Ok(Some(of.actor())),
        Err(refusal) => Err(refusal.into()),
    }
}

/// What is kept, read.
pub(crate) fn shown(group: Option<GroupId>, stored: Option<StoredRulebook>) -> Result<Current, StoreError> {
    let Some(stored) = stored else {
        return Ok(Current { revision: 0, book: Rulebook::default(), updated_at: None });
    };
    let unreadable = |_| StoreError::corrupt("rulebook", group.map_or(0, |group| group.0));
    let book = read(&stored.body).map_err(unreadable)?;
    Ok(Current { revision: stored.revision, book, updated_at: Some(stored.updated_at) })
}
