//! Use cases: load facts, let the domain decide, write, record the event, all in one transaction; and the read
//! models, behind one visibility rule. Knows neither HTTP nor `ActivityPub`: the adapters translate.

pub mod account;
mod admission;
mod app;
pub mod appeal;
pub mod block_list;
pub mod case;
pub mod cause;
mod decision;
pub mod ending;
pub mod entry;
pub mod explain;
mod facts;
pub mod group;
pub mod hints;
pub mod instance;
pub mod key;
pub mod markup;
pub mod notice;
pub mod partner;
pub mod peering;
pub mod port;
pub mod queue;
pub mod read;
pub mod remote;
pub mod rulebook;
mod said;
mod signals;
pub mod staff;
mod viewer;
pub mod welcome;

pub use app::{App, Site};
pub use decision::{Grounds, GroundsError};
/// What every use case may fail with; adapters ask it whether another try is worth it.
pub use guildhall_store::StoreError;
pub use signals::{Bell, Forget, Signals};
pub use viewer::Viewer;
