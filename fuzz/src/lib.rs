//! What must hold for any bytes that come from outside: one property a [`Target`], tried by libFuzzer with
//! `cargo xtask fuzz`, and with the inputs that are kept by `cargo test`.

mod fixtures;
mod seed;
mod signed;
mod target;
mod under_test;

pub use fixtures::folder as fixtures_folder;
pub use target::Target;
