//! Ports for servers whose address must be known before they start.

use std::{
    hash::{BuildHasher, RandomState},
    net::{Ipv4Addr, TcpListener},
};

use anyhow::bail;

/// Below the range that the kernel takes ports from by itself (32768 and up), so that nobody is given a port of ours
/// while its server is down for a restart.
const RANGE: std::ops::Range<u16> = 15_000..32_000;

/// A port of 127.0.0.1 that nothing listens on.
///
/// # Errors
/// When a hundred random ones are all taken.
pub fn free_port() -> anyhow::Result<u16> {
    for attempt in 0..100_u64 {
        let random = RandomState::new().hash_one(attempt);
        let size = u64::from(RANGE.end - RANGE.start);
        let port = RANGE.start + u16::try_from(random % size)?;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no free port in {RANGE:?}")
}
