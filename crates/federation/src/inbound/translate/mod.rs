//! From a verified activity to a use case: one file a verb. What is missing is fetched here, before any transaction.

mod announce;
mod answer;
mod answer_note;
mod backfill;
mod block;
mod create;
mod delete;
mod group_of;
mod incoming;
mod listing;
mod lock;
mod membership;
mod moderators;
mod mover;
mod object;
mod origin;
mod react;
mod refused;
mod report;
mod thread;
mod trouble;
mod undo;
mod update;
mod warn;
mod whole_thread;

use guildhall_activitypub::{Verb, activity::Listing};
use guildhall_store::received::Outcome;

pub(crate) use incoming::Incoming;
pub(crate) use moderators::{Age, learn_moderators};
pub(crate) use trouble::{Step, Trouble};

use crate::Federation;

/// Brings an activity to its use case.
///
/// # Errors
/// [`Trouble::Later`] when another try may succeed, [`Trouble::Never`] when none will.
pub(crate) async fn translate(federation: &Federation, incoming: Incoming) -> Result<Step, Trouble> {
    if incoming.actor.deleted_at.is_some() && !incoming.is_farewell() {
        // It waited, or was put off, while its account was deleted with all that it wrote.
        return Ok(Step::ignored("the account is deleted"));
    }
    let step = lead(federation, &incoming).await;
    refused::count(&incoming, &step);
    step
}

/// One use case a verb.
async fn lead(federation: &Federation, incoming: &Incoming) -> Result<Step, Trouble> {
    match incoming.activity.verb.clone() {
        Verb::Follow { object } => membership::follow(federation, incoming, &object).await,
        Verb::Join(joining) => {
            membership::join(federation, incoming, &joining.object, joining.message.as_deref()).await
        }
        Verb::Leave { object } => membership::leave(federation, incoming, &object).await,
        Verb::Undo(undoing) => undo::undo(federation, incoming, undoing).await,
        Verb::Accept(answer) => answer::answer(federation, incoming, &answer, true).await,
        Verb::Reject(answer) => answer::answer(federation, incoming, &answer, false).await,
        Verb::Create(payload) => create::create(federation, incoming, payload).await,
        Verb::Update(payload) => update::update(federation, incoming, payload).await,
        Verb::Delete(deletion) => delete::delete(federation, incoming, &deletion).await,
        Verb::React(reaction) => react::react(federation, incoming, &reaction).await,
        Verb::Announce(announced) => announce::announce(federation, incoming, announced).await,
        Verb::Add(listing) => list(federation, incoming, &listing, true).await,
        Verb::Remove(listing) => list(federation, incoming, &listing, false).await,
        Verb::Lock(locking) => lock::lock(federation, incoming, &locking, true).await,
        Verb::Warn(warning) => warn::warn(federation, incoming, &warning).await,
        Verb::Block(blocking) => block::block(federation, incoming, &blocking, true).await,
        Verb::Flag(flag) => report::report(federation, incoming, &flag).await,
        Verb::Resolve(answer) => {
            let settled = report::settled(federation, incoming, &answer, "resolved").await?;
            Ok(settled.unwrap_or(Step::ignored("resolves nothing that is known here")))
        }
        Verb::Move(moving) => mover::moved(federation, incoming, &moving).await,
        Verb::PollVote(choice) => react::choose(federation, incoming, &choice.object, choice.choice).await,
        Verb::Invite { .. } => Ok(Step::ended(Outcome::Ignored, "invitations are not taken")),
        Verb::Unknown(name) => Ok(Step::ended(Outcome::Ignored, format!("unknown type {name:.50}"))),
    }
}

/// `Add` and `Remove`: of a thread, where the target is a group itself, else of what a list of a group holds.
async fn list(
    federation: &Federation,
    incoming: &Incoming,
    listing: &Listing,
    is_added: bool,
) -> Result<Step, Trouble> {
    match whole_thread::list(federation, incoming, listing, is_added).await? {
        Some(step) => Ok(step),
        None => listing::list(federation, incoming, listing, is_added).await,
    }
}
