//! Members vouch for somebody whose request waits; with enough of them the request is let in.

use guildhall_domain::{
    ActorId, GroupId,
    admission::Role,
    welcome::{VouchFacts, VouchRefusal, decide_vouch},
};
use guildhall_domain::{membership::MembershipState, trust::decide_trust};
use guildhall_store::{
    StoreError, Tx, entry, group, queue,
    welcome::{self, vouch},
};

use crate::{
    App, facts,
    group::{Waiting, ask_again},
};

/// What came of vouching.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vouching {
    /// How many vouch now.
    pub vouches: usize,
    /// How many the group asks for.
    pub needed: u8,
    /// Whether the person is a member by it, and not before.
    pub is_admitted: bool,
}

/// Why somebody could not vouch.
#[derive(Debug, thiserror::Error)]
pub enum VouchError {
    /// No such group, or one hosted elsewhere.
    #[error("no such group")]
    NoSuchGroup,
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] VouchRefusal),
    /// Reading or writing failed.
    #[error("reading or writing failed")]
    Store(#[from] StoreError),
}

/// Vouches for somebody whose request waits, or takes that back (`vouches`). With as many as the group asks for, the
/// pipeline is asked once more, as of somebody who was invited: what else speaks against it still does.
///
/// # Errors
/// [`VouchError`]; nothing is written then.
pub async fn set_vouch(
    app: &App,
    group: GroupId,
    newcomer: ActorId,
    by: ActorId,
    vouches: bool,
) -> Result<Vouching, VouchError> {
    let person = facts::actor(app, newcomer).await?;
    let waiting = Waiting::find(app, group, &person).await?;
    let mut tx = app.begin().await?;
    group::lock(&mut tx, group).await?.filter(|group| group.is_local).ok_or(VouchError::NoSuchGroup)?;
    let needed = welcome::find_in(&mut tx, group).await?.vouches_needed;
    let item = queue::find_open_join(&mut tx, group, newcomer).await?;
    let known = entry::find_author_facts(&mut tx, group, by).await?.ok_or(VouchError::NoSuchGroup)?;
    if vouches {
        let books = app.signals.shelf.books(&mut tx, group, &known).await?;
        let facts = VouchFacts {
            needed,
            role: known.role,
            trust: decide_trust(&known.trust, &books.group.thresholds, app.now()),
            standing: known.standing,
            is_self: newcomer == by,
            is_waiting: item.is_some(),
        };
        decide_vouch(&facts, app.now())?;
        vouch::insert(&mut tx, group, newcomer, by, app.now()).await?;
    } else if known.role == Role::Outsider {
        // Who waits, and with how many vouches, is for members.
        return Err(VouchRefusal::NotMember.into());
    } else {
        vouch::delete(&mut tx, group, newcomer, by).await?;
    }
    let count = vouch::list_waiting_in(&mut tx, group, newcomer).await?.len();
    let mut is_admitted = false;
    if let Some(item) = item.filter(|_| vouches && is_enough(needed, count)) {
        ask_again(app, &mut tx, &item, &waiting, true).await?;
        let after = entry::find_author_facts(&mut tx, group, newcomer).await?;
        is_admitted = after.is_some_and(|after| after.membership == Some(MembershipState::Member));
    }
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(Vouching { vouches: count, needed, is_admitted })
}

fn is_enough(needed: u8, count: usize) -> bool {
    needed > 0 && count >= usize::from(needed)
}

/// The same as [`is_vouched_for`] outside of a transaction, for telling what would be.
pub(crate) async fn is_vouched_for_now(
    app: &App,
    group: GroupId,
    actor: ActorId,
) -> Result<bool, StoreError> {
    let needed = welcome::find(&app.store, group).await?.vouches_needed;
    Ok(is_enough(needed, vouch::list_waiting(&app.store, group, actor).await?.len()))
}

/// Whether as many vouch for somebody that waits as the group asks for.
pub(crate) async fn is_vouched_for(tx: &mut Tx, group: GroupId, actor: ActorId) -> Result<bool, StoreError> {
    let needed = welcome::find_in(tx, group).await?.vouches_needed;
    if needed == 0 {
        return Ok(false);
    }
    Ok(is_enough(needed, vouch::list_waiting_in(tx, group, actor).await?.len()))
}
