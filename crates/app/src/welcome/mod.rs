//! How people come into a group that does not take everybody: its questions and their answers, invitations, and members
//! who vouch for somebody.

mod answer;
mod ask;
mod invite;
mod questions;
mod vouch;

pub use answer::{TakeAnswer, take_answer};
pub(crate) use ask::ask;
pub use invite::{Invite, InviteError, MadeOut, decline, invite, revoke};
pub(crate) use invite::{Shown, hash_of, invitation_for, state_of};
pub use questions::{QuestionsError, set_questions};
pub use vouch::{VouchError, Vouching, set_vouch};
pub(crate) use vouch::{is_vouched_for, is_vouched_for_now};
