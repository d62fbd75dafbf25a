//! The inbox check list, step by step: what fails, under which code, and without any effect.

mod inbox_checks {
    pub mod accepted;
    pub mod body;
    pub mod fixtures;
    pub mod form;
    pub mod forwarded;
    pub mod keys;
    pub mod origins;
    pub mod reading;
    pub mod signature;
    pub mod support;
}
mod peer;
