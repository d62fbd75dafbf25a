//! The native API on a real store, on both engines. Every answer of every test is held against the `OpenAPI` document.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod cases;
mod comments;
mod decisions;
mod document;
mod elsewhere;
mod groups;
mod log;
mod membership;
mod moderation;
mod notices;
mod paging;
mod partners;
mod peering;
mod posts;
mod problems;
mod queue;
mod repeating;
mod reports;
mod rulebooks;
mod staff;
mod support;
mod tokens;
mod voters;
mod votes;
mod walk;
mod welcome;
