//! What ends by itself. At its end a ban, a mute, a probation or a lock has no effect any more, whoever looks; here the end
//! is written down and told, once, however late: also when the server was down at that moment.

use guildhall_domain::{
    ActorId, EntryId, GroupId, Timestamp,
    admission::Sanction,
    event::{Cause, EventKind},
    moderation::{Decision, DecisionAction, Target},
};
use guildhall_store::{
    StoreError, Tx,
    ending::{self, Ended},
    entry, group,
};

use crate::{
    App, cause,
    decision::{News, Record, keep},
    entry::reverse::{Reversal, tell_opened},
};

/// Endings taken at a time.
const BATCH: usize = 100;

/// Writes down and tells what has ended until now; gives the moment of the next end.
///
/// Each in its own transaction, which also takes it out of the book: whoever comes second, on another node or after a
/// crash, finds nothing to do.
///
/// # Errors
/// The store's; what was told stays told.
pub async fn end_what_is_over(app: &App) -> Result<Option<Timestamp>, StoreError> {
    loop {
        let now = app.now();
        let sanctions = ending::list_sanctions(&app.store, now, BATCH).await?;
        let locks = ending::list_locks(&app.store, now, BATCH).await?;
        if sanctions.is_empty() && locks.is_empty() {
            return ending::find_next(&app.store).await;
        }
        let (mut ended, mut trouble) = (0, None);
        for over in &sanctions {
            count_end(end_sanction(app, over).await, (&mut ended, &mut trouble));
        }
        for (entry, at) in locks {
            count_end(end_lock(app, entry, at).await, (&mut ended, &mut trouble));
        }
        app.signals.event.notify_one();
        // What cannot be ended keeps nothing else from it; where that is all there is, it is tried again later.
        if let (0, Some(error)) = (ended, trouble) {
            return Err(error);
        }
    }
}

fn count_end(result: Result<(), StoreError>, (ended, trouble): (&mut usize, &mut Option<StoreError>)) {
    match result {
        Ok(()) => *ended += 1,
        Err(error) => {
            tracing::error!(error = %error, "an end that was due could not be written down, and will be tried again");
            *trouble = Some(error);
        }
    }
}

async fn end_sanction(app: &App, ended: &Ended) -> Result<(), StoreError> {
    let mut tx = app.begin().await?;
    // Before what stands in the book, as whoever imposes a sanction does.
    if let Some(group) = ended.group {
        group::lock(&mut tx, group).await?;
    }
    if !ending::close_sanction(&mut tx, ended).await? {
        return Ok(());
    }
    let lifting = Lifting {
        group: ended.group,
        actor: ended.actor,
        sanction: ended.sanction,
        by: None,
        reason: None,
        undoes: None,
        news: News::Told,
    };
    tell_lifted(app, &mut tx, lifting).await?;
    tx.commit().await
}

async fn end_lock(app: &App, id: EntryId, at: Timestamp) -> Result<(), StoreError> {
    let mut tx = app.begin().await?;
    let Some(locked) = entry::lock(&mut tx, id).await? else { return Ok(()) };
    if !ending::close_lock(&mut tx, id, at).await? {
        return Ok(());
    }
    let target = Target::Entry(id);
    let lock = DecisionAction::Lock;
    let undoes = ending::find_decision(&mut tx, Some(locked.group_id), &target, lock).await?;
    let over = Reversal { by: None, reason: None, undoes, news: News::Told };
    tell_opened(app, &mut tx, &locked, &over).await?;
    tx.commit().await
}

/// A sanction that has just been taken out of the book.
#[derive(Debug, Clone)]
pub(crate) struct Lifting {
    pub(crate) group: Option<GroupId>,
    pub(crate) actor: ActorId,
    pub(crate) sanction: Sanction,
    /// `None`: its time was over.
    pub(crate) by: Option<ActorId>,
    pub(crate) reason: Option<String>,
    /// The decision it takes back; `None`: the latest of its kind.
    pub(crate) undoes: Option<guildhall_domain::DecisionId>,
    pub(crate) news: News,
}

/// Records that a sanction is over, and tells of it.
pub(crate) async fn tell_lifted(app: &App, tx: &mut Tx, lifting: Lifting) -> Result<Decision, StoreError> {
    let Lifting { group, actor, sanction, by, reason, undoes, news } = lifting;
    let (begun, over) = actions_of(sanction);
    let target = Target::Actor(actor);
    let undoes = match undoes {
        Some(undoes) => Some(undoes),
        None => ending::find_decision(tx, group, &target, begun).await?,
    };
    let record = Record { reason: reason.clone(), undoes, news, ..Record::by_hand(group, by, over, target) };
    let kept = keep(app, tx, record).await?;
    let Some(group) = group else { return Ok(kept) };
    let is_ours = group::lock(tx, group).await?.is_some_and(|group| group.is_local);
    if sanction == Sanction::Ban && is_ours {
        let by = by.unwrap_or(group.actor());
        let told = EventKind::BanChanged { group, actor, by, banned: false, until: None, reason };
        cause::tell(app, tx, Cause::Local, told).await?;
    }
    Ok(kept)
}

/// What a sanction is called when it begins and when it is over.
pub(crate) fn actions_of(sanction: Sanction) -> (DecisionAction, DecisionAction) {
    match sanction {
        Sanction::Ban => (DecisionAction::Ban, DecisionAction::Unban),
        Sanction::Mute => (DecisionAction::Mute, DecisionAction::Unmute),
        Sanction::Probation => (DecisionAction::Probation, DecisionAction::EndProbation),
    }
}
