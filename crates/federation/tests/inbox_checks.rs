//! The inbox check list, step by step: what fails, under which code, and without any effect.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod inbox_checks {
    mod accepted;
    mod body;
    mod fixtures;
    mod form;
    mod forwarded;
    mod keys;
    mod order;
    mod origins;
    mod reading;
    mod signature;
    mod split;
    mod support;
    mod synchronization;
    mod worked;
}
mod peer;
