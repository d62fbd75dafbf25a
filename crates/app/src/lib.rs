//! Use cases: load facts, let the domain decide, write, record the event, all in one transaction; and the read
//! models, behind one visibility rule. Knows neither HTTP nor `ActivityPub`: the adapters translate.

pub mod account;
mod app;
mod cause;
pub mod entry;
mod facts;
pub mod group;
pub mod instance;
pub mod markup;
pub mod port;
pub mod queue;
pub mod read;
pub mod remote;
mod viewer;

pub use app::{App, Signals, Site};
pub use viewer::Viewer;
