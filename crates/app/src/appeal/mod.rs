//! Appeals: the person whom a decision concerns objects, once; somebody else than who decided looks at it, where there is
//! somebody else.

mod decide;
mod judged;
mod new_end;
mod take_back;

use guildhall_domain::{
    ActorId, AppealId, DecisionId,
    event::Cause,
    moderation::{AppealFacts, AppealRefusal, Appealed, Decision, MAX_APPEAL_LENGTH, decide_appeal},
    text::shorten,
};
use guildhall_store::{
    StoreError, Tx,
    appeal::{self, Appeal},
    decision, notice,
    notice::Concerned,
    received::Outcome,
};

use crate::{App, cause};

pub use decide::{DecideAppeal, DecideError, decide};

/// Somebody objects to a decision.
#[derive(Debug, Clone)]
pub struct MakeAppeal {
    /// To which.
    pub decision: DecisionId,
    /// Who.
    pub actor: ActorId,
    /// In their words.
    pub text: String,
    /// What set it off.
    pub cause: Cause,
}

/// Why an appeal was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AppealError {
    /// No such decision, or none about anybody who is still there.
    #[error("no such decision")]
    NotFound,
    /// Nothing was said.
    #[error("say why the decision is wrong")]
    Empty,
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] AppealRefusal),
    /// Reading or writing failed.
    #[error("reading or writing the appeal failed")]
    Store(#[from] StoreError),
}

/// Takes an appeal, and tells those who may decide about it. What the same person says again while it is open is added.
///
/// # Errors
/// [`AppealError`]; nothing is kept then.
pub async fn make(app: &App, command: MakeAppeal) -> Result<AppealId, AppealError> {
    let mut tx = app.begin().await?;
    let result = take(app, &mut tx, &command).await;
    match &result {
        Ok(_) => {
            tx.commit().await?;
            app.signals.event.notify_one();
        }
        Err(AppealError::Store(_)) => {}
        Err(error) => {
            drop(tx);
            cause::finish_alone(app, command.cause, Outcome::Refused, &error.to_string()).await?;
        }
    }
    result
}

async fn take(app: &App, tx: &mut Tx, command: &MakeAppeal) -> Result<AppealId, AppealError> {
    let text = shorten(&command.text, MAX_APPEAL_LENGTH);
    if text.is_empty() {
        return Err(AppealError::Empty);
    }
    let decided = decision::find_in(tx, command.decision).await?.ok_or(AppealError::NotFound)?;
    let concerned = notice::find_concerned(tx, decided.group, &decided.target).await?;
    let concerned = concerned.ok_or(AppealError::NotFound)?;
    let earlier = appeal::lock_against(tx, decided.id).await?;
    decide_appeal(&facts(&decided, &concerned, command.actor, earlier.as_ref()), app.now())?;
    if !cause::finish(tx, command.cause, Outcome::Applied, None, app.now()).await? {
        return Ok(earlier.map_or(AppealId(0), |earlier| earlier.id));
    }
    if let Some(open) = earlier {
        let both = shorten(&format!("{}\n\n{text}", open.text), MAX_APPEAL_LENGTH);
        appeal::set_text(tx, open.id, &both).await?;
        return Ok(open.id);
    }
    let new = Appeal {
        id: AppealId(app.new_id()),
        decision: decided.id,
        group: decided.group,
        actor: command.actor,
        text,
        created_at: app.now(),
        settled: None,
    };
    if !appeal::insert(tx, &new).await? {
        return Err(AppealRefusal::AppealedAlready.into());
    }
    crate::notice::of_appeal(app, tx, &decided, command.actor, &new.text).await?;
    Ok(new.id)
}

fn facts(decided: &Decision, concerned: &Concerned, actor: ActorId, earlier: Option<&Appeal>) -> AppealFacts {
    let group = concerned.group.as_ref();
    AppealFacts {
        is_concerned: concerned.actor == actor,
        action: decided.action,
        is_ours: decided.group.is_none() || group.is_some_and(|group| group.is_local),
        at: decided.at,
        days: group.map_or(guildhall_domain::moderation::APPEAL_DAYS, |group| group.appeal_days),
        appealed: earlier.map(|earlier| match earlier.settled {
            Some(_) => Appealed::Decided,
            None => Appealed::Open,
        }),
    }
}
