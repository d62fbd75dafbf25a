//! The outside of the use cases as it is in a running process: the system's clock and random numbers, fresh keys.

mod clock;
mod keys;
mod rng;

pub use clock::{DatabaseClock, SystemClock};
pub use keys::KeyPool;
pub use rng::SystemRng;
