//! The HTTP side of the server that knows nothing of groups: connections, what surrounds every route, health.

mod compression;
mod connection;
mod entity_tag;
mod health;
mod listen;
mod observe;
mod panic;
mod security_headers;
mod serve;
mod slash;
mod slots;
mod stack;
mod unavailable;

pub use health::ReadyCheck;
pub use listen::bind;
pub use serve::serve;
pub use stack::{Settings, surround};

#[cfg(test)]
mod tests;
