//! How long a host is left alone after it did not take a delivery.

use std::time::Duration;

use guildhall_app::port::Rng;

/// After the first failed round.
const FIRST: Duration = Duration::from_secs(15);
/// The longest wait, unless the host asks for a longer one.
const LONGEST: Duration = Duration::from_hours(6);
/// The longest wait a host may ask for.
const LONGEST_ASKED: Duration = Duration::from_hours(24);
/// The shortest: "at once" would make a circle.
const SHORTEST_ASKED: Duration = Duration::from_secs(1);

/// When a host that has failed for this long is given up for dead.
pub(super) const DEAD_AFTER: Duration = Duration::from_hours(7 * 24);
/// How often a dead host is tried.
pub(super) const PROBE_EVERY: Duration = Duration::from_hours(24);

/// The wait after `failures` rounds that failed one after another, at least 1: 15 s, doubled each time, up to 6 h.
///
/// `jitter` lies between -0.2 and 0.2: hosts that fell silent together do not come back together.
pub(super) fn delay(failures: u32, jitter: f64) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let plain = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    plain.mul_f64(1.0 + jitter).min(LONGEST)
}

/// The wait when the host named one itself (`Retry-After`).
///
/// The first time it is taken at its word; one that goes on refusing is left alone for longer.
pub(super) fn asked_delay(asked: Duration, failures: u32, jitter: f64) -> Duration {
    let asked = asked.clamp(SHORTEST_ASKED, LONGEST_ASKED);
    if failures <= 1 { asked } else { asked.max(delay(failures, jitter)) }
}

/// A number between -0.2 and 0.2.
pub(super) fn jitter(rng: &dyn Rng) -> f64 {
    let mut bytes = [0; 4];
    rng.fill(&mut bytes);
    (f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)).mul_add(0.4, -0.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_six_hours() {
        let seconds: Vec<u64> = (1..=13).map(|failures| delay(failures, 0.0).as_secs()).collect();
        assert_eq!(seconds[..4], [15, 30, 60, 120]);
        assert_eq!(seconds[10..], [15 * 1024, 6 * 3600, 6 * 3600]);
        assert_eq!(delay(u32::MAX, 0.2), LONGEST);
    }

    #[test]
    fn chance_moves_the_wait_by_a_fifth() {
        assert_eq!(delay(1, -0.2), Duration::from_secs(12));
        assert_eq!(delay(1, 0.2), Duration::from_secs(18));
    }

    #[test]
    fn a_host_is_taken_at_its_word_once() {
        let asked = Duration::from_secs(3);
        assert_eq!(asked_delay(asked, 1, 0.0), asked);
        assert_eq!(asked_delay(asked, 4, 0.0), Duration::from_mins(2));
        assert_eq!(asked_delay(Duration::from_hours(100), 1, 0.0), LONGEST_ASKED);
        assert_eq!(asked_delay(Duration::ZERO, 1, 0.0), SHORTEST_ASKED);
    }

    #[test]
    fn jitter_covers_its_range_and_no_more() {
        struct Fixed(u8);
        impl Rng for Fixed {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(self.0);
            }
        }
        assert!((jitter(&Fixed(0)) + 0.2).abs() < 1e-9);
        assert!((jitter(&Fixed(255)) - 0.2).abs() < 1e-9);
        assert!(jitter(&Fixed(127)).abs() < 0.01);
    }
}
