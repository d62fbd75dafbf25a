//! The wire as other software speaks it: recorded documents and requests, the vectors of the standards, other
//! implementations, and properties that hold for any input.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, like the tests themselves")]

mod cavage;
mod discovery;
mod keys;
mod odd_activities;
mod odd_objects;
mod proofs;
mod properties;
mod recorded;
mod rfc9421;
mod support;
mod synchronization;
mod writing;
