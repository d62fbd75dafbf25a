//! What groups ask those who want to join, and what those answer.

use guildhall_app::group::Brings;
use guildhall_domain::welcome;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A question of a group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Question {
    /// One line.
    text: String,
    /// Whether there is no joining without an answer.
    required: bool,
}

/// The questions of a group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Questions {
    /// In order, at most 10.
    questions: Vec<Question>,
}

/// A question as it is set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewQuestion {
    /// One line.
    #[schema(min_length = 1, max_length = 300)]
    text: String,
    /// Whether there is no joining without an answer.
    #[serde(default)]
    required: bool,
}

/// The questions of a group as they are set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewQuestions {
    /// All of them in order, at most 10.
    questions: Vec<NewQuestion>,
}

/// What somebody brings who wants to join.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JoinWish {
    /// Plain text, one answer for each question of the group, in their order; `""` for one that is passed over.
    #[serde(default)]
    answers: Vec<String>,
    /// The code of an invitation.
    invitation: Option<String>,
}

/// What somebody answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JoinAnswer {
    /// The question as it was asked; null for an answer to all of them, by a message from another server.
    #[schema(required = true)]
    question: Option<String>,
    /// Plain text.
    text: String,
}

impl From<&welcome::JoinQuestion> for Question {
    fn from(question: &welcome::JoinQuestion) -> Self {
        Self { text: question.text.clone(), required: question.required }
    }
}

impl From<Vec<welcome::JoinQuestion>> for Questions {
    fn from(questions: Vec<welcome::JoinQuestion>) -> Self {
        Self { questions: questions.iter().map(Question::from).collect() }
    }
}

impl From<NewQuestions> for Vec<welcome::JoinQuestion> {
    fn from(new: NewQuestions) -> Self {
        let question = |new: NewQuestion| welcome::JoinQuestion { text: new.text, required: new.required };
        new.questions.into_iter().map(question).collect()
    }
}

impl From<JoinWish> for Brings {
    fn from(wish: JoinWish) -> Self {
        Self { answers: wish.answers, message: None, invitation: wish.invitation }
    }
}

impl From<welcome::Answer> for JoinAnswer {
    fn from(answer: welcome::Answer) -> Self {
        Self { question: answer.question, text: answer.text }
    }
}
