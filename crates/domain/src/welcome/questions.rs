//! Questions of a group to those who want to join, and the answers.

/// The most questions of a group.
pub const MAX_QUESTIONS: usize = 10;
/// The longest question, in characters.
pub const MAX_QUESTION_LENGTH: usize = 300;
/// The longest answer, in characters.
pub const MAX_ANSWER_LENGTH: usize = 2_000;
/// The most messages of somebody elsewhere that are kept as answers to one request: many may only write 500 characters.
pub const MAX_ANSWERS: usize = 20;

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinQuestion {
    /// One line.
    pub text: String,
    /// Whether nobody is let wait without an answer to it. People elsewhere are asked by message, and cannot be made to
    /// answer: moderators see what they said.
    pub required: bool,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The question as it was asked; `None` for an answer to all of them in one piece.
    pub question: Option<String>,
    /// Plain text.
    pub text: String,
}

/// Why questions were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidQuestions {
    /// Over [`MAX_QUESTIONS`].
    #[error("a group asks at most {MAX_QUESTIONS} questions")]
    TooMany,
    /// One without a text, or one that is too long.
    #[error("a question has 1 to {MAX_QUESTION_LENGTH} characters")]
    Text,
}

/// Why answers were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAnswers {
    /// More answers than questions.
    #[error("there are more answers than questions; give one for each, in their order")]
    TooMany,
    /// Over [`MAX_ANSWER_LENGTH`].
    #[error("an answer has at most {MAX_ANSWER_LENGTH} characters")]
    TooLong,
}

/// Checks questions before they are kept.
///
/// # Errors
/// [`InvalidQuestions`].
pub fn decide_questions(questions: &[JoinQuestion]) -> Result<(), InvalidQuestions> {
    let fits = |question: &JoinQuestion| {
        !question.text.trim().is_empty() && question.text.chars().count() <= MAX_QUESTION_LENGTH
    };
    if questions.len() > MAX_QUESTIONS {
        return Err(InvalidQuestions::TooMany);
    }
    if questions.iter().all(fits) { Ok(()) } else { Err(InvalidQuestions::Text) }
}

/// Puts answers beside their questions, by their order. What is blank is no answer.
///
/// # Errors
/// [`InvalidAnswers`].
pub fn read_answers(questions: &[JoinQuestion], given: &[String]) -> Result<Vec<Answer>, InvalidAnswers> {
    if given.len() > questions.len() {
        return Err(InvalidAnswers::TooMany);
    }
    if given.iter().any(|text| text.chars().count() > MAX_ANSWER_LENGTH) {
        return Err(InvalidAnswers::TooLong);
    }
    let said = given.iter().zip(questions).filter(|(text, _)| !text.trim().is_empty());
    Ok(said
        .map(|(text, question)| Answer {
            question: Some(question.text.clone()),
            text: text.trim().to_owned(),
        })
        .collect())
}

/// Whether everything is answered that has to be. An answer in one piece counts for all.
pub fn is_answered(questions: &[JoinQuestion], answers: &[Answer]) -> bool {
    let has = |question: &JoinQuestion| {
        answers.iter().any(|answer| answer.question.as_ref().is_none_or(|of| *of == question.text))
    };
    questions.iter().filter(|question| question.required).all(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(text: &str, required: bool) -> JoinQuestion {
        JoinQuestion { text: text.to_owned(), required }
    }

    #[test]
    fn questions_are_few_and_short() {
        assert_eq!(decide_questions(&[]), Ok(()));
        assert_eq!(decide_questions(&vec![question("Why?", true); 10]), Ok(()));
        assert_eq!(decide_questions(&vec![question("Why?", true); 11]), Err(InvalidQuestions::TooMany));
        for text in [" ", &"x".repeat(301)] {
            assert_eq!(decide_questions(&[question(text, false)]), Err(InvalidQuestions::Text));
        }
    }

    #[test]
    fn answers_stand_beside_their_questions_and_blank_ones_do_not_count() {
        let asked = [question("Why?", true), question("Where?", false)];
        let given =
            |texts: &[&str]| read_answers(&asked, &texts.iter().map(ToString::to_string).collect::<Vec<_>>());
        let why = Answer { question: Some("Why?".to_owned()), text: "Roses.".to_owned() };
        assert_eq!(given(&[" Roses. ", " "]), Ok(vec![why.clone()]));
        assert!(is_answered(&asked, &[why]));
        assert!(!is_answered(&asked, &given(&["", "Here."]).unwrap()));
        assert!(!is_answered(&asked, &[]));
        assert!(is_answered(&asked[1..], &[]), "nothing is required");
        assert!(is_answered(&asked, &[Answer { question: None, text: "All of it.".to_owned() }]));
        assert_eq!(given(&["a", "b", "c"]), Err(InvalidAnswers::TooMany));
        assert_eq!(given(&[&"x".repeat(2_001)]), Err(InvalidAnswers::TooLong));
    }
}
