//! Guildhall's own API under `/api/guildhall/v1`: JSON in and out, problem+json for refusals, bearer tokens, and an
//! `OpenAPI` document that is made from the same list as the routes.

mod access;
mod acting;
mod appeals;
mod automatic_rules;
mod bans;
mod block_lists;
mod cases;
mod comments;
mod copies;
mod decisions;
mod deletion;
mod document;
mod entries;
mod explain;
mod extract;
mod groups;
mod invitations;
mod json;
mod listing;
mod log;
mod lookup;
mod marks;
mod membership;
mod moderators;
mod notices;
mod peering;
mod person_notes;
mod posts;
mod prepared;
mod problem;
mod questions;
mod queue;
mod refusals;
mod reports;
mod requests;
mod router;
mod rulebooks;
mod sanctions;
mod staff;
mod transparency;
mod trust;
mod voters;
mod votes;

pub use document::openapi;
pub use router::{PREFIX, router};
