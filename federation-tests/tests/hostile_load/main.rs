//! Attacks on the server's resources, each on a server of its own while an honest peer goes on posting: its posts are
//! answered within a second and arrive, and the server stays below 256 MiB.
//!
//! Source: SECURITY-CASES T12.

mod answers;
mod connections;
mod documents;
mod http2;
mod keys;
mod stage;
