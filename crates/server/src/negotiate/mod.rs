//! One URL, two documents: ActivityPub for servers, HTML for people.

mod accept;
mod dispatch;

pub use accept::{Representation, preferred};
pub use dispatch::negotiate;
