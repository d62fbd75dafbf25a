//! What is sent to other servers. [`plan`] says for each event which activities tell of it and to whom
//! ([`recipients`]), [`render`] writes them, [`publisher`] puts them on the delivery log. Sending is `delivery`'s work.

pub mod plan;
pub mod publisher;
pub mod recipients;
pub mod render;
pub mod urls;
