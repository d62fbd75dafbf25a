//! Changing and ending subscriptions, and saying yes to what their lists want.

use std::{collections::HashSet, time::Duration};

use guildhall_domain::{
    BlockListId,
    peering::{
        block_list::{ListChange, ListEffect, ListMode},
        covers,
    },
};
use guildhall_store::{
    block_list::{self, BlockList},
    peering as hosts,
};

use super::{
    BlockListError,
    apply::{Cause, apply, changes_of, wanted_of},
    refresh::due,
    subscribe::{checked_exceptions, checked_interval},
};
use crate::{
    App, Forget,
    peering::{By, authorise, parse_host},
};

/// A subscription is to be changed; what is `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ChangeBlockList {
    /// Whether changes wait.
    pub mode: Option<ListMode>,
    /// What becomes of `suspend`.
    pub suspend: Option<ListEffect>,
    /// What becomes of `silence`.
    pub silence: Option<ListEffect>,
    /// Whether `reject_media` mutes media.
    pub media: Option<bool>,
    /// How long from one look to the next.
    pub interval: Option<Duration>,
    /// The hosts about which it is not asked, all of them.
    pub exceptions: Option<Vec<String>>,
}

/// An admin says yes to changes that wait.
#[derive(Debug, Clone, Default)]
pub struct Accept {
    /// The state of the source that the admin has seen; refused where it is another by now. `None`: whatever it is.
    pub revision: Option<i64>,
    /// Only those about these hosts; `None`: all.
    pub hosts: Option<Vec<String>>,
}

/// Changes a subscription. What follows from it is in force at once where the subscription is automatic; otherwise it
/// waits, but for what an admin has just excepted.
///
/// # Errors
/// [`BlockListError`]; nothing is written then.
pub async fn change(
    app: &App,
    by: &By,
    id: BlockListId,
    command: ChangeBlockList,
) -> Result<(), BlockListError> {
    let exceptions = command.exceptions.as_deref().map(checked_exceptions).transpose()?;
    let mut tx = app.begin().await?;
    let by = authorise(app, &mut tx, None, by).await?;
    let before = block_list::lock(&mut tx, id).await?.ok_or(BlockListError::NotFound)?;
    let list = changed(before.clone(), &command);
    checked_interval(&list.terms)?;
    let next = if list.terms.interval == before.terms.interval {
        before.next_check_at
    } else {
        due(&before, list.terms.interval, app.now())
    };
    block_list::set_terms(&mut tx, id, &list.terms, next).await?;
    if let Some(exceptions) = &exceptions {
        block_list::set_exceptions(&mut tx, id, exceptions).await?;
    }
    let mut changes = changes_of(app, &mut tx, &list).await?;
    if list.terms.mode == ListMode::Draft {
        let exceptions = exceptions.unwrap_or_default();
        changes.retain(|change| {
            change.after().is_none() && exceptions.iter().any(|host| covers(host, change.host()))
        });
    }
    apply(app, &mut tx, &list, &changes, Cause::Person(by)).await?;
    tx.commit().await?;
    app.signals.forget(Forget::Peering);
    Ok(())
}

fn changed(mut list: BlockList, command: &ChangeBlockList) -> BlockList {
    let terms = &mut list.terms;
    terms.mode = command.mode.unwrap_or(terms.mode);
    terms.interval = command.interval.unwrap_or(terms.interval);
    terms.mapping.suspend = command.suspend.unwrap_or(terms.mapping.suspend);
    terms.mapping.silence = command.silence.unwrap_or(terms.mapping.silence);
    terms.mapping.media = command.media.unwrap_or(terms.mapping.media);
    list
}

/// Makes the changes that wait, all or some; gives how many.
///
/// # Errors
/// [`BlockListError`]; nothing is written then.
pub async fn accept(app: &App, by: &By, id: BlockListId, command: Accept) -> Result<usize, BlockListError> {
    let mut tx = app.begin().await?;
    let by = authorise(app, &mut tx, None, by).await?;
    let list = block_list::lock(&mut tx, id).await?.ok_or(BlockListError::NotFound)?;
    if command.revision.is_some_and(|seen| seen != list.revision) {
        return Err(BlockListError::Outdated);
    }
    let mut changes = changes_of(app, &mut tx, &list).await?;
    if let Some(hosts) = command.hosts {
        changes = only(changes, &hosts)?;
    }
    apply(app, &mut tx, &list, &changes, Cause::Person(by)).await?;
    tx.commit().await?;
    app.signals.forget(Forget::Peering);
    Ok(changes.len())
}

/// The changes about these hosts, of each of which there must be one.
fn only(mut changes: Vec<ListChange>, hosts: &[String]) -> Result<Vec<ListChange>, BlockListError> {
    let wanted = hosts.iter().map(|host| parse_host(host)).collect::<Result<HashSet<_>, _>>()?;
    if let Some(missing) =
        wanted.iter().find(|host| !changes.iter().any(|change| change.host() == host.as_str()))
    {
        return Err(BlockListError::NoSuchChange(missing.clone()));
    }
    changes.retain(|change| wanted.contains(change.host()));
    Ok(changes)
}

/// Ends a subscription: what only this list wanted goes, what somebody here or another list wants as well stays. Gives how
/// many entries went.
///
/// # Errors
/// [`BlockListError::NotFound`], [`BlockListError::NotAdmin`].
pub async fn unsubscribe(app: &App, by: &By, id: BlockListId) -> Result<usize, BlockListError> {
    let mut tx = app.begin().await?;
    let by = authorise(app, &mut tx, None, by).await?;
    let list = block_list::lock(&mut tx, id).await?.ok_or(BlockListError::NotFound)?;
    let applied = wanted_of(hosts::list_of_list(&mut tx, id).await?);
    let gone: Vec<ListChange> = applied.into_iter().map(ListChange::Remove).collect();
    apply(app, &mut tx, &list, &gone, Cause::Person(by)).await?;
    block_list::delete(&mut tx, id).await?;
    tx.commit().await?;
    app.signals.forget(Forget::Peering);
    Ok(gone.len())
}
