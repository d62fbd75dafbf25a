//! Posts and comments: submitting, editing, deleting, voting, and what moderators do with them.

mod annotate;
mod bulk;
mod delete;
mod edit;
mod enter;
mod follow;
mod giving_back;
mod judge;
mod mark;
mod once;
mod prints;
mod publish;
pub(crate) mod reverse;
pub(crate) mod seen;
mod submit;
mod thread;
mod vote;

pub(crate) use annotate::note;
pub use annotate::{Annotate, Annotation, annotate, annotate_on};
pub(crate) use bulk::{Promise, carry_out, promise_removal, remove_all_by};
pub use bulk::{finish_removals, remove_everywhere};
pub use delete::{Delete, DeleteError, delete, delete_on, restore, restore_on};
pub(crate) use delete::{bring_back, take_away};
pub(crate) use edit::texts_of;
pub use edit::{Edit, EditError, Edited, edit};
pub(crate) use enter::Door;
pub use follow::follow;
pub use giving_back::finish_returns;
pub(crate) use giving_back::{carry_out_return, promise_return};
pub(crate) use mark::{Mark, ask_change, mark};
pub use once::{InvalidKey, Once, OnceError, RequestKey, find_made, submit_once};
pub(crate) use prints::keep_prints;
pub(crate) use publish::{count_in, count_out, resume_waiting};
pub use submit::{Origin, Submit, SubmitError, Submitted, submit};
pub(crate) use thread::{Hosts, relocate};
pub use thread::{MoveThread, move_thread, remove_thread, restore_thread};
pub use vote::{CastVote, PollVote, React, VoteError, cast_vote, react, vote_in_poll};

pub use guildhall_store::entry::Texts;
pub use guildhall_store::poll::Poll;

use guildhall_domain::text;

use crate::markup;

/// The texts of a post or comment written here, in Markdown.
pub fn texts_from_markdown(title: Option<String>, source: &str, link_url: Option<String>) -> Texts {
    let source = &text::clean(source);
    let content_html = markup::render_markdown(source);
    Texts {
        title: title.map(|title| text::clean_line(&title)),
        excerpt: markup::excerpt(&content_html),
        content_html,
        content_source: Some(source.clone()),
        link_url,
        ..Texts::default()
    }
}
