//! The questions of a group, as its moderators set them.

use guildhall_domain::{
    ActorId, GroupId,
    staff::{NotPermitted, Permission},
    text::clean_line,
    welcome::{InvalidQuestions, JoinQuestion, decide_questions},
};
use guildhall_store::{StoreError, group, welcome::question};

use crate::{App, staff};

/// Why questions were not set.
#[derive(Debug, thiserror::Error)]
pub enum QuestionsError {
    /// No such group, or one hosted elsewhere.
    #[error("no such group")]
    NoSuchGroup,
    /// It takes a permission that they do not have.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
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
    staff::powers(app, &mut tx, group, by).await?.demand(Permission::Rules)?;
    question::set(&mut tx, group, &questions).await?;
    tx.commit().await?;
    Ok(questions)
}
