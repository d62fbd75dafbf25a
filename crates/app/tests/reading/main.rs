//! The read models on both engines: who sees what of what, in which order, page by page.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod access;
mod copies;
mod decisions;
mod log;
mod memberships;
mod moved;
mod names;
mod paging;
mod queue_list;
mod reports;
#[path = "../support/mod.rs"]
mod support;
mod threads;
mod visibility;
