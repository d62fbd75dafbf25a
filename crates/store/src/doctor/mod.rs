//! Checks of what is kept: whether it is sound, agrees with itself, and moves on.
//!
//! Each gives what it found and changes nothing, but for [`repair_counters`] and the mark of [`try_work`].

mod counters;
mod damage;
mod ready;
mod references;
mod repair;
mod schema;
mod stuck;

pub use counters::{Counter, Wrong, list_wrong};
pub use damage::list_damage;
pub use ready::try_work;
pub use references::{Broken, list_broken};
pub use repair::repair_counters;
pub use schema::{ForeignIds, find_foreign_ids, list_unfinished_migrations, list_versions};
pub use stuck::{
    Waiting, count_overdue_received, count_unpublished, count_waiting_received, list_dead_hosts,
};
