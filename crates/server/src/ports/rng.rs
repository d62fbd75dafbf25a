//! The system's random numbers.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use guildhall_app::port::Rng;

/// The system's random numbers.
#[derive(Debug, Clone, Default)]
pub struct SystemRng(SystemRandom);

impl Rng for SystemRng {
    #[expect(clippy::expect_used, reason = "without random numbers nothing that follows is safe")]
    fn fill(&self, bytes: &mut [u8]) {
        self.0.fill(bytes).expect("the system gives random numbers");
    }
}
