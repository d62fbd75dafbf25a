//! What a group has seen of people when entries come in, go, and come back.

use guildhall_domain::{Timestamp, admission::Verdict};
use guildhall_store::{
    StoreError, Tx,
    acquaintance::{self, More, Sightings},
    entry::{self, Entry},
    group,
};

use super::judge::Judged;

/// What is seen of those who go through the door together.
pub(super) fn all(judged: &[&Judged<'_>]) -> Sightings {
    let mut seen = Sightings::new();
    for judged in judged.iter().filter(|judged| judged.group_is_local) {
        let group = judged.command.group;
        let is_admitted = judged.decided.verdict.is_admitted();
        let is_refused = matches!(judged.decided.verdict, Verdict::Refuse(_));
        let of_author = seen.entry((group, judged.command.author)).or_default();
        of_author.accepted += i64::from(is_admitted);
        of_author.refused += i64::from(is_refused);
        if let Some(answered) = judged.answered.filter(|_| is_admitted) {
            seen.entry((group, answered)).or_default().answered += 1;
        }
    }
    seen
}

/// A moderator let an entry in that was held.
pub(crate) async fn admitted(tx: &mut Tx, entry: &Entry, now: Timestamp) -> Result<(), StoreError> {
    note(tx, entry, More { accepted: 1, ..More::default() }, now).await?;
    let answered = match entry.parent_id {
        Some(parent) => {
            entry::find_in(tx, parent).await?.filter(|parent| parent.author_id != entry.author_id)
        }
        None => None,
    };
    match answered {
        Some(parent) => note(tx, &parent, More { answered: 1, ..More::default() }, now).await,
        None => Ok(()),
    }
}

/// A moderator refused an entry that was held.
pub(crate) async fn refused(tx: &mut Tx, entry: &Entry, now: Timestamp) -> Result<(), StoreError> {
    note(tx, entry, More { refused: 1, ..More::default() }, now).await
}

/// What was refused is let in on appeal: the refusal does not count any more.
pub(super) async fn admitted_after_all(tx: &mut Tx, entry: &Entry, now: Timestamp) -> Result<(), StoreError> {
    note(tx, entry, More { refused: -1, ..More::default() }, now).await?;
    admitted(tx, entry, now).await
}

/// A moderator removed an entry; what was published is taken back.
pub(super) async fn removed(tx: &mut Tx, entry: &Entry, now: Timestamp) -> Result<(), StoreError> {
    let accepted = -i64::from(entry.was_out());
    note(tx, entry, More { accepted, refused: 1, is_strike: true, ..More::default() }, now).await
}

/// What was removed is brought back: it counts as if it had never been gone.
pub(super) async fn restored(tx: &mut Tx, entry: &Entry, now: Timestamp) -> Result<(), StoreError> {
    let accepted = i64::from(entry.was_out());
    note(tx, entry, More { accepted, refused: -1, ..More::default() }, now).await?;
    acquaintance::settle_strike(tx, entry.group_id, entry.author_id, None).await
}

async fn note(tx: &mut Tx, entry: &Entry, more: More, now: Timestamp) -> Result<(), StoreError> {
    // A group elsewhere keeps its own accounts.
    if group::lock(tx, entry.group_id).await?.is_some_and(|group| group.is_local) {
        acquaintance::add(tx, &[((entry.group_id, entry.author_id), more)].into(), now).await?;
    }
    Ok(())
}
