//! Finding and keeping what lives on other servers: objects, actors, keys, handles, collections.
//!
//! Whatever is taken over was served by the origin of its own id, under that id. Blocked hosts are never asked, and
//! every request is signed with the key of the instance's own actor.

mod actor;
mod actor_fields;
mod block_list;
mod budget;
mod collection;
mod document;
mod error;
mod failures;
mod fetcher;
mod get;
mod instance_key;
mod key;
mod key_bytes;
mod media_type;
mod moderators;
mod nodeinfo;
mod object;
mod offline;
mod peers;
mod resolver;
mod single_flight;
mod thread;
mod webfinger;

pub use budget::Budget;
pub use document::Fetched;
pub use error::FetchError;
pub use fetcher::Fetcher;
pub use key::{KeyAge, KeyError, KnownKey};
pub(crate) use media_type::is_activity;
pub use offline::Offline;
pub use peers::Peers;
