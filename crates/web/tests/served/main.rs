//! Pages, feeds and errors as the router serves them, from an instance on a real database.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod addresses;
#[path = "../pages/document.rs"]
mod document;
mod feeds;
mod group;
mod home;
mod join;
mod log;
mod person;
mod support;
mod thread;
mod unavailable;
