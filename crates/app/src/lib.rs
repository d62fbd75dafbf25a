//! Use cases: load facts, let the domain decide, write, record the event, all in one transaction; and the read
//! models, behind one visibility rule. Knows neither HTTP nor `ActivityPub`: the adapters translate.

pub mod account;
pub mod app;
pub mod entry;
pub mod group;
pub mod instance;
pub mod markup;
pub mod port;
pub mod read;
pub mod remote;
pub mod viewer;

pub use app::{App, Site};
pub use viewer::Viewer;
