//! Banning somebody from a group, and letting them back in.

use guildhall_domain::{
    ActorId, GroupId, Timestamp,
    admission::{End, Sanction},
    event::Cause,
    moderation::DecisionAction,
};
use guildhall_store::received::Outcome;

use super::{
    ModerationError,
    moderators::give_up,
    sanction::{Acting, Imposed, impose, lock_over},
};
use crate::{
    App, cause,
    decision::{Grounds, News},
    entry::{Promise, carry_out, promise_removal},
    facts,
};

/// Somebody is to be banned, or let back in.
#[derive(Debug, Clone)]
pub struct SetBan {
    /// The group.
    pub group: GroupId,
    /// Who.
    pub actor: ActorId,
    /// The moderator, or the group itself.
    pub by: ActorId,
    /// Banned from now on.
    pub banned: bool,
    /// Until when; `None` without end.
    pub until: Option<Timestamp>,
    /// The reason shown.
    pub reason: Option<String>,
    /// Whether what they wrote goes too.
    pub remove_content: bool,
    /// What set it off.
    pub cause: Cause,
}

/// Bans somebody from a group, which ends their membership; or lifts a ban, which does not bring it back. What they wrote
/// is removed after that, if so wished: at the latest when the server is started again.
///
/// # Errors
/// [`ModerationError`]; nothing is written then.
pub async fn set_ban(app: &App, command: SetBan) -> Result<(), ModerationError> {
    set_ban_on(app, command, &Grounds::default()).await
}

/// The same, on grounds that go on record with it.
///
/// # Errors
/// [`ModerationError`]; nothing is written then.
pub async fn set_ban_on(app: &App, command: SetBan, grounds: &Grounds) -> Result<(), ModerationError> {
    let SetBan { group, actor, by, banned, until, reason, remove_content, cause } = command;
    let (person, is_ours) = (facts::actor(app, actor).await?, facts::actor(app, by).await?.is_local);
    let mut tx = app.begin().await?;
    let here = match lock_over(app, &mut tx, group, by, (DecisionAction::Ban, actor)).await {
        Ok(here) => here,
        Err(error) => {
            drop(tx);
            return Err(give_up(app, cause, error).await);
        }
    };
    if !cause::finish(&mut tx, cause, Outcome::Applied, None, app.now()).await? {
        return Ok(());
    }
    let imposed =
        Imposed { sanction: Sanction::Ban, end: banned.then(|| End::at(until)), reason: reason.clone() };
    let news = if banned && remove_content { News::WithContent } else { News::Told };
    let grounds = Grounds { news, ..grounds.clone() };
    let acting = Acting { group: &here, by, is_ours, cause };
    let kept = impose(app, &mut tx, &person, &imposed, acting, &grounds).await?;
    let removal = if banned && remove_content {
        let promise = Promise { group: Some(group), author: actor, by, ban: kept.map(|ban| ban.id) };
        Some(promise_removal(app, &mut tx, promise, &reason.unwrap_or_default()).await?)
    } else {
        None
    };
    tx.commit().await?;
    app.signals.event.notify_one();
    if let Some(removal) = removal {
        carry_out(app, &removal).await;
    }
    Ok(())
}
