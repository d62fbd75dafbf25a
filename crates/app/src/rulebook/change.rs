//! Reading and changing rulebooks. Who changes one says which revision they have read, so that nobody overwrites what
//! somebody else has just written.

use guildhall_domain::{
    ActorId, GroupId, Timestamp,
    moderation::{DecisionAction, Target},
    rules::{InvalidRule, Rule, RuleSet},
    staff::{NotPermitted, Permission, Powers},
};
use guildhall_store::{
    StoreError, Tx, group,
    rulebook::{self as store, StoredRulebook},
};
use serde_json::Value;

use super::{ReadError, Rulebook, read, read_rule, write};
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
    shown(group, store::find(&app.store, group).await?)
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
    let book = checked(read(&body)?)?;
    put(app, viewer, group, None, |known| {
        if known.revision == before {
            Ok(book)
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
    put(app, viewer, group, Some(&name), |known| {
        if let Some(given) = before.filter(|before| *before != known.revision) {
            return Err(RulebookError::Stale { given, now: known.revision });
        }
        let book = known.book;
        match rule {
            Some(rule) => Ok(checked_rule(with(book, rule), &name)?),
            None => without(book, &name),
        }
    })
    .await
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

/// A rulebook that can be judged by.
pub(super) fn checked(book: Rulebook) -> Result<Rulebook, ReadError> {
    match RuleSet::compile(&book.rules) {
        Ok(_) => Ok(book),
        Err(wrong) => {
            let InvalidRule { position, at, problem, .. } = wrong;
            let at =
                if at.is_empty() { format!("rules[{position}]") } else { format!("rules[{position}].{at}") };
            Err(ReadError { at, problem })
        }
    }
}

/// The same where only one rule is new: places are inside it.
pub(super) fn checked_rule(book: Rulebook, name: &str) -> Result<Rulebook, ReadError> {
    match RuleSet::compile(&book.rules) {
        Ok(_) => Ok(book),
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

/// Writes what `change` makes of what holds now. `rule`: the one that changes.
async fn put(
    app: &App,
    viewer: &Viewer,
    group: Option<GroupId>,
    rule: Option<&str>,
    change: impl FnOnce(Current) -> Result<Rulebook, RulebookError>,
) -> Result<Current, RulebookError> {
    // The record is about the group, or about the instance's own actor.
    let about = match group {
        Some(group) => group.actor(),
        None => instance::ensure_actor(app).await?.id,
    };
    let mut tx = app.begin().await?;
    let by = editor(app, &mut tx, viewer, group).await?.unwrap_or(about);
    let known = current_in(&mut tx, group).await?;
    let before = known.revision;
    let book = change(known)?;
    let now = app.now();
    let new = StoredRulebook { revision: before + 1, body: write(&book), updated_at: now };
    if !store::set(&mut tx, group, before, &new).await? {
        let now = store::find_in(&mut tx, group).await?.map_or(0, |stored| stored.revision);
        return Err(RulebookError::Stale { given: before, now });
    }
    let record = Record::by_hand(group, by, DecisionAction::ChangeRules, Target::Actor(about));
    keep(app, &mut tx, Record { rule: rule.map(str::to_owned), ..record }).await?;
    tx.commit().await?;
    Ok(Current { revision: new.revision, book, updated_at: Some(now) })
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

async fn current_in(tx: &mut Tx, group: Option<GroupId>) -> Result<Current, RulebookError> {
    shown(group, store::find_in(tx, group).await?)
}

/// What is kept, read.
pub(super) fn shown(
    group: Option<GroupId>,
    stored: Option<StoredRulebook>,
) -> Result<Current, RulebookError> {
    let Some(stored) = stored else {
        return Ok(Current { revision: 0, book: Rulebook::default(), updated_at: None });
    };
    let unreadable = |_| StoreError::corrupt("rulebook", group.map_or(0, |group| group.0));
    let book = read(&stored.body).map_err(unreadable)?;
    Ok(Current { revision: stored.revision, book, updated_at: Some(stored.updated_at) })
}
