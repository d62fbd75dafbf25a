//! Read models: what adapters show. Every entry that leaves here has passed [`guildhall_domain::visibility`].

pub mod entries;
pub mod groups;
mod names;
pub mod page;
pub mod people;
pub mod queue;
pub mod thread;

pub use entries::{EntryView, PersonRef};
pub use groups::{GroupRef, GroupView, RuleView};
pub use page::{Cursor, InvalidCursor, Page, PageRequest};
pub use people::PersonView;
pub use queue::QueueItemView;
pub use thread::{CommentView, ThreadView};
