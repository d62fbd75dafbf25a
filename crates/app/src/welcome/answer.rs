//! What somebody elsewhere answers to the questions of a group.

use guildhall_domain::{
    ActorId, ApId, GroupId,
    event::Cause,
    text::shorten,
    welcome::{MAX_ANSWER_LENGTH, MAX_ANSWERS},
};
use guildhall_store::{StoreError, group, queue, received::Outcome, welcome::answer};

use crate::{
    App, cause, facts,
    group::{Waiting, ask_again},
    markup,
};

/// A message of somebody who wants to join.
#[derive(Debug, Clone)]
pub struct TakeAnswer {
    /// The group that asked.
    pub group: GroupId,
    /// Who answers.
    pub actor: ActorId,
    /// The id of the message; the same again is an edit of it.
    pub message: ApId,
    /// Its text, from anywhere.
    pub html: String,
    /// What brought it.
    pub cause: Cause,
}

/// Puts an answer to the request that waits for it, and asks the rules again. `false`: no request waits.
pub async fn take_answer(app: &App, command: TakeAnswer) -> Result<bool, StoreError> {
    let TakeAnswer { group, actor, message, html, cause } = command;
    let person = facts::actor(app, actor).await?;
    let waiting = Waiting::find(app, group, &person).await?;
    let mut tx = app.begin().await?;
    let item = match group::lock(&mut tx, group).await? {
        Some(_) => queue::find_open_join(&mut tx, group, actor).await?,
        None => None,
    };
    let text = shorten(&markup::plain_answer(&html), MAX_ANSWER_LENGTH);
    let ended = match &item {
        None => Some("no request to join waits for this answer"),
        Some(_) if text.is_empty() => Some("an answer without words"),
        Some(_) => None,
    };
    let outcome = if ended.is_some() { Outcome::Ignored } else { Outcome::Applied };
    if !cause::finish(&mut tx, cause, outcome, ended, app.now()).await? {
        return Ok(false);
    }
    let Some(item) = item.filter(|_| ended.is_none()) else {
        tx.commit().await?;
        return Ok(false);
    };
    answer::add(&mut tx, group, actor, &message, &text, MAX_ANSWERS).await?;
    ask_again(app, &mut tx, &item, &waiting, false).await?;
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(true)
}
