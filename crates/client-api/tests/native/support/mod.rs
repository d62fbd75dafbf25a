//! An instance without a network: its router is called directly.

mod answer;
mod client;
mod elsewhere;
mod instance;
mod ports;
mod schema;

pub(crate) use answer::Answer;
pub(crate) use client::{API, Client};
pub(crate) use instance::Here;
pub(crate) use schema::document;
