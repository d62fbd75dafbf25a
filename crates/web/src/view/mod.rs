//! What pages show: plain structs made of the read models, each with its template. Built without a store, so that
//! tests and previews can make them by hand.

mod deed;
mod entry;
mod error;
mod feed;
mod group;
mod head;
mod home;
mod join;
mod listing;
mod log;
mod mark;
mod moment;
mod number;
mod person;
mod picture;
mod poll;
mod text;
mod thread;
mod transparency;
mod web_url;
mod words;

pub use error::ErrorPage;
pub use feed::Feed;
pub use group::{GroupPage, GroupPosts};
pub use home::HomePage;
pub use join::JoinPage;
pub use log::{LogPage, LogShown};
pub use person::PersonPage;
pub use thread::ThreadPage;
pub use transparency::TransparencyPage;

pub use crate::error::PageError;

use guildhall_app::Site;

/// Whether the instance itself is reached without TLS.
pub(crate) fn is_plain_http(site: &Site) -> bool {
    site.base_url.starts_with("http://")
}
