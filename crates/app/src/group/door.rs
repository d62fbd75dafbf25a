//! A request to join before the pipeline: the first time, and again when something that was missing has come.

use guildhall_domain::{
    GroupId,
    actor::ActorKind,
    admission::{Decided, Wants},
    event::{Cause, EventKind},
    membership::{JoinOutcome, decide_join},
    moderation::{Decision, DecisionAction},
    partner::decide_follower,
    peering::Peering,
    welcome::Answer,
};
use guildhall_store::{
    StoreError, Tx,
    actor::Actor,
    decision,
    entry::{self, AuthorFacts},
    membership,
    queue::{self, QueueItem},
    welcome::answer,
};

use super::{
    join::{admit, record},
    leave::end_membership,
};
use crate::{
    App,
    admission::{Applying, follow_rules},
    cause, facts,
    said::Said,
    welcome::is_vouched_for,
};

/// What a decision about somebody at the door rests on, read before the transaction.
pub(crate) struct Waiting<'a> {
    pub(crate) person: &'a Actor,
    pub(crate) peering: (Peering, Peering),
    /// What was decided about a request of theirs before.
    pub(crate) latest: Option<Decision>,
}

impl<'a> Waiting<'a> {
    pub(crate) async fn find(app: &App, group: GroupId, person: &'a Actor) -> Result<Self, StoreError> {
        let answers = [DecisionAction::Admit, DecisionAction::Hold, DecisionAction::Refuse];
        Ok(Self {
            person,
            peering: facts::peering_of_actor(app, Some(group), person).await?,
            latest: decision::find_latest_about(&app.store, group, person.id, &answers).await?,
        })
    }

    /// What the pipeline says to somebody who says this.
    pub(super) async fn decide(
        &self,
        app: &App,
        tx: &mut Tx,
        (group, known): (GroupId, &AuthorFacts),
        answers: &[Answer],
        is_invited: bool,
    ) -> Result<Decided, StoreError> {
        let bare = Applying::bare(Wants::Join, group, self.person, known, self.peering);
        let applying = at_door(bare, answers, is_invited);
        let books = app.signals.shelf.books(tx, group, known).await?;
        let past = applying.look_back(app, tx, &books).await?;
        let decided = applying.decide(&books, &past, app.now());
        let kind = if is_invited { ActorKind::Person } else { self.person.kind };
        Ok(decide_follower(kind, known.policy.visibility, decided))
    }
}

/// Somebody who wants to join, with what they say.
pub(crate) fn at_door<'a>(mut bare: Applying<'a>, answers: &[Answer], is_invited: bool) -> Applying<'a> {
    bare.said = Said::of_join(bare.author, answers).into();
    bare.is_invited = is_invited;
    bare
}

/// Asks the pipeline once more about a request that waits, in a transaction that has locked the group. `by_vouches`: there
/// are as many who vouch for it as the group asks for.
pub(crate) async fn ask_again(
    app: &App,
    tx: &mut Tx,
    item: &QueueItem,
    waiting: &Waiting<'_>,
    by_vouches: bool,
) -> Result<(), StoreError> {
    let (group, actor) = (item.group, item.actor);
    let known = entry::find_author_facts(tx, group, actor).await?;
    let known = known.ok_or_else(|| StoreError::corrupt("group", group))?;
    let answers = answer::list_in(tx, group, actor).await?;
    let is_let_in = by_vouches || is_vouched_for(tx, group, actor).await?;
    let mut admission = waiting.decide(app, tx, (group, &known), &answers, is_let_in).await?;
    let decision = decide_join(known.membership, known.role, &admission);
    follow_rules(tx, group, None, &admission, app.now()).await?;
    match decision {
        Ok(JoinOutcome::AwaitingApproval) => {
            return queue::set_reason(tx, item.id, admission.named().unwrap_or_default()).await;
        }
        Ok(JoinOutcome::AlreadyMember) => return Ok(()),
        Ok(JoinOutcome::Joined) => {
            let follow = membership::find_locked(tx, group, actor).await?.and_then(|asked| asked.follow);
            if by_vouches && admission.rule.is_none() {
                admission.rule = Some(VOUCHED.into());
            }
            admit(app, tx, group, waiting.person, follow).await?;
        }
        Err(_) => {
            end_membership(app, tx, group, waiting.person).await?;
        }
    }
    record(app, tx, (group, actor), (decision, &admission), waiting.latest.clone()).await?;
    let reason = admission.said.clone().filter(|_| decision.is_err());
    let told = EventKind::JoinDecided { group, actor, decision, reason };
    cause::tell(app, tx, item.received.map_or(Cause::Local, Cause::Activity), told).await?;
    Ok(())
}

/// What records name as the rule by which members' word let somebody in.
pub(crate) const VOUCHED: &str = "vouched";
