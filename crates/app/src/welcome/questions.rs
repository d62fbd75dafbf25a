//! The questions of a group, as its moderators set them.

use guildhall_domain::{
    ActorId, GroupId,
    moderation::{NotModerator, decide_moderate},
    text::clean_line,
    welcome::{InvalidQuestions, JoinQuestion, decide_questions},
};
use guildhall_store::{StoreError, group, welcome::question};

use crate::{App, facts};

/// Why questions were not set.
#[derive(Debug, thiserror::Error)]
pub enum QuestionsError {
    /// No such group, or one hosted elsewhere.
    #[error("no such group")]
    NoSuchGroup,
    /// Only its moderators set them.
    #[error(transparent)]
    NotModerator(#[from] NotModerator),
    /// Questions that do not fit.
    #[error(transparent)]
    Invalid(#[from] InvalidQuestions),
    /// Reading or writing failed.
    #[error("reading or writing the questions failed")]
    Store(#[from] StoreError),
}

/// Replaces the questions of a group hosted here, by one of its moderators or by the group itself. Who waits already is not
/// asked again.
///
/// # Errors
/// [`QuestionsError`]; nothing is written then.
pub async fn set_questions(
    app: &App,
    group: GroupId,
    by: ActorId,
    questions: Vec<JoinQuestion>,
) -> Result<Vec<JoinQuestion>, QuestionsError> {
    let questions: Vec<JoinQuestion> = questions
        .into_iter()
        .map(|question| JoinQuestion { text: clean_line(&question.text), ..question })
        .collect();
    decide_questions(&questions)?;
    let mut tx = app.begin().await?;
    group::lock(&mut tx, group).await?.filter(|group| group.is_local).ok_or(QuestionsError::NoSuchGroup)?;
    if by != group.actor() {
        decide_moderate(facts::role(&mut tx, group, by).await?)?;
    }
    question::set(&mut tx, group, &questions).await?;
    tx.commit().await?;
    Ok(questions)
}
