//! What handlers are given, read out of a request; whatever does not fit is answered with a problem that names the
//! field and says what is wanted.

mod address;
mod body;
mod page;
mod token;

pub(crate) use address::{At, EntryAddress, GroupAddress, ItemAddress, PersonAddress};
pub(crate) use body::{Body, OptionalBody};
pub(crate) use page::{PageParams, Paging, SortParam, Sorted};
pub(crate) use token::{Follower, Reader, SignedIn, SignedInReader, Writer};
