//! The use cases on both engines: what is written, recorded, told and counted, and how the activity behind it ends.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod accounts;
mod answers;
mod appeals;
mod bans;
mod block_lists;
mod case_limits;
mod cases;
mod dealings;
mod deleting;
mod editing;
mod elsewhere;
mod ended;
mod endings;
mod entering;
mod explaining;
mod groups;
mod invitations;
mod joining;
mod judging;
mod looking_back;
mod moderating;
mod moving;
mod notices;
mod partners;
mod peering;
mod permissions;
mod queue;
mod remote;
mod repeating;
mod rulebooks;
mod rules;
mod staff;
mod submitting;
mod succession;
#[path = "../support/mod.rs"]
mod support;
mod taking_back;
mod thread_races;
mod together;
mod trials;
mod trust;
mod voting;
mod vouching;
mod whole_threads;
