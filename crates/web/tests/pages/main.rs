//! Pages and feeds, rendered from views made by hand and read back with an HTML parser.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod accessible;
mod contrast;
mod document;
mod feeds;
mod group;
mod home;
mod hostile;
mod log;
mod person;
mod rendered;
mod samples;
mod thread;
