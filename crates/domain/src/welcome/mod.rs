//! How people come into a group that does not take everybody: questions that are answered on the way in, invitations, and
//! members who vouch for somebody.

mod invitation;
mod questions;
mod vouching;

pub use invitation::{
    DAYS_BETWEEN_INVITATIONS, InvitationFacts, InvitationVoid, InviteRefusal, Invites, MAX_INVITATION_NOTE,
    MAX_INVITATION_USES, MAX_INVITATIONS_A_DAY, MAX_OPEN_INVITATIONS, decide_invite, decide_use,
};
pub use questions::{
    Answer, InvalidAnswers, InvalidQuestions, JoinQuestion, MAX_ANSWER_LENGTH, MAX_ANSWERS,
    MAX_QUESTION_LENGTH, MAX_QUESTIONS, decide_questions, is_answered, read_answers,
};
pub use vouching::{MAX_VOUCHES_NEEDED, VOUCH_COUNTS_FOR, VouchFacts, VouchRefusal, decide_vouch};

/// What a group sets about letting people in, beside its admission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Welcome {
    /// Who may invite people.
    pub invites: Invites,
    /// How many members have to vouch for somebody who waits, so that no moderator need decide. 0: vouching has no effect.
    pub vouches_needed: u8,
}

impl Default for Welcome {
    fn default() -> Self {
        Self { invites: Invites::Moderators, vouches_needed: 0 }
    }
}
